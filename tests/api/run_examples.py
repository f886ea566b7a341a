#!/usr/bin/env python3
"""Runs each numbered example as its first comment says, against a sandbox, and looks at what it prints.

  tests/api/run_examples.py BUILD
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import yaml

from sandbox import ROOT, Sandbox

BUILD = pathlib.Path(sys.argv[1]).resolve()
SPEC = """apiVersion: migdeploy.dev/v1alpha1
kind: MigratoryDataCluster
metadata: {{name: data, namespace: "{namespace}"}}
spec: {{profile: tutorial}}
"""


class Examples(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.sandbox = Sandbox(BUILD, self.folder)
        self.addCleanup(self.sandbox.close)

    def run_program(self, name, *arguments):
        return subprocess.run([str(BUILD / "bin" / name), *map(str, arguments)], cwd=self.folder, text=True,
                              env={**os.environ, "KUBECONFIG": str(self.sandbox.kubeconfig)}, timeout=120,
                              capture_output=True, check=False)

    def spec(self, namespace):
        path = self.folder / f"{namespace}.yaml"
        path.write_text(SPEC.format(namespace=namespace))
        return path

    def deploy(self, spec):
        answer = self.run_program("migdeploy", "deploy", "-s", spec)
        self.assertEqual(answer.returncode, 0, answer.stderr)

    def test_01_prints_manifests_that_yaml_reads(self):
        answer = self.run_program("01-build-manifests", 4)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        kinds = {d["kind"]: d for d in yaml.safe_load_all(answer.stdout)}
        self.assertEqual(kinds["StatefulSet"]["spec"]["replicas"], 4)
        self.assertIn("PodDisruptionBudget", kinds)

    def test_02_finds_what_is_wrong_in_a_folder(self):
        answer = self.run_program("02-check-directory", ROOT / "examples" / "tutorial")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertRegex(answer.stdout, r"migratorydata-cluster\.yaml:40:17: warning: .* \[C9\]")
        (self.folder / "a.yaml").write_text("a: [")
        answer = self.run_program("02-check-directory", self.folder)
        self.assertEqual(answer.returncode, 2)
        self.assertIn("a.yaml:1:", answer.stderr)

    def test_03_applies_and_deletes(self):
        answer = self.run_program("03-apply-and-wait")
        self.assertEqual(answer.returncode, 0, answer.stderr)

    def test_04_scales_and_is_refused(self):
        spec = self.spec("blue")
        self.deploy(spec)
        answer = self.run_program("04-scale-safely", spec, 5)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        answer = self.run_program("04-scale-safely", spec, 6)
        self.assertNotEqual(answer.returncode, 0)
        self.assertIn("refused: ", answer.stderr)
        self.assertIn("C6", answer.stderr)

    def test_05_watches_many_clusters_in_one_loop(self):
        specs = [self.spec("blue"), self.spec("green")]
        for spec in specs:
            self.deploy(spec)
        answer = self.run_program("05-own-event-loop", *specs)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(len([line for line in answer.stdout.splitlines() if "3" in line]), 2, answer.stdout)


if __name__ == "__main__":
    program = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)

#!/usr/bin/env python3
"""Runs the README's programs, in C, C++ and Python, against a sandbox: with a good spec, with one that the rules
refuse, without one. All three say the same.

  tests/api/run_programs.py BUILD c cpp py
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from sandbox import ROOT, Sandbox

HERE = pathlib.Path(__file__).resolve().parent
BUILD, LANGUAGES = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
PYTHON_PACKAGE = ROOT / "examples" / "bindings" / "python"
COMMANDS = {"c": [BUILD / "bin" / "program_c"], "cpp": [BUILD / "bin" / "program_cpp"],
            "py": [sys.executable, HERE / "program.py"]}
PROGRAMS = {language: COMMANDS[language] for language in LANGUAGES}
SPEC = """apiVersion: migdeploy.dev/v1alpha1
kind: MigratoryDataCluster
metadata: {{name: data, namespace: "{namespace}"}}
spec:
  profile: tutorial
  members: {{replicas: {replicas}}}
"""


def run(name, folder, kubeconfig):
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "PYTHONPATH": str(PYTHON_PACKAGE),
                   "MIGDEPLOY_LIBRARY": str(BUILD / "lib" / "libmigdeploy.so")}
    return subprocess.run([str(part) for part in PROGRAMS[name]], cwd=folder, env=environment, timeout=120, text=True,
                          capture_output=True, check=False)


def findings(output):
    return [line for line in output.splitlines() if re.match(r"\S+:\d+:\d+: (error|warning|note): ", line)]


class Programs(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.sandbox = Sandbox(BUILD, self.folder)
        self.addCleanup(self.sandbox.close)

    def run_all(self, replicas=None):
        """Each program in a namespace of its own, so that each begins with nothing."""
        answers = {}
        for number, name in enumerate(PROGRAMS):
            if replicas is not None:
                text = SPEC.format(namespace=f"n{number}", replicas=replicas)
                (self.folder / "migdeploy.yaml").write_text(text)
            answers[name] = run(name, self.folder, self.sandbox.kubeconfig)
        return answers

    def test_a_good_spec_is_deployed(self):
        for name, answer in self.run_all(replicas=3).items():
            with self.subTest(name):
                self.assertEqual(answer.returncode, 0, answer.stderr)
                self.assertIn("3 of 3 Ready", answer.stdout)

    def test_a_spec_that_the_rules_refuse_is_not(self):
        answers = self.run_all(replicas=6)
        for name, answer in answers.items():
            with self.subTest(name):
                self.assertEqual(answer.returncode, 1, answer.stdout)
                self.assertNotIn("Ready", answer.stdout)
                self.assertTrue(any(": error: " in line for line in findings(answer.stdout)), answer.stdout)
        self.assertEqual(len({tuple(findings(a.stdout)) for a in answers.values()}), 1, "the languages agree")

    @unittest.skipUnless("cpp" in LANGUAGES, "no C++ among the languages")
    def test_the_whole_face_of_cpp(self):
        spec = self.folder / "migdeploy.yaml"
        spec.write_text(SPEC.format(namespace="default", replicas=3))
        answer = subprocess.run([BUILD / "bin" / "face_cpp", spec], timeout=120, text=True, capture_output=True,
                                env={**os.environ, "KUBECONFIG": str(self.sandbox.kubeconfig)}, check=False)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))

    def test_a_spec_that_is_not_there_is_named(self):
        for name, answer in self.run_all().items():
            with self.subTest(name):
                self.assertEqual(answer.returncode, 1)
                self.assertIn("migdeploy.yaml", answer.stderr)


if __name__ == "__main__":
    program = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - min(bad, program.result.testsRun)} passed, {bad} failed")
    sys.exit(1 if bad else 0)

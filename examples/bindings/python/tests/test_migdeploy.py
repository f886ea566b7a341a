#!/usr/bin/env python3
"""The package against the sandbox.

  test_migdeploy.py BUILD
"""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
os.environ["MIGDEPLOY_LIBRARY"] = str(BUILD / "lib" / "libmigdeploy.so")
sys.path[:0] = [str(HERE.parent), str(HERE.parents[3] / "tests" / "api")]
import migdeploy  # noqa: E402
from sandbox import Sandbox  # noqa: E402

SPEC = """apiVersion: migdeploy.dev/v1alpha1
kind: MigratoryDataCluster
metadata: {name: data, namespace: migratory}
spec:
  profile: tutorial
"""
INTERRUPTED = """
import migdeploy
spec = migdeploy.load_spec("migdeploy.yaml")
try:
    for event in migdeploy.Context().deploy(spec):
        print(event, flush=True)
except KeyboardInterrupt:
    print("interrupted")
"""


class WithoutCluster(unittest.TestCase):
    def test_a_text_that_is_no_spec_says_where(self):
        with self.assertRaises(migdeploy.Error) as raised:
            migdeploy.parse_spec("kind: [")
        self.assertEqual(raised.exception.status, "MIGD_ERR_PARSE")
        self.assertEqual(raised.exception.line, 1)

    def test_a_spec_with_too_many_members_has_a_finding(self):
        spec = migdeploy.parse_spec(SPEC)
        self.assertFalse([f for f in spec.check() if f["severity"] == "error"])
        spec.set("spec.members.replicas", 6)
        errors = [f for f in spec.check() if f["severity"] == "error"]
        self.assertTrue(errors)
        self.assertIn(f"[{errors[0]['rule']}]", str(errors[0]))

    def test_a_key_that_is_none_names_the_nearest(self):
        with self.assertRaisesRegex(migdeploy.Error, "replicas"):
            migdeploy.parse_spec(SPEC).set("spec.members.replicsa", 3)

    def test_rendered_objects_are_dicts_that_can_be_checked(self):
        objects = migdeploy.parse_spec(SPEC).render()
        self.assertEqual([o["kind"] for o in objects][0], "Namespace")
        self.assertIn("StatefulSet", [o["kind"] for o in objects])
        rules = {f["rule"] for f in migdeploy.check_objects(objects)}
        self.assertIn("C9", rules)
        self.assertFalse([f for f in migdeploy.check_objects(objects, accept=["C9"])
                          if f["rule"] == "C9" and f["severity"] != "note"])

    def test_an_option_that_is_none_is_a_type_error(self):
        with self.assertRaisesRegex(TypeError, "dry_run"):
            migdeploy.Context().deploy(migdeploy.parse_spec(SPEC), dryrun=True)

    def test_the_library_is_of_this_version(self):
        self.assertRegex(migdeploy.version(), r"^0\.1\.\d+$")


class OnSandbox(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / "migdeploy.yaml").write_text(SPEC)
        sandbox = Sandbox(BUILD, self.folder, *self.pace())
        self.addCleanup(sandbox.close)
        os.environ["KUBECONFIG"] = str(sandbox.kubeconfig)
        self.spec = migdeploy.load_spec(self.folder / "migdeploy.yaml")

    def pace(self):
        return ["--pace", "1"] if "interrupt" in self.id() or "leaving" in self.id() else []

    def test_a_whole_life(self):
        with migdeploy.Context() as context:
            self.assertTrue(context.plan(self.spec).finish()["changes"])
            self.assertTrue([str(e) for e in context.deploy(self.spec)])
            self.assertEqual(context.plan(self.spec).finish()["changes"], [])
            context.scale(4, self.spec).finish()
            with self.assertRaises(migdeploy.Error) as raised:
                context.scale(6, self.spec).finish()
            self.assertEqual(raised.exception.status, "MIGD_ERR_REFUSED")
            self.assertTrue(raised.exception.details)
            kube = migdeploy.Kube(context)
            self.assertEqual(kube.get("sts", "data", "migratory")["spec"]["replicas"], 4)
            self.assertEqual(len(kube.list("pods", "migratory")["items"]), 4)
            removed = context.destroy(self.spec, consent=True).finish()
            self.assertTrue(removed["removed"])
            with self.assertRaises(migdeploy.Error) as raised:
                kube.get("statefulset", "data", "migratory")
            self.assertEqual((raised.exception.status, raised.exception.http_status), ("MIGD_ERR_NOT_FOUND", 404))

    def test_a_question_that_nobody_answers_ends_the_job(self):
        with migdeploy.Context() as context:
            context.deploy(self.spec).finish()
            with self.assertRaises(migdeploy.Error) as raised:
                context.destroy(self.spec, deadline=3600).finish()
            self.assertEqual(raised.exception.status, "MIGD_ERR_QUESTION")
            self.assertIn("data", str(raised.exception))
            self.assertEqual(migdeploy.Kube(context).get("sts", "data", "migratory")["spec"]["replicas"], 3)

    def test_a_job_that_failed_says_so_again(self):
        job = migdeploy.Context().scale(4, self.spec)  # of a cluster that is not there
        with self.assertRaises(migdeploy.Error) as first:
            job.finish()
        with self.assertRaises(migdeploy.Error) as second:
            job.finish()
        self.assertEqual(second.exception.status, first.exception.status)
        self.assertIn(first.exception.status, str(second.exception))

    def leases(self):
        items = migdeploy.Kube(migdeploy.Context()).list("leases", "migratory")["items"]
        return [i["metadata"]["name"] for i in items if (i.get("spec") or {}).get("holderIdentity")]

    def test_an_interrupt_cancels_and_gives_the_lock_back(self):
        child = subprocess.Popen([sys.executable, "-c", INTERRUPTED], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                 env={**os.environ, "PYTHONPATH": str(HERE.parent)})
        self.assertTrue(child.stdout.readline())
        child.send_signal(signal.SIGINT)
        output, _ = child.communicate(timeout=30)
        self.assertEqual(output.splitlines()[-1], "interrupted")
        self.assertEqual(self.leases(), [])

    def test_leaving_the_loop_cancels(self):
        with migdeploy.Context() as context:
            for _ in context.deploy(self.spec):
                break
        self.assertEqual(self.leases(), [])
        migdeploy.Context().deploy(self.spec, deadline=120).finish()


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)

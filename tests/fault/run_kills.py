#!/usr/bin/env python3
"""SIGKILL of the program at each request of a deploy and of a destroy, before the server has seen it, and after
the server has done each write; then the next run ends well, and nothing is there twice.

  tests/fault/run_kills.py BUILD
"""
import itertools
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from cli_program import SPEC, Program, Proxy, Sandbox, certificate, write_kubeconfig  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
MOST_REQUESTS = 200


class Kills(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.certificate = certificate(self.folder, "127.0.0.1")
        self.program = Program(BUILD, self.folder)
        self.program.write(SPEC)

    def run_killed(self, sandbox, number, done, *words):
        """Whether the program came as far as that request, or, done, as far as the answer to that write."""
        running, writes = None, itertools.count(1)

        def strike(at, method, _):
            if (next(writes) if done and method != "GET" else 0 if done else at) == number:
                running.kill()
                running.wait()

        proxy = Proxy(*self.certificate, (lambda *_: None) if done else strike, sandbox, strike if done else None)
        try:
            self.program.kubeconfig = write_kubeconfig(self.folder / "proxy-kubeconfig", proxy.port, sandbox.token,
                                                       certificate_authority=self.certificate[0])
            running = self.program.start(*words)
            _, said = running.communicate(timeout=120)
            self.assertIn(running.returncode, (0, -9), said)
            return running.returncode == -9
        finally:
            proxy.close()
            self.program.kubeconfig = sandbox.kubeconfig

    def ends(self, code, *words):
        done = self.program.run(*words)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def sweep(self, prepare, words, prove):
        for done in (False, True):
            number, came = 0, True
            while came and number < MOST_REQUESTS:
                number, came = number + 1, False
                with self.subTest(request=number, done=done):
                    sandbox = Sandbox(BUILD, self.folder)
                    self.addCleanup(sandbox.close)
                    self.program.kubeconfig = sandbox.kubeconfig
                    prepare()
                    came = self.run_killed(sandbox, number, done, *words)
                    prove()
                    sandbox.close()
            self.assertGreater(number, 5, "the program asked that often")
            self.assertLess(number, MOST_REQUESTS, "the sweep came to its end")
            print(f"killed at each of {number - 1} {'writes, done' if done else 'requests, not seen'} by the server")

    def test_a_deploy_killed_at_any_request_is_finished_by_the_next(self):
        def prove():
            self.assertIn("http://", self.ends(0, "deploy").stdout)
            self.assertEqual(len(self.ends(0, "get", "pods", "-n", "blue").stdout.split()), 3)
            self.ends(0, "plan", "--detailed-exitcode")

        self.sweep(lambda: None, ("deploy",), prove)

    def test_a_destroy_killed_at_any_request_is_finished_by_the_next(self):
        def prove():
            self.ends(0, "destroy", "--yes")
            self.assertNotIn("namespaces/blue", self.ends(0, "get", "namespaces").stdout.split())
            self.assertEqual(self.ends(0, "get", "pods", "-A").stdout, "")

        self.sweep(lambda: self.ends(0, "deploy"), ("destroy", "--yes"), prove)


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - min(bad, program.result.testsRun)} passed, {bad} failed")
    sys.exit(1 if bad else 0)

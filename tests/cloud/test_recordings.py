#!/usr/bin/env python3
"""The recordings that the sandbox is held to, made again: the real server still answers as they say."""
import os
import pathlib
import subprocess
import sys
import unittest

RECORD = pathlib.Path(__file__).resolve().parent / "record_sandbox.py"


class Recordings(unittest.TestCase):
    def test_real_server_answers_as_recorded(self):
        run = subprocess.run([sys.executable, RECORD, os.environ["KUBECONFIG"], "--check"], capture_output=True, text=True, check=False, timeout=600)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main()

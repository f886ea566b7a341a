#!/usr/bin/env python3
"""The program migdeploy-sandbox as others use it: over real TLS, with the kubeconfig that it writes.

  test_sandbox_program.py BIN
"""
import base64
import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

PROGRAM = pathlib.Path(sys.argv.pop(1)) / "migdeploy-sandbox"
SPACE = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "one"}}).encode()


class Sandbox:
    def __init__(self, *arguments, stdin=subprocess.DEVNULL):
        self.folder = tempfile.TemporaryDirectory()
        self.kubeconfig = pathlib.Path(self.folder.name) / "kubeconfig"
        self.process = subprocess.Popen([PROGRAM, "--kubeconfig", self.kubeconfig, *arguments], stdin=stdin, stdout=subprocess.PIPE, text=True)
        self.ready = self.process.stdout.readline()
        text = self.kubeconfig.read_text()
        self.url = re.search(r"server: (\S+)", text).group(1)
        self.authority = base64.b64decode(re.search(r"certificate-authority-data: (\S+)", text).group(1)).decode()
        self.token = re.search(r"token: (\S+)}", text).group(1)

    def open(self, method, path, body=None, token=None, timeout=10):
        request = urllib.request.Request(self.url + path, method=method, data=body,
                                         headers={"Authorization": "Bearer " + (token or self.token), "Content-Type": "application/json"})
        return urllib.request.urlopen(request, context=ssl.create_default_context(cadata=self.authority), timeout=timeout)

    def ask(self, *arguments, **more):
        try:
            with self.open(*arguments, **more) as answer:
                return answer.status, json.load(answer), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(10)
        self.process.stdout.close()
        self.folder.cleanup()
        return status


class Program(unittest.TestCase):
    def start(self, *arguments, **more):
        sandbox = Sandbox(*arguments, **more)
        self.addCleanup(lambda: sandbox.process.poll() is None and sandbox.close())
        return sandbox

    def test_starts_within_a_tenth_of_a_second_and_ends_on_sigterm(self):
        start = time.monotonic()
        sandbox = self.start()
        seconds = time.monotonic() - start
        self.assertEqual(sandbox.ready, f"ready {sandbox.url}\n")
        self.assertEqual(sandbox.kubeconfig.stat().st_mode & 0o777, 0o600)
        self.assertLess(seconds, 1.0 if os.environ.get("CI") else 0.5)
        self.assertEqual(sandbox.close(), 0)

    def test_answers_over_tls_with_its_clock_and_its_pace(self):
        sandbox = self.start("--pace", "50", "--nodes", "7", "--seed", "9")
        status, nodes, headers = sandbox.ask("GET", "/api/v1/nodes")
        self.assertEqual((status, len(nodes["items"])), (200, 7))
        self.assertEqual(headers["x-migdeploy-pace"], "50")
        first = sandbox.ask("GET", "/version")[2]["Date"]
        time.sleep(0.2)
        self.assertNotEqual(first, sandbox.ask("GET", "/version")[2]["Date"])
        self.assertEqual(sandbox.ask("GET", "/api/v1/nodes", token="wrong")[0], 401)
        self.assertEqual(sandbox.ask("GET", "/api/v1/nodes", token="viewer-token")[0], 403)

    def test_is_refused_by_who_does_not_know_its_authority(self):
        sandbox = self.start()
        with self.assertRaises(urllib.error.URLError):
            urllib.request.urlopen(sandbox.url, context=ssl.create_default_context(), timeout=5)

    def test_ends_with_its_parents_pipe(self):
        sandbox = self.start("--until-eof", stdin=subprocess.PIPE)
        self.assertIsNone(sandbox.process.poll())
        sandbox.process.stdin.close()
        self.assertEqual(sandbox.process.wait(10), 0)
        sandbox.process.stdout.close()
        sandbox.folder.cleanup()

    def test_watch_tells_what_others_do(self):
        sandbox = self.start("--pace", "1")
        with sandbox.open("GET", "/api/v1/namespaces?watch=true&timeoutSeconds=30&fieldSelector=metadata.name%3Done") as stream:
            self.assertEqual(sandbox.ask("POST", "/api/v1/namespaces", SPACE)[0], 201)
            event = json.loads(stream.readline())
            self.assertEqual((event["type"], event["object"]["metadata"]["name"]), ("ADDED", "one"))

    def test_many_connections_at_once(self):
        sandbox = self.start()
        host = sandbox.url.removeprefix("https://")
        context = ssl.create_default_context(cadata=sandbox.authority)
        held = [http.client.HTTPSConnection(host, context=context, timeout=10) for _ in range(40)]
        for connection in held:
            connection.request("GET", "/api/v1/nodes", headers={"Authorization": "Bearer " + sandbox.token})
        for connection in held:
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200)
            answer.read()
            connection.close()

    def test_faults_come_at_their_request(self):
        sandbox = self.start("--fault", "1:status=503,2:reset-after,3:reset-before,5:cut,6:html")
        status, _, headers = sandbox.ask("POST", "/api/v1/namespaces", SPACE)
        self.assertEqual((status, headers["Retry-After"]), (503, "1"))
        for _ in range(2):
            with self.assertRaises((urllib.error.URLError, ConnectionError, http.client.HTTPException)):
                sandbox.ask("POST", "/api/v1/namespaces", SPACE)
        self.assertEqual(sandbox.ask("POST", "/api/v1/namespaces", SPACE)[0], 409)
        with self.assertRaises((http.client.IncompleteRead, json.JSONDecodeError, ssl.SSLError)):
            sandbox.ask("GET", "/api/v1/nodes")
        self.assertEqual(sandbox.ask("GET", "/api/v1/nodes")[0], 502)

    def test_stalled_request_does_not_hold_the_others_nor_the_end(self):
        sandbox = self.start("--fault", "1:stall")
        with self.assertRaises((TimeoutError, socket.timeout)):
            sandbox.ask("GET", "/api/v1/nodes", timeout=0.5)
        self.assertEqual(sandbox.ask("GET", "/api/v1/nodes")[0], 200)
        self.assertEqual(sandbox.close(), 0)

    def test_address_of_a_service_answers_health(self):
        sandbox = self.start("--pace", "1000")
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}
        self.assertEqual(sandbox.ask("POST", "/api/v1/namespaces/default/services", json.dumps(service).encode())[0], 201)
        end = time.monotonic() + 10
        ingress = None
        while ingress is None and time.monotonic() < end:
            ingress = sandbox.ask("GET", "/api/v1/namespaces/default/services/s")[1]["status"]["loadBalancer"].get("ingress")
            select.select([], [], [], 0.05)
        with urllib.request.urlopen(f"http://{ingress[0]['hostname']}:{ingress[0]['ports'][0]['port']}/health", timeout=5) as answer:
            self.assertEqual((answer.status, answer.read()), (200, b"OK"))

    def test_wrong_arguments_are_refused(self):
        for arguments in (["--pace", "0"], ["--pace", "x"], ["--port", "70000"], ["--fault", "x"], ["--nope"], ["more"], ["--kubeconfig", "/nowhere/at/all"]):
            run = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=10, check=False)
            self.assertIn(run.returncode, (1, 2), arguments)
            self.assertIn("migdeploy-sandbox: ", run.stderr)
        run = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=10, check=False)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("--fault SCRIPT", run.stdout)


if __name__ == "__main__":
    unittest.main()

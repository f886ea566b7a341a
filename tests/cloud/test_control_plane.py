#!/usr/bin/env python3
"""The ground that the other cloud tests stand on: a real API server of the version that we say, with nodes that
are Ready, rights that differ by user, and a scheduler and controllers that make pods run."""
import json
import os
import pathlib
import ssl
import time
import unittest
import urllib.error
import urllib.request

CONFIG = json.loads(pathlib.Path(os.environ["KUBECONFIG"]).read_text())
CLUSTER = CONFIG["clusters"][0]["cluster"]
TLS = ssl.create_default_context(cafile=CLUSTER["certificate-authority"])


def call(method, path, body=None, token="root-token"):
    request = urllib.request.Request(CLUSTER["server"] + path, method=method, data=json.dumps(body).encode() if body else None,
                                     headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, context=TLS, timeout=10) as answer:
        return json.load(answer)


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise AssertionError(f"not so after {seconds} s: {what.__doc__}")
        time.sleep(0.2)


class ControlPlane(unittest.TestCase):
    def test_it_is_the_kubernetes_that_we_say(self):
        self.assertEqual(call("GET", "/version")["gitVersion"], "v1.36.2")

    def test_its_nodes_become_ready(self):
        def ready():
            """every node is Ready"""
            nodes = call("GET", "/api/v1/nodes")["items"]
            return len(nodes) >= 3 and all(any(c["type"] == "Ready" and c["status"] == "True" for c in n["status"].get("conditions", []))
                                           for n in nodes)
        until(ready)

    def test_a_user_without_rights_is_refused(self):
        with self.assertRaises(urllib.error.HTTPError) as raised:
            call("GET", "/api/v1/namespaces", token="viewer-token")
        self.assertEqual(raised.exception.code, 403)

    def test_pods_of_a_statefulset_run(self):
        labels = {"app": "ground"}
        call("POST", "/apis/apps/v1/namespaces/default/statefulsets", {
            "metadata": {"name": "ground"}, "spec": {
                "serviceName": "ground", "replicas": 2, "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "a"}]}}}})

        def running():
            """both pods are Ready"""
            return call("GET", "/apis/apps/v1/namespaces/default/statefulsets/ground")["status"].get("readyReplicas") == 2
        until(running)


if __name__ == "__main__":
    unittest.main(verbosity=2)

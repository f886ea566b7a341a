#!/usr/bin/env python3
"""Whole deployments with the migdeploy program on a real API server with its controllers, scheduler and simulated
nodes. Nobody balances there: a Service never gets an address."""
import json
import os
import pathlib
import re
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

PROGRAM = pathlib.Path(os.environ["MIGDEPLOY_BIN"]) / "migdeploy"
TUTORIAL = pathlib.Path(os.environ["MIGDEPLOY_TUTORIAL"])
CONFIG = json.loads(pathlib.Path(os.environ["KUBECONFIG"]).read_text())
CLUSTER = CONFIG["clusters"][0]["cluster"]
TRUST = ssl.create_default_context(cafile=CLUSTER["certificate-authority"])

PRODUCTION = """apiVersion: migdeploy.dev/v1alpha1
kind: MigratoryDataCluster
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  members:
    image: migratorydata/server:{tag}
    replicas: {replicas}
    minReadySeconds: 1
    pauseSeconds: 5
{members}  service: {{type: ClusterIP}}
{more}"""


def ask(method, path, body=None, content="application/json"):
    """The status and the document of one request as the administrator."""
    request = urllib.request.Request(CLUSTER["server"] + path, method=method,
                                     data=json.dumps(body).encode() if body is not None else None,
                                     headers={"Authorization": "Bearer root-token", "Content-Type": content})
    try:
        with urllib.request.urlopen(request, context=TRUST, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def apply(path, text):
    """The status of a server-side apply of a YAML text, as kubectl sends it."""
    request = urllib.request.Request(f"{CLUSTER['server']}{path}?fieldManager=kubectl", method="PATCH", data=text.encode(),
                                     headers={"Authorization": "Bearer root-token", "Content-Type": "application/apply-patch+yaml"})
    with urllib.request.urlopen(request, context=TRUST, timeout=30) as answer:
        return answer.status


def get(path):
    status, document = ask("GET", path)
    assert status == 200, (status, document)
    return document


def wait(what, probe, seconds=60):
    end = time.monotonic() + seconds
    while not probe():
        assert time.monotonic() < end, f"{what}: not after {seconds} s"
        time.sleep(0.1)


class Cluster:
    """A spec in a folder of its own, and where its objects are."""

    def __init__(self, name, namespace, text=None):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.name, self.namespace = name, namespace
        self.set = f"/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}"
        if text is not None:
            (self.folder / "migdeploy.yaml").write_text(text)

    def write(self, tag="6.0.16", replicas=3, members="", more=""):
        (self.folder / "migdeploy.yaml").write_text(PRODUCTION.format(
            name=self.name, namespace=self.namespace, tag=tag, replicas=replicas, members=members, more=more))

    def run(self, *words, code=0):
        """Runs the program; the exit code must be the one given."""
        done = subprocess.run([PROGRAM, *words], cwd=self.folder, text=True, capture_output=True, timeout=240, check=False)
        assert done.returncode == code, f"{words}: exit {done.returncode}, wanted {code}\n{done.stdout}{done.stderr}"
        return done

    def versions(self):
        """The resourceVersions of everything that a deploy writes; the set's own status moves its version."""
        found = {}
        for path in ("/api/v1/namespaces/{n}", "/api/v1/namespaces/{n}/services", "/apis/policy/v1/namespaces/{n}/poddisruptionbudgets",
                     "/apis/autoscaling/v2/namespaces/{n}/horizontalpodautoscalers", "/apis/apps/v1/namespaces/{n}/statefulsets"):
            document = get(path.format(n=self.namespace))
            for item in document.get("items", [document]):
                found[item["metadata"]["uid"]] = [item["metadata"].get("generation"),
                                                  [e for e in item["metadata"].get("managedFields", [])
                                                   if e.get("subresource") != "status"]]
        return found

    def replicas(self):
        return get(self.set)["spec"]["replicas"]

    def wait_ready(self, members):
        """The program counts pods; the set's own count comes a little later."""
        wait(f"{members} Ready", lambda: get(self.set)["status"].get("readyReplicas", 0) == members)


class Deploy(unittest.TestCase):
    def test_the_tutorial_as_published(self):
        cluster = Cluster("migratorydata", "migratory")
        files = [TUTORIAL / f"{name}.yaml" for name in ("migratory-namespace", "nlb-service", "migratorydata-cluster")]
        cluster.run("init", "--profile", "tutorial")
        cluster.run("check", *files)
        cluster.run("apply", *[word for file in files for word in ("-f", file)])
        cluster.wait_ready(3)
        cluster.run("scale", "5")
        cluster.wait_ready(5)
        cluster.run("scale", "4")
        self.assertEqual(cluster.replicas(), 4)
        self.assertIn("C5", cluster.run("scale", "2", code=3).stderr)
        self.assertIn("C6", cluster.run("scale", "6", code=3).stderr)
        self.assertEqual(cluster.replicas(), 4)
        cluster.run("apply", "-f", TUTORIAL / "migratorydata-autoscale.yaml")
        self.assertIn("T12", cluster.run("scale", "5", code=3).stderr)
        done = cluster.run("destroy", "--yes")
        self.assertIn("Namespace/migratory", done.stdout.strip().splitlines()[-1])
        self.assertEqual(ask("GET", cluster.set)[0], 404)
        self.assertEqual(get("/api/v1/namespaces/migratory/services")["items"], [])

    def test_a_production_life(self):
        cluster = Cluster("prod", "prod-life")
        cluster.write()
        cluster.run("plan", "--detailed-exitcode", code=8)
        cluster.run("deploy")
        cluster.wait_ready(3)
        before = cluster.versions()
        cluster.run("deploy")
        cluster.run("plan", "--detailed-exitcode")
        self.assertEqual(cluster.versions(), before)
        cluster.write(tag="6.0.17")
        started = time.monotonic()
        cluster.run("deploy")
        self.assertGreaterEqual(time.monotonic() - started, 2 * 5)
        cluster.wait_ready(3)
        self.assertEqual(get(cluster.set)["status"]["updatedReplicas"], 3)
        cluster.run("scale", "5", "--write")
        self.assertIn("replicas: 5", (cluster.folder / "migdeploy.yaml").read_text())
        cluster.run("restart")
        cluster.wait_ready(5)
        cluster.run("destroy", "--yes")
        self.assertEqual(ask("GET", "/api/v1/namespaces/prod-life")[0], 404)

    def test_the_number_of_members_has_its_own_owner(self):
        cluster = Cluster("own", "owners")
        cluster.write()
        cluster.run("deploy")
        ask("PATCH", cluster.set + "/scale?fieldManager=kubectl", {"spec": {"replicas": 5}}, "application/merge-patch+json")
        self.assertIn("C24", cluster.run("deploy").stderr)
        self.assertEqual(cluster.replicas(), 5)
        cluster.run("deploy", "--accept", "C24")
        self.assertEqual(cluster.replicas(), 3)
        cluster.write(more="  autoscale: {min: 3, max: 5, cpuPercent: 50}\n")
        cluster.run("deploy")
        before = cluster.versions()
        cluster.run("deploy")
        self.assertEqual(cluster.versions(), before)
        cluster.write()
        cluster.run("deploy")
        self.assertEqual(cluster.replicas(), 3)
        cluster.write(tag="6.0.18")
        cluster.run("deploy")
        self.assertEqual(cluster.replicas(), 3)
        cluster.run("destroy", "--yes")

    def test_objects_of_kubectl_are_adopted_and_a_release_is_not(self):
        cluster = Cluster("adopt", "adopted")
        ask("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "adopted"}})
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "adopt-cs", "namespace": "adopted"},
                   "spec": {"type": "ClusterIP", "selector": {"app": "adopt"}, "ports": [{"name": "client-port", "port": 80, "targetPort": 8801}]}}
        self.assertEqual(ask("POST", "/api/v1/namespaces/adopted/services?fieldManager=kubectl-client-side-apply", service)[0], 201)
        cluster.write()
        cluster.run("deploy")
        live = get("/api/v1/namespaces/adopted/services/adopt-cs")
        self.assertEqual(live["metadata"]["labels"]["app.kubernetes.io/managed-by"], "migdeploy")
        self.assertEqual([port["targetPort"] for port in live["spec"]["ports"]], [8800])
        cluster.run("destroy", "--yes")
        self.assertEqual(ask("GET", "/api/v1/namespaces/adopted")[0], 200)
        service["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
        self.assertEqual(ask("POST", "/api/v1/namespaces/adopted/services?fieldManager=helm", service)[0], 201)
        self.assertIn("helm", cluster.run("deploy", code=6).stderr)
        self.assertEqual(ask("GET", cluster.set)[0], 404)

    def test_a_cluster_of_anybody_is_found_without_a_spec(self):
        """As kubectl applied it: no label of ours, no folder of ours."""
        cluster = Cluster("migratorydata", "anybody")
        self.assertEqual(ask("POST", "/api/v1/namespaces", {"metadata": {"name": "anybody"}})[0], 201)
        self.assertIn("anybody", cluster.run("status", "-n", "anybody", code=1).stderr)
        for file in ("nlb-service", "migratorydata-cluster"):
            for document in (TUTORIAL / f"{file}.yaml").read_text().replace("namespace: migratory", "namespace: anybody").split("\n---"):
                kind, name = (re.search(rf"^ *{key}: *(\S+)", document, re.M).group(1) for key in ("kind", "name"))
                path = {"Service": "/api/v1/namespaces/anybody/services/", "StatefulSet": "/apis/apps/v1/namespaces/anybody/statefulsets/",
                        "PodDisruptionBudget": "/apis/policy/v1/namespaces/anybody/poddisruptionbudgets/"}[kind]
                self.assertIn(apply(path + name, document), (200, 201))
        cluster.wait_ready(3)
        self.assertIn("3 of 3 Ready", cluster.run("status", "-n", "anybody").stdout)
        self.assertIn("C9", cluster.run("check", "--live", "-n", "anybody").stdout)
        cluster.run("scale", "4", "-n", "anybody")
        self.assertEqual(cluster.replicas(), 4)
        self.assertIn("C5", cluster.run("scale", "2", "-n", "anybody", code=3).stderr)
        self.assertEqual(cluster.replicas(), 4)
        cluster.run("destroy", "-n", "anybody", "--yes")
        self.assertEqual(ask("GET", cluster.set)[0], 404)
        self.assertEqual(get("/api/v1/namespaces/anybody/services")["items"], [])
        self.assertEqual(get("/apis/policy/v1/namespaces/anybody/poddisruptionbudgets")["items"], [])
        self.assertEqual(ask("GET", "/api/v1/namespaces/anybody")[0], 200)

    def test_a_wrong_image_is_told_and_mended(self):
        cluster = Cluster("image", "images")
        cluster.write(tag="missing")
        self.assertRegex(cluster.run("deploy", code=1).stderr, "image-0: ImagePullBackOff .*migratorydata/server:missing: not found")
        cluster.write()
        cluster.run("deploy")
        cluster.wait_ready(3)
        cluster.write(tag="missing")
        self.assertRegex(cluster.run("deploy", code=1).stderr, "image-2: ImagePullBackOff")
        cluster.wait_ready(2)
        cluster.write()
        cluster.run("deploy")
        cluster.wait_ready(3)
        cluster.write(tag="crashes")
        self.assertRegex(cluster.run("deploy", code=1).stderr, "image-2: CrashLoopBackOff")
        cluster.write()
        cluster.run("deploy")
        cluster.run("destroy", "--yes")

    def test_a_crash_is_told_with_its_last_words(self):
        cluster = Cluster("crash", "crashes")
        cluster.write(tag="crashes")
        self.assertRegex(cluster.run("deploy", code=1).stderr, "crash-0: CrashLoopBackOff.*Could not create the Java Virtual Machine")
        cluster.write()
        cluster.run("deploy")
        cluster.wait_ready(3)
        cluster.run("destroy", "--yes")

    def test_a_member_that_finds_no_node_is_told_why(self):
        cluster = Cluster("wide", "wide")
        cluster.write(members="    resources: {cpu: 500m, memory: 9000Gi}\n")
        self.assertIn("Insufficient memory", cluster.run("deploy", "--timeout", "10s", code=4).stderr)
        cluster.write()
        cluster.run("deploy")
        cluster.wait_ready(3)
        cluster.run("destroy", "--yes")

    def test_a_pod_that_nobody_lets_in_is_told_why(self):
        cluster = Cluster("full", "full")
        ask("POST", "/api/v1/namespaces", {"metadata": {"name": "full"}})
        quotas = "/api/v1/namespaces/full/resourcequotas"
        self.assertEqual(ask("POST", quotas, {"metadata": {"name": "one"}, "spec": {"hard": {"pods": "1"}}})[0], 201)
        cluster.write()
        self.assertRegex(cluster.run("deploy", "--timeout", "20s", code=4).stderr, "exceeded quota: one, .*pods=1")
        ask("DELETE", quotas + "/one")
        hooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
        hook = {"name": "no.pods.test", "clientConfig": {"url": "https://127.0.0.1:9/"}, "sideEffects": "None", "admissionReviewVersions": ["v1"],
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "full"}},
                "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]}
        self.assertEqual(ask("POST", hooks, {"metadata": {"name": "no-pods"}, "webhooks": [hook]})[0], 201)
        try:
            self.assertIn("no.pods.test", cluster.run("deploy", "--timeout", "20s", code=4).stderr)
        finally:
            ask("DELETE", hooks + "/no-pods")
        cluster.run("deploy")
        cluster.wait_ready(3)
        cluster.run("destroy", "--yes")

    def test_what_is_not_ours_survives(self):
        cluster = Cluster("guest", "guests")
        cluster.write()
        cluster.run("deploy")
        ask("POST", "/api/v1/namespaces/guests/configmaps", {"metadata": {"name": "theirs"}})
        self.assertIn("ConfigMap/guests/theirs", cluster.run("destroy", "--yes").stdout)
        self.assertEqual(ask("GET", "/api/v1/namespaces/guests/configmaps/theirs")[0], 200)
        cluster = Cluster("guest", "default")
        cluster.write()
        cluster.run("deploy")
        cluster.run("destroy", "--yes")
        self.assertEqual(ask("GET", "/api/v1/namespaces/default")[0], 200)

    def test_the_budget_keeps_quorum_while_members_leave(self):
        """Evict seed 0 on a cordoned cluster, scale down, touch a pod, evict seed 1: a budget of one unavailable lets
        the second seed go; ours, over the seeds alone, refuses it."""
        cluster = Cluster("quorum", "quorums")
        cluster.write(replicas=4)
        cluster.run("deploy")
        pods = f"/api/v1/namespaces/{cluster.namespace}/pods/quorum-"
        nodes = [node["metadata"]["name"] for node in get("/api/v1/nodes")["items"]]
        for node in nodes:
            ask("PATCH", f"/api/v1/nodes/{node}", {"spec": {"unschedulable": True}}, "application/merge-patch+json")
        try:
            def evict(ordinal):
                return ask("POST", f"{pods}{ordinal}/eviction", {"apiVersion": "policy/v1", "kind": "Eviction",
                           "metadata": {"name": f"quorum-{ordinal}", "namespace": cluster.namespace}})[0]
            self.assertEqual(evict(0), 201)
            ask("PATCH", cluster.set + "/scale", {"spec": {"replicas": 3}}, "application/merge-patch+json")
            ask("PATCH", pods + "1", {"metadata": {"annotations": {"touched": "yes"}}}, "application/merge-patch+json")
            time.sleep(1)
            self.assertEqual(evict(1), 429)
        finally:
            for node in nodes:
                ask("PATCH", f"/api/v1/nodes/{node}", {"spec": {"unschedulable": None}}, "application/merge-patch+json")
        cluster.wait_ready(3)
        cluster.run("destroy", "--yes")


if __name__ == "__main__":
    unittest.main(verbosity=2)

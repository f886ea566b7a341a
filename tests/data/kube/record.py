#!/usr/bin/env python3
"""Records the files of this folder: tests/cloud/kubernetes/kubecloud.py start DIR, then record.py DIR."""
import json
import pathlib
import ssl
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
SETS = "/apis/apps/v1/namespaces/{}/statefulsets"


class Server:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.url = f"https://127.0.0.1:{json.loads((folder / 'ports.json').read_text())['apiserver']}"
        self.tls = ssl.create_default_context(cafile=folder / "ca.crt")

    def call(self, method, path, body=None, content_type="application/json", accept="application/json"):
        headers = {"Authorization": "Bearer root-token", "Content-Type": content_type, "Accept": accept}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, method=method, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=10) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return json.loads(error.read())

    def save(self, name, path, accept="application/json"):
        (HERE / name).write_text(json.dumps(self.call("GET", path, accept=accept), indent=1) + "\n")


def statefulset(namespace):
    ports = [{"name": "client", "containerPort": 8800}]
    template = {"metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "example/web:1", "ports": ports}]}}
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "web", "namespace": namespace},
            "spec": {"replicas": 2, "serviceName": "web", "selector": {"matchLabels": {"app": "web"}},
                     "template": template}}


def owners(server):
    """One object under four managers: apply, scale by apply, scale by merge patch, edit; one list under two."""
    sets, space = SETS.format("rec") + "/web", "/api/v1/namespaces/rec"
    server.call("POST", "/api/v1/namespaces", {"metadata": {"name": "rec"}})
    server.call("PATCH", f"{sets}?fieldManager=migdeploy&force=false", statefulset("rec"), APPLY)
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "web", "namespace": "rec"},
             "spec": {"replicas": 2}}
    server.call("PATCH", f"{sets}/scale?fieldManager=migdeploy-scale&force=true", scale, APPLY)
    server.call("PATCH", f"{sets}/scale?fieldManager=kubectl", {"spec": {"replicas": 3}}, MERGE)
    edit = {"metadata": {"finalizers": ["example.com/hold"], "annotations": {"example.com/a": "1"}}}
    server.call("PATCH", f"{sets}?fieldManager=kubectl-edit", edit, MERGE)
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "rec"}}
    first = dict(service, spec={"selector": {"app": "web"},
                                "ports": [{"name": "a", "port": 8801}, {"name": "b", "port": 8802}]})
    second = dict(service, spec={"ports": [{"name": "bee", "port": 8802, "protocol": "TCP"}]})
    server.call("PATCH", f"{space}/services/web?fieldManager=migdeploy&force=false", first, APPLY)
    server.call("PATCH", f"{space}/services/web?fieldManager=other&force=true", second, APPLY)
    time.sleep(5)
    server.save("statefulset-owners.json", sets)
    server.save("service-owners.json", f"{space}/services/web")
    server.save("pod-ready.json", f"{space}/pods/web-0")
    pod = {"metadata": {"name": "stuck"},
           "spec": {"nodeSelector": {"zone": "none"}, "containers": [{"name": "c", "image": "x"}]}}
    server.call("POST", f"{space}/pods", pod)
    time.sleep(2)
    server.save("pod-unschedulable.json", f"{space}/pods/stuck")


def quota(server):
    space = "/api/v1/namespaces/quota"
    server.call("POST", "/api/v1/namespaces", {"metadata": {"name": "quota"}})
    server.call("POST", f"{space}/resourcequotas", {"metadata": {"name": "pods"}, "spec": {"hard": {"pods": "1"}}})
    time.sleep(2)
    server.call("POST", SETS.format("quota"), statefulset("quota"))
    time.sleep(4)
    server.save("events-quota.json", f"{space}/events")
    server.save("statefulset-quota.json", SETS.format("quota") + "/web")


def ends(server):
    server.call("DELETE", "/api/v1/namespaces/rec")
    time.sleep(6)
    server.save("namespace-terminating.json", "/api/v1/namespaces/rec")
    server.save("statefulset-terminating.json", SETS.format("rec") + "/web")


def discovery(server):
    for name in ("api", "apis"):
        server.save(f"discovery-{name}.json", f"/{name}", AGGREGATED)
        server.save(f"discovery-old-{name}.json", f"/{name}")
    server.save("discovery-old-v1.json", "/api/v1")
    for group in ("apps/v1", "autoscaling/v2", "autoscaling/v1"):
        server.save(f"discovery-old-{group.replace('/', '-')}.json", f"/apis/{group}")


if __name__ == "__main__":
    for part in (owners, quota, ends, discovery):
        part(Server(sys.argv[1]))

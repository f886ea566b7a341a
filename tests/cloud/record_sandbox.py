#!/usr/bin/env python3
"""Records what a real API server answers to the requests in tests/data/recordings, for the sandbox's model.

  tests/cloud/record_sandbox.py KUBECONFIG [--check] [FILE...]

Each line of a recording is one step: a request (method, path, type, body, token) with its answer (status, answer;
compared below a pointer where one is given, or as a part of it), or `until` (path, pointer, equals): the same GET until it is so. The requests stay, the answers are
written anew; with --check nothing is written, and an answer that differs by value ends with exit status 1.
KUBECONFIG is that of tests/cloud/kubernetes/kubecloud.py, with at least five nodes. Answers are kept as they came but
for the names of the controllers, which this control plane takes from its one program.
"""
import argparse
import json
import pathlib
import re
import ssl
import sys
import time
import urllib.error
import urllib.request

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "recordings"
MANAGERS = {"controller-manager": "kube-controller-manager", "scheduler": "kube-scheduler", "apiserver": "kube-apiserver", "kubecloud": "kube-apiserver", "kwok": "kubelet"}
VOLATILE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|[bcdfghjklmnpqrstvwxz2456789]{8,10}")


class Server:
    def __init__(self, kubeconfig):
        config = json.loads(pathlib.Path(kubeconfig).read_text())
        cluster = config["clusters"][0]["cluster"]
        self.url = cluster["server"]
        self.tls = ssl.create_default_context(cafile=cluster["certificate-authority"])
        self.tokens = {u["name"]: u["user"].get("token", "") for u in config["users"]}

    def ask(self, step):
        headers = {"Content-Type": step.get("type", "application/json"), "User-Agent": "recorder/1", "Accept": step.get("accept", "application/json")}
        token = step.get("token", "root")
        if token != "none":
            headers["Authorization"] = "Bearer " + self.tokens.get(token, token)
        body = step.get("body")
        request = urllib.request.Request(self.url + step["path"], method=step["method"], headers=headers,
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def wait_for_every_group(server):
    """Groups that another server serves (metrics) are stale until it was asked."""
    end = time.monotonic() + 90
    while '"Stale"' in server.ask({"method": "GET", "path": "/apis", "accept": AGGREGATED})[1]:
        if time.monotonic() > end:
            sys.exit("a group stays stale")
        time.sleep(0.5)


def at(document, pointer):
    for key in pointer.split("/")[1:]:
        document = document[int(key)] if isinstance(document, list) else document.get(key) if isinstance(document, dict) else None
        if document is None:
            return None
    return document


def rename(value):
    if isinstance(value, dict):
        return {k: MANAGERS.get(v, v) if k == "manager" and isinstance(v, str) else rename(v) for k, v in value.items()}
    return [rename(v) for v in value] if isinstance(value, list) else value


def parse(body, watches):
    if watches:
        return [rename(json.loads(line)) for line in body.splitlines()]
    try:
        return rename(json.loads(body))
    except ValueError:
        return body


def pattern(pointer):
    return re.escape(pointer).replace(r"\*\*", "(/.*)?").replace(r"\*", "[^/]+")


DIFFERENCES = re.compile("|".join(pattern(row["pointer"]) for row in json.loads((DATA / "differences.json").read_text())))


def stable(value, path=""):
    """What must be the same in every recording: for --check."""
    if DIFFERENCES.fullmatch(path):
        return None
    if isinstance(value, dict):
        return {VOLATILE.sub("#", k): stable(v, f"{path}/{k}") for k, v in value.items()}
    if isinstance(value, list):
        if path.endswith("/managedFields"):  # the server sorts them by the second of their time
            value = sorted(value, key=lambda f: (f["operation"], f["manager"], f.get("subresource", "")))
        return [stable(v, f"{path}/{i}") for i, v in enumerate(value)]
    return VOLATILE.sub("#", value) if isinstance(value, str) else value


def differences(recorded, now, path=""):
    if isinstance(recorded, dict) and isinstance(now, dict):
        return [d for k in sorted({*recorded, *now}) for d in differences(recorded.get(k), now.get(k), f"{path}/{k}")]
    if isinstance(recorded, list) and isinstance(now, list) and len(recorded) == len(now):
        return [d for i, pair in enumerate(zip(recorded, now)) for d in differences(*pair, f"{path}/{i}")]
    return [] if recorded == now else [f"{path}: {json.dumps(recorded)} is now {json.dumps(now)}"]


def replay(server, steps):
    captured = {}
    for step in steps:
        filled = json.loads(re.sub(r"\$\{(\w+)\}", lambda m: captured.get(m.group(1), m.group()), json.dumps(step)))
        if "until" in step:
            until = filled["until"]
            end = time.monotonic() + 90
            while True:
                status, body = server.ask({"method": "GET", "path": until["path"]})
                answer = parse(body, False)
                if (status if until["pointer"] == "status" else at(answer, until["pointer"])) == until["equals"]:
                    break
                if time.monotonic() > end:
                    sys.exit(f"never so: {step}")
                time.sleep(0.2)
            time.sleep(0.3)
            continue
        status, body = server.ask(filled)
        answer = parse(body, "watch=" in filled["path"] and status == 200)
        for name, pointer in step.get("capture", {}).items():
            captured[name] = at(answer, pointer)
        yield step, status, answer


def record(server, path, check):
    steps = [json.loads(line) for line in path.read_text().splitlines() if line]
    different = []
    for step, status, answer in replay(server, steps):
        below = step.get("below", "")
        recorded = {"status": step.get("status"), "answer": stable(at(step.get("answer"), below))}
        for found in differences(recorded, {"status": status, "answer": stable(at(answer, below))}):
            different.append(f"{path.name}: {step['method']} {step['path']}: {found}")
        step["status"], step["answer"] = status, answer
    if not check:
        path.write_text("".join(json.dumps(s, separators=(",", ":")) + "\n" for s in steps))
    return different


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kubeconfig")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    server = Server(options.kubeconfig)
    wait_for_every_group(server)
    different = []
    for path in options.files or sorted(DATA.glob("*.jsonl")):
        different += record(server, path, options.check)
    if not options.check:
        print("recorded")
        return 0
    print("\n".join(different) if different else "every answer is as recorded")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())

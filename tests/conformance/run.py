#!/usr/bin/env python3
"""Feeds every set of answers in tests/data through the adapter and compares as values.

    tests/conformance/run.py [--build DIR] [NAME...]     NAME: a set, such as quantity or kubeconfig

Prints what fails, then one line a set, then "N passed, N failed"; exits 1 when anything failed, or when a set
that is named here has no case. The expected values are other programs' (tests/data/README.md); what they are
compared by stands beside each set. Every set is asked twice, and both answers must be the same.
"""
import argparse
import base64
import json
import pathlib
import re
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data"
TIME_LIMIT_S = 300


class Case:
    """One question, and a function that says what is wrong with its answer (None: nothing)."""

    def __init__(self, name, question, judge):
        self.name = name
        self.question = question
        self.judge = judge


def number(value):
    """As the tree holds it: a whole number of at most 64 bits exactly, all else as a double."""
    return value if isinstance(value, int) and -2**63 <= value < 2**64 else float(value)


def same(left, right):
    """Whether two JSON values are the same: numbers by value, keys in any order, true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return number(left) == number(right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


def want(expected):
    """A judge: each of these fields is there and the same; None: it is not there."""
    def judge(answer):
        if "error" in answer:
            return f"refused: {answer['error']['message']}"
        for key, value in expected.items():
            if (key in answer) != (value is not None):
                return f"{key} is {'there' if key in answer else 'missing'}"
            if value is not None and not same(answer[key], value):
                return f"{key} is {answer[key]!r}, not {value!r}"
        return None
    return judge


def want_refused(answer):
    error = answer.get("error")
    if error is None:
        return f"taken: {json.dumps(answer)[:200]}"
    return None if error.get("message") and error.get("status", "").startswith("MIGD_ERR_") else "no reason given"


def want_any(answer):
    return None if isinstance(answer, dict) else "no answer"


def lines(name):
    # Not splitlines(): U+2028 and its like may stand in a text.
    text = (DATA / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


# --- small values: one field each, as kubernetes-values.md names them ----------------------------------


def values(name, op, *fields):
    for vector in lines(name):
        expected = {field: vector.get(field) for field in fields}
        judge = want_refused if "error" in vector else want(expected)
        yield Case(vector["id"], {**vector, "op": op}, judge)


def quantities():
    for vector in lines("quantity"):
        expected = {field: vector.get(field) for field in ("milli", "value", "sign")}
        spellings = [vector.get("canonical"), vector.get("kept")]

        def judge(answer, expected=expected, spellings=spellings):
            # An API server keeps some spellings as they were written: either is right.
            wrong = want(expected)(answer)
            return wrong if wrong or answer["canonical"] in spellings else f"canonical is {answer['canonical']}"
        yield Case(vector["id"], {**vector, "op": "quantity"}, want_refused if "error" in vector else judge)


# That library drops nulls also from objects that stand in lists; RFC 7396 replaces a list as it is.
BY_THE_RFC = {"m020": {"a": [{"b": None}]}}


def merge_patches():
    for vector in lines("merge-patch"):
        # Where one of the two is no object, that library leaves RFC 7396: commentary (kubernetes-values.md).
        judge = want({"result": BY_THE_RFC.get(vector["id"], vector.get("result"))})
        if not isinstance(vector["value"], dict) or not isinstance(vector["patch"], dict):
            judge = want_any
        yield Case(vector["id"], {**vector, "op": "merge_patch"}, judge)


# --- YAML and JSON --------------------------------------------------------------------------------------


def yaml_to_json():
    for vector in lines("yaml-to-json"):
        # Duplicate keys are refused here, where kubectl's default lets them pass.
        strict = "already set in map" in vector.get("strict_error", "")
        documents = None if strict else decoded(vector["documents"])
        stops = strict or "documents_error" in vector

        def judge(answer, documents=documents, stops=stops):
            if ("documents_error" in answer) != stops:
                return answer.get("documents_error", "it is taken")
            return want({"documents": documents})(answer) if documents is not None else None
        yield Case(vector["id"], {**vector, "op": "yaml_to_json"}, judge)


def decoded(value):
    """Half a surrogate pair becomes U+FFFD when it is read, as in Go; the vectors repeat its raw text."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, list):
        return [decoded(item) for item in value]
    return {key: decoded(item) for key, item in value.items()} if isinstance(value, dict) else value


class Loader(yaml.SafeLoader):
    """YAML 1.1 by PyYAML, but dates stay strings, as JSON has none."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def yaml_write():
    """Another layout than the vector's is fine if two readers give the value back: PyYAML here, our own by a
    second question."""
    for vector in lines("yaml-write"):
        def judge(answer, value=vector["value"]):
            if "yaml" not in answer:
                return f"not written: {answer}"
            back = ADAPTER.ask([{"op": "yaml_to_json", "yaml": answer["yaml"]}])[0]
            wanted = [] if value is None else [value]
            for reader, read in (("PyYAML", [yaml.load(answer["yaml"], Loader)]), ("ours", back["documents"])):
                if not same([item for item in read if item is not None], wanted):
                    return f"{reader} reads {read!r} back, from {answer['yaml']!r}"
            return None
        yield Case(vector["id"], {**vector, "op": "yaml_write"}, judge)


def rows(folder):
    header, *found = (DATA / folder / "index.tsv").read_text(encoding="utf-8").splitlines()
    return [dict(zip(header.split("\t"), row.split("\t"))) for row in found]


def encoded(path):
    return base64.b64encode(path.read_bytes()).decode()


def json_suite():
    for row in rows("json"):
        path = DATA / "json" / "test_parsing" / row["file"]
        judge = {"reject": want_refused, "either": want_any}.get(row["expect"])
        if judge is None:
            judge = want({"value": json.loads(path.read_bytes())})
            if json.loads(path.read_bytes()) is None:
                judge = lambda answer: None if answer == {"value": None} else f"{answer}"
        yield Case(row["file"], {"op": "json_parse", "base64": encoded(path)}, judge)
    for path in sorted((DATA / "json" / "test_transform").iterdir()):
        yield Case(path.name, {"op": "json_parse", "base64": encoded(path)}, want_any)


def yaml_suite():
    """The suite is of YAML 1.2, this library reads YAML 1.1 as Kubernetes does: yaml-misses.tsv holds each case
    in which the two differ, with its reason, and a case that stands there and is met fails, too."""
    misses = dict(line.split("\t", 1) for line in (HERE / "yaml-misses.tsv").read_text(encoding="utf-8").splitlines()
                  if line and not line.startswith("#"))
    for row in rows("yaml"):
        case, expected = row["id"], None
        if row["error"] == "0" and row["has_json"] == "1":
            expected = list(documents_of((DATA / "yaml" / "cases" / f"{case}.json").read_text(encoding="utf-8")))

        def judge(answer, row=row, case=case, expected=expected):
            if "documents" not in answer:
                return f"no answer: {answer}"
            wrong = None
            if (row["error"] == "1") != ("documents_error" in answer) and (expected is not None or row["error"] == "1"):
                wrong = answer.get("documents_error", "it is taken")
            elif expected is not None and not same(answer["documents"], expected):
                wrong = f"{answer['documents']!r}, not {expected!r}"
            if case in misses:
                return None if wrong else f"is met: take it out of yaml-misses.tsv ({misses[case]})"
            return wrong
        yield Case(case, {"op": "yaml_to_json", "base64": encoded(DATA / "yaml" / "cases" / f"{case}.yaml")}, judge)


def documents_of(text):
    """The JSON values of a text, one behind the other, as kubectl would see them: without empty ones."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        while at < len(text) and text[at].isspace():
            at += 1
        if at < len(text):
            value, at = decoder.raw_decode(text, at)
            if value is not None:
                yield value


# --- the spec and the rules -------------------------------------------------------------------------------


def plain_quantities(value):
    """Quantities in Kubernetes' canonical spelling, by the adapter itself (quantity.jsonl judges that), and the
    words of MIGRATORYDATA_EXTRA_OPTS in one order."""
    if isinstance(value, list):
        return [plain_quantities(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("name") == "MIGRATORYDATA_EXTRA_OPTS" and "value" in value:
        return {**value, "value": sorted(value["value"].split())}
    return {key: {name: canonical(amount) for name, amount in part.items()}
            if key in ("requests", "limits") and isinstance(part, dict) else plain_quantities(part)
            for key, part in value.items()}


def canonical(amount):
    return ADAPTER.ask([{"op": "quantity", "input": str(amount)}])[0]["canonical"]


def render():
    for path in sorted((DATA / "render").glob("*.spec.yaml")):
        expected = list(yaml.safe_load_all(path.with_name(path.name.replace(".spec", "")).read_text(encoding="utf-8")))

        def judge(answer, expected=expected):
            if "documents" not in answer:
                return f"{answer}"
            for index, (ours, theirs) in enumerate(zip(answer["documents"], expected)):
                if not same(plain_quantities(ours), plain_quantities(theirs)):
                    return f"document {index}: {difference(plain_quantities(ours), plain_quantities(theirs))}"
            return None if len(answer["documents"]) == len(expected) else f"{len(answer['documents'])} documents"
        yield Case(path.name, {"op": "spec_render", "spec": path.read_text(encoding="utf-8")}, judge)


def difference(ours, theirs, pointer=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            if key not in ours or key not in theirs:
                return f"{pointer}/{key} is only in {'theirs' if key in theirs else 'ours'}"
            if not same(ours[key], theirs[key]):
                return difference(ours[key], theirs[key], f"{pointer}/{key}")
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs)):
            if not same(*pair):
                return difference(*pair, f"{pointer}/{index}")
    return f"{pointer}: {ours!r}, not {theirs!r}"


def tutorial():
    """What the rules say of the vendor's files: tutorial-findings.txt, written by hand before the rules were."""
    names = ["migratory-namespace.yaml", "migratorydata-autoscale.yaml", "migratorydata-cluster.yaml", "nlb-service.yaml"]
    files = {name: (DATA / "tutorial" / name).read_text(encoding="utf-8") for name in names}
    expected = (HERE / "tutorial-findings.txt").read_text(encoding="utf-8").splitlines()

    def judge(answer):
        found = ["{file}:{line}:{column}: {severity}: {message} [{rule}]".format(**finding)
                 for finding in answer.get("findings", [])]
        wrong = [f"- {line}" for line in expected if line not in found] + \
                [f"+ {line}" for line in found if line not in expected]
        return "\n    ".join(["differs", *wrong]) if wrong else None
    yield Case("the four files", {"op": "check", "files": files}, judge)
    yield Case("no change", {"op": "check", "files": files, "current": files}, judge)


# --- kubeconfig: what `kubectl config view` printed ---------------------------------------------------------


def kubeconfig():
    for folder in sorted((DATA / "kubeconfig").iterdir()):
        if not folder.is_dir():
            continue
        case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        flags = dict(re.findall(r"--([\w-]+)=(\S+)", " ".join(case["argv"])))
        names = [flags["kubeconfig"]] if "kubeconfig" in flags else case["env"]["KUBECONFIG"].split(":")
        paths = [folder / "before" / name for name in dict.fromkeys(names) if name]
        question = {"op": "kubeconfig", "files": [path.read_text(encoding="utf-8") for path in paths if path.is_file()]}
        if "context" in flags:
            question["context"] = flags["context"]
        if case["exit"] != 0:
            # kubectl failed at a certificate's file, which a question of texts cannot hold.
            judge = want_any if "flatten" in folder.name else want_refused
            yield Case(folder.name, question, judge)
        elif case["argv"][1:3] == ["config", "view"]:
            yield from contexts(folder, question)
        else:
            yield Case(folder.name, question, want_any)


def contexts(folder, question):
    """One question for each context that kubectl printed, and one for the current one."""
    config = yaml.safe_load((folder / "stdout").read_text(encoding="utf-8"))
    servers = {item["name"]: item["cluster"].get("server") for item in config["clusters"] or []}
    found = {item["name"]: item["context"] for item in config["contexts"] or []}
    current = config.get("current-context") or None
    for name in [*found, None]:
        if name is None and "context" in question:
            continue  # what stood in the files is not what was printed
        context = found.get(name or current)
        judge = want_refused
        if context is not None and servers.get(context.get("cluster")):
            judge = want({"server": servers[context["cluster"]], "cluster": context["cluster"],
                          "user": context.get("user"), "namespace": context.get("namespace", "default")})
        asked = question if name is None else {**question, "context": name}
        yield Case(f"{folder.name} {name or 'current'}", asked, judge)


# --- lines that are no question -----------------------------------------------------------------------------


def hostile():
    for name, line in (("empty", b""), ("blanks", b"   "), ("no JSON", b"x"), ("cut", b'{"op":"quantity","input":"1'),
                       ("two values", b"{} {}"), ("a list", b"[]"), ("null", b"null"), ("no op", b'{"id":1}'),
                       ("an op that is none", b'{"op":"nothing"}'), ("an op of another kind", b'{"op":7}'),
                       ("no UTF-8", b'{"op":"quantity","input":"\xff"}'), ("a NUL", b'{"op":"quantity\x00"}'),
                       ("without its field", b'{"op":"quantity"}'), ("a field of another kind", b'{"op":"quantity","input":1}'),
                       ("deep", b"[" * 100000), ("long", b'{"op":"name","kind":"' + b"a" * 1000000 + b'","input":""}'),
                       ("no base64", b'{"op":"json_parse","base64":"*"}')):
        yield Case(name, line, want_refused)
    yield Case("and it goes on", {"op": "duration_text", "ms": 0}, want({"text": "0s"}))


SETS = {
    "quantity": quantities,
    "names": lambda: values("names", "name", "valid"),
    "selectors": lambda: values("selectors", "selector", "canonical", "matches"),
    "int-or-percent": lambda: values("int-or-percent", "int_or_percent", "result"),
    "duration": lambda: values("duration", "duration_text", "text", "short"),
    "duration-parse": lambda: values("duration-parse", "duration_parse", "ns", "canonical"),
    "merge-patch": merge_patches,
    "yaml-to-json": yaml_to_json,
    "yaml-write": yaml_write,
    "json": json_suite,
    "yaml": yaml_suite,
    "render": render,
    "tutorial": tutorial,
    "kubeconfig": kubeconfig,
    "hostile": hostile,
}


class Adapter:
    def __init__(self, program):
        self.program = program

    def ask(self, questions):
        """The answers, in order. A question is a value, or bytes that go in as they are."""
        text = b"".join(q + b"\n" if isinstance(q, bytes) else json.dumps(q).encode() + b"\n" for q in questions)
        ran = subprocess.run([self.program], input=text, stdout=subprocess.PIPE, timeout=TIME_LIMIT_S, check=False)
        # Not splitlines(): U+2028 and its like may stand in an answer.
        answers = ran.stdout.decode("utf-8", "surrogatepass").split("\n")[:-1]
        if ran.returncode != 0 or len(answers) != len(questions):
            sys.exit(f"the adapter ended with {ran.returncode} after {len(answers)} of {len(questions)} answers")
        return [json.loads(answer) for answer in answers]


def repeatable(first, second):
    """A refusal may name a file of its own time."""
    if "error" in first and "error" in second:
        return first["error"]["status"] == second["error"]["status"]
    return same(first, second)


def judge_set(name, cases):
    for index, case in enumerate(cases):
        if not isinstance(case.question, bytes):
            case.question = {**case.question, "id": f"{name}-{index}"}
    asked = [case.question for case in cases]
    answers, again = ADAPTER.ask(asked), ADAPTER.ask(asked)
    failed = 0
    for case, answer, second in zip(cases, answers, again):
        wrong = None if repeatable(answer, second) else "another answer the second time"
        if not isinstance(case.question, bytes):
            wrong = wrong or (None if answer.pop("id", None) == case.question["id"] else "the id is another")
        wrong = wrong or case.judge(answer)
        if wrong:
            failed += 1
            print(f"FAILED {name} {case.name}: {wrong}")
    return failed


def main():
    global ADAPTER
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=HERE.parents[1] / "build" / "debug", help="the build folder")
    parser.add_argument("sets", nargs="*", metavar="NAME", help=f"of {', '.join(SETS)}; the default is all")
    options = parser.parse_args()
    unknown = set(options.sets) - set(SETS)
    if unknown:
        parser.error(f"no set {', '.join(sorted(unknown))}")
    ADAPTER = Adapter(pathlib.Path(options.build) / "bin" / "migd-conformance")
    passed_all = failed_all = 0
    summary = []
    for name in options.sets or SETS:
        cases = list(SETS[name]())
        failed = judge_set(name, cases) if cases else 1
        summary.append(f"{name}: {len(cases) - failed} of {len(cases)}")
        passed_all += max(len(cases) - failed, 0)
        failed_all += failed
    print("\n".join(summary))
    print(f"{passed_all} passed, {failed_all} failed")
    return 1 if failed_all else 0


if __name__ == "__main__":
    sys.exit(main())

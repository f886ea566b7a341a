#!/usr/bin/env python3
"""Calls every public function with NULL for each of its pointers in turn, and for all of them, each call in a
process of its own. The functions and their types are read from the headers. A call may refuse; the host lives on,
and a result that has nowhere to go is MIGD_ERR_INVALID.

  tests/api/run_nulls.py BUILD
"""
import json
import os
import pathlib
import signal
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1]).resolve()
os.environ["MIGDEPLOY_LIBRARY"] = str(BUILD / "lib" / "libmigdeploy.so")
sys.path.insert(0, str(ROOT / "examples" / "bindings" / "python"))
from migdeploy._library import ffi, lib  # noqa: E402

# A token is sent to nobody without TLS: each call on it ends at once.
KUBECONFIG = """{apiVersion: v1, kind: Config, current-context: c,
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}],
users: [{name: u, user: {token: t}}], contexts: [{name: c, context: {cluster: c, user: u}}]}
"""
SPEC = b"""{"apiVersion": "migdeploy.dev/v1alpha1", "kind": "MigratoryDataCluster",
"metadata": {"name": "data"}, "spec": {"profile": "tutorial"}}"""
OBJECT = b'{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "a": {}}'
# Of these a result may be unwanted: kube.h and job.h say so.
UNWANTED = {"migd_kube_apply", "migd_kube_get", "migd_kube_list", "migd_kube_delete", "migd_job_finish"}
# A position of which any part may be unwanted: object.h.
UNWANTED |= {"migd_object_place"}
PATIENCE_S = 20


class Values:
    """What fits each type: a text, a number, a handle that lives, a place for a result."""

    def __init__(self, folder):
        self.kept = []
        self.file = (folder / "kubeconfig")
        self.text = {"path": str(self.file).encode(), "text": OBJECT}

    def keep(self, value):
        self.kept.append(value)
        return value

    def out(self, kind):
        return self.keep(ffi.new(f"{kind} **"))

    def make(self, kind, function, *arguments):
        out = self.out(kind)
        status = function(*arguments, out, ffi.NULL)
        if status < 0:
            raise RuntimeError(f"a {kind} cannot be made: {status}")
        return out[0]

    def handle(self, kind):
        """A handle of that type."""
        return getattr(self, kind)()

    def migd_context(self):
        return self.make("migd_context", lib.migd_context_new, ffi.NULL)

    def migd_context_options(self):
        return self.make("migd_context_options", lib.migd_context_options_new)

    def migd_read_options(self):
        return self.make("migd_read_options", lib.migd_read_options_new)

    def migd_call_options(self):
        options = self.make("migd_call_options", lib.migd_call_options_new)
        lib.migd_call_options_set_text(options, lib.MIGD_CALL_KUBECONFIG, str(self.file).encode(), ffi.NULL)
        return options

    def migd_cancel(self):
        return self.make("migd_cancel", lib.migd_cancel_new)

    def migd_object(self):
        return self.make("migd_object", lib.migd_object_parse, OBJECT, len(OBJECT), ffi.NULL)

    def migd_objects(self):
        objects = self.make("migd_objects", lib.migd_objects_new)
        lib.migd_objects_add(objects, self.migd_object(), ffi.NULL)
        return objects

    def migd_spec(self):
        return self.make("migd_spec", lib.migd_spec_parse, SPEC, len(SPEC), ffi.NULL)

    def migd_findings(self):
        return self.make("migd_findings", lib.migd_check_objects, self.migd_objects(), ffi.NULL)

    def migd_buf(self):
        return self.make("migd_buf", lib.migd_object_write_json, self.migd_object(), 0)

    def migd_kube(self):
        return self.make("migd_kube", lib.migd_kube_open, self.migd_context(), self.migd_call_options())

    def migd_job(self):
        return self.make("migd_job", lib.migd_kube_get_start, self.migd_kube(), b"pods", b"n", b"a", ffi.NULL)

    def migd_event(self):
        event = self.keep(ffi.new("const migd_event **"))
        lib.migd_job_next(self.migd_job(), 1000, event, ffi.NULL)
        return event[0]

    def migd_error(self):
        error = self.out("migd_error")
        lib.migd_spec_parse(b"{", 1, ffi.NULL, self.out("migd_spec"), error)
        return error[0]

    def of(self, kind):
        name = kind.cname.replace("const ", "")
        if kind.kind == "primitive":
            return 1
        if kind.kind == "function" or "(*)" in name or name == "void *":
            return ffi.NULL
        if name == "char *":
            return self.keep(ffi.new("char[]", b"/a"))
        if kind.item.kind in ("primitive", "pointer"):
            return self.keep(ffi.new(kind.cname))
        return self.handle(name.split(" ")[0])


def is_pointer(kind):
    return kind.kind in ("pointer", "function")


def is_result(kind):
    return kind.kind == "pointer" and kind.item.kind == "pointer" and "migd_error" not in kind.cname


def rows():
    """Each function with, one after another, the indices of its arguments that are NULL."""
    for name in sorted(n for n in dir(lib) if n.startswith("migd_")):
        kinds = ffi.typeof(getattr(lib, name)).args
        pointers = [i for i, kind in enumerate(kinds) if is_pointer(kind)]
        for absent in [(i,) for i in pointers] + [tuple(pointers)] * (len(pointers) > 1):
            yield name, kinds, absent


def call(name, kinds, absent, folder):
    """What the call answered."""
    values = Values(folder)
    arguments = [ffi.NULL if i in absent else values.of(kind) for i, kind in enumerate(kinds)]
    answer = getattr(lib, name)(*arguments)
    return answer if isinstance(answer, int) else None


def in_a_child(name, kinds, absent, folder):
    """The signal that ended it, or None; and what the call answered."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(PATIENCE_S)
        os.write(writer, json.dumps(call(name, kinds, absent, folder)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        answer = said.read()
    _, status = os.waitpid(child, 0)
    ended_by = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else None
    if ended_by is None and os.WEXITSTATUS(status) != 0:
        ended_by = "an exception of the test"
    return ended_by, json.loads(answer) if answer else None


class Nulls(unittest.TestCase):
    def test_no_null_ends_the_host(self):
        tried = 0
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            (folder / "kubeconfig").write_text(KUBECONFIG)
            for name, kinds, absent in rows():
                tried += 1
                with self.subTest(f"{name}, NULL: {', '.join(str(i + 1) for i in absent)}"):
                    ended_by, answer = in_a_child(name, kinds, absent, folder)
                    self.assertIsNone(ended_by)
                    lost = any(is_result(kinds[i]) for i in absent) and name not in UNWANTED
                    if lost and ffi.typeof(getattr(lib, name)).result.cname == "int32_t":
                        self.assertEqual(answer, lib.MIGD_ERR_INVALID)
        self.assertGreater(tried, 150, "the headers were not understood")


if __name__ == "__main__":
    program = unittest.main(argv=sys.argv[:1], exit=False)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - min(bad, program.result.testsRun)} passed, {bad} failed")
    sys.exit(1 if bad else 0)

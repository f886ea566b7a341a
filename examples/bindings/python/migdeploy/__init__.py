"""libmigdeploy from Python: a sample binding over cffi's ABI mode. The C headers are its declarations.

    spec = migdeploy.load_spec("migdeploy.yaml")
    for finding in spec.check():
        print(finding)
    with migdeploy.Context() as context:
        for event in context.deploy(spec):   # Ctrl-C cancels, cleanly
            print(event)

MIGDEPLOY_LIBRARY names the shared library, MIGDEPLOY_INCLUDE the folder that holds migdeploy/*.h, where they are
not in their usual places.
"""
import json
import os
import pathlib
import re

import cffi

OK, DONE, TIMEOUT, FOREVER = 0, 1, 2, -1
ERR_REFUSED, ERR_CANCELLED = -4, -10
EVENT_QUESTION, EVENT_NOTE = 8, 5
TOPICS = ("base", "buffer", "error", "object", "context", "job", "spec", "check", "kube", "deploy")

_ffi = cffi.FFI()


def _headers():
    """The folder of the headers: as named, of this checkout, or as installed."""
    named = os.environ.get("MIGDEPLOY_INCLUDE")
    checkout = pathlib.Path(__file__).resolve().parents[4] / "include"
    for folder in (named, checkout, "/usr/local/include", "/usr/include"):
        if folder and (pathlib.Path(folder) / "migdeploy" / "base.h").exists():
            return pathlib.Path(folder) / "migdeploy"
    raise ImportError("no migdeploy/base.h: set MIGDEPLOY_INCLUDE")


def _declarations():
    """The headers without comments, preprocessor lines and what only C++ reads."""
    text = "".join((_headers() / f"{topic}.h").read_text() for topic in TOPICS)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"^#ifdef __cplusplus$.*?^#endif$", "", text, flags=re.S | re.M)
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$", "", text, flags=re.M)
    return text.replace("MIGD_API", "")


_ffi.cdef(_declarations())
_lib = _ffi.dlopen(os.environ.get("MIGDEPLOY_LIBRARY", "libmigdeploy.so.0.1"))


def _text(chars):
    return None if chars == _ffi.NULL else _ffi.string(chars).decode()


class Error(Exception):
    """A failed call: its status, the chain of causes as its text, and the facts of the first error."""

    def __init__(self, status, error=None):
        self.status, lines = status, []
        self.next, self.details = None, []
        cause = error if error is not None else _ffi.NULL
        if cause != _ffi.NULL:
            self.next = _text(_lib.migd_error_next(cause))
            self.details = [tuple(_text(_lib.migd_error_detail(cause, i, part)) for part in range(4))
                            for i in range(_lib.migd_error_detail_count(cause))]
        while cause != _ffi.NULL:
            operation = _text(_lib.migd_error_operation(cause))
            lines.append((operation + ": " if operation else "") + _text(_lib.migd_error_message(cause)))
            cause = _lib.migd_error_cause(cause)
        if error is not None:
            _lib.migd_error_free(error)
        super().__init__("; ".join(lines) or _text(_lib.migd_status_name(status)))


def _call(function, *arguments):
    """Calls with an error behind the arguments; raises on failure, else answers the status."""
    error = _ffi.new("migd_error **")
    status = function(*arguments, error)
    if status < 0:
        raise Error(status, error[0] if error[0] != _ffi.NULL else None)
    return status


def _made(kind, free, function, *arguments):
    """The handle that a call gives out, freed with its owner."""
    out = _ffi.new(f"{kind} **")
    _call(function, *arguments, out)
    return _ffi.gc(out[0], free)


def _document(value):
    """A document as Python's own dict, list, str, int, float, bool or None."""
    if value == _ffi.NULL:
        return None
    text = _made("migd_buf", _lib.migd_buf_free, _lib.migd_object_write_json, value, 0)
    return json.loads(_ffi.buffer(_lib.migd_buf_data(text), _lib.migd_buf_size(text))[:])


class Spec:
    """A cluster spec."""

    def __init__(self, handle):
        self._handle = handle

    def set(self, path, value):
        """Sets one key; value is YAML."""
        _call(_lib.migd_spec_set, self._handle, path.encode(), str(value).encode())
        return self

    def check(self):
        """The findings, as lines file:line:column: severity: message [RULE]."""
        findings = _made("migd_findings", _lib.migd_findings_free, _lib.migd_check_spec, self._handle, _ffi.NULL)
        return [_text(_lib.migd_findings_text(findings, i)) for i in range(_lib.migd_findings_count(findings))]

    def render(self):
        """The objects that the spec stands for, as documents."""
        objects = _made("migd_objects", _lib.migd_objects_free, _lib.migd_spec_render, self._handle)
        return [_document(_lib.migd_objects_item(objects, i)) for i in range(_lib.migd_objects_count(objects))]

    def document(self):
        """The spec with every default."""
        return _document(_lib.migd_spec_object(self._handle))


def load_spec(path):
    """Reads a spec from a file."""
    return Spec(_made("migd_spec", _lib.migd_spec_free, _lib.migd_spec_load_file, str(path).encode(), _ffi.NULL))


def parse_spec(text):
    """Reads a spec from a text."""
    data = text.encode()
    return Spec(_made("migd_spec", _lib.migd_spec_free, _lib.migd_spec_parse, data, len(data), _ffi.NULL))


class Event:
    """What a job tells: kind, step, text, and everything as a document."""

    def __init__(self, event):
        self.kind = _lib.migd_event_kind(event)
        self.step = _text(_lib.migd_event_step(event))
        self.text = _text(_lib.migd_event_text(event))
        self.details = _document(_lib.migd_event_details(event))

    def __str__(self):
        return self.text


class Context:
    """The loop; use it as `with Context() as context`."""

    def __init__(self):
        self._handle = _made("migd_context", _lib.migd_context_free, _lib.migd_context_new, _ffi.NULL)
        self.result = None  # of the last job that was pulled to its end

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _ffi.release(self._handle)

    def _pull(self, start, arguments, consent=False, deadline_ms=FOREVER):
        """Events until the end. Ctrl-C, or leaving the loop early, ends the job cleanly."""
        options = _made("migd_call_options", _lib.migd_call_options_free, _lib.migd_call_options_new)
        cancel = _made("migd_cancel", _lib.migd_cancel_free, _lib.migd_cancel_new)
        _lib.migd_call_options_set_cancel(options, cancel)
        _call(_lib.migd_call_options_set_int64, options, _lib.MIGD_CALL_DEADLINE_MS, deadline_ms)
        _call(_lib.migd_call_options_set_int64, options, _lib.MIGD_CALL_CONSENT, int(consent))
        job = _made("migd_job", _lib.migd_job_free, start, self._handle, *arguments, options)
        event = _ffi.new("const migd_event **")
        self.result = None
        while True:
            try:
                status = _call(_lib.migd_job_next, job, 200, event)  # a signal is heard at least this often
            except KeyboardInterrupt:
                _lib.migd_cancel_signal(cancel)
                continue
            if status == OK:
                yield Event(event[0])
            elif status == DONE:
                break
        result = _ffi.new("migd_object **")
        if _lib.migd_job_take_object(job, result, _ffi.NULL) == OK:
            self.result = _document(_ffi.gc(result[0], _lib.migd_object_free))

    def deploy(self, spec, **options):
        """Makes the cluster be as the spec says."""
        return self._pull(_lib.migd_deploy_start, (spec._handle,), **options)

    def scale(self, spec, members, **options):
        """Changes the number of members."""
        return self._pull(_lib.migd_deploy_scale_start, (spec._handle, members), **options)

    def destroy(self, spec, consent, **options):
        """Removes the cluster; consent=True is the answer to the question."""
        return self._pull(_lib.migd_deploy_destroy_start, (spec._handle,), consent=consent, **options)

    def plan(self, spec, **options):
        """What deploy would change, as a document."""
        for _ in self._pull(_lib.migd_deploy_plan_start, (spec._handle,), **options):
            pass
        return self.result

    def status(self, spec, **options):
        """What runs, as a document."""
        for _ in self._pull(_lib.migd_deploy_status_start, (spec._handle,), **options):
            pass
        return self.result


version = _text(_lib.migd_version())

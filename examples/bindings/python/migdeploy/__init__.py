"""A sample package over libmigdeploy: specs, findings, judged changes, Kubernetes calls.

Handles are freed by Python's collector; documents come out as plain dicts and lists; a failure is raised as
migdeploy.Error. Each function does what the C function of that name does: the headers are the manual.
"""
import contextlib
import json

from ._library import ffi, lib

__all__ = ["Context", "Error", "Event", "Finding", "Job", "Kube", "Spec", "check_objects", "load_spec", "parse_spec",
           "version"]

# A turn of the loop ends this often, so that Python sees a Ctrl-C.
_TURN_MS = 100
_CANCELLED_TURNS = 100


def _text(pointer):
    return None if pointer == ffi.NULL else ffi.string(pointer).decode("utf-8")


def version():
    return _text(lib.migd_version())


class Error(Exception):
    """What went wrong: the chain of causes as text, and every fact of migdeploy/error.h that a program decides on."""

    def __init__(self, status, error=ffi.NULL, message=None):
        """error: taken; a job that failed gives it once, and its status again and again."""
        error = ffi.gc(error, lib.migd_error_free)
        name = _text(lib.migd_status_name(status))
        lines, cause = [], error
        while cause != ffi.NULL:
            operation, message = _text(lib.migd_error_operation(cause)), _text(lib.migd_error_message(cause))
            lines.append(f"{operation}: {message}" if operation else message)
            cause = lib.migd_error_cause(cause)
        super().__init__("\n".join(lines) or message or name)
        self.status = name
        self.message = _text(lib.migd_error_message(error)) or message or name
        self.http_status = lib.migd_error_http_status(error) or None
        self.retryable = bool(lib.migd_error_retryable(error))
        self.file = _text(lib.migd_error_file(error))
        self.line = lib.migd_error_line(error) or None
        self.column = lib.migd_error_column(error) or None
        self.remaining = _text(lib.migd_error_remaining(error))
        self.next = _text(lib.migd_error_next(error))
        self.details = [{name: _text(lib.migd_error_detail(error, index, part))
                         for name, part in (("field", lib.MIGD_DETAIL_FIELD), ("reason", lib.MIGD_DETAIL_REASON),
                                            ("message", lib.MIGD_DETAIL_MESSAGE), ("subject", lib.MIGD_DETAIL_SUBJECT))}
                        for index in range(lib.migd_error_detail_count(error))]


def _call(function, *arguments):
    """Calls a function that takes `migd_error **` last; raises what it fails with."""
    error = ffi.new("migd_error **")
    status = function(*arguments, error)
    if status < 0:
        raise Error(status, error[0])
    return status


def _make(kind, free, function, *arguments):
    """What a function gives through its `out`, freed when Python lets go of it."""
    out = ffi.new(f"{kind} **")
    _call(function, *arguments, out)
    return ffi.gc(out[0], free)


def _bytes(buffer):
    buffer = ffi.gc(buffer, lib.migd_buf_free)
    return ffi.buffer(lib.migd_buf_data(buffer), lib.migd_buf_size(buffer))[:]


def _python(value):
    """A document, or a value in one, as Python sees JSON."""
    if value == ffi.NULL:
        return None
    out = ffi.new("migd_buf **")
    _call(lib.migd_object_write_json, value, 0, out)
    return json.loads(_bytes(out[0]))


def _document(value):
    text = json.dumps(value).encode("utf-8")
    return _make("migd_object", lib.migd_object_free, lib.migd_object_parse, text, len(text), ffi.NULL)


def _list(values):
    objects = _make("migd_objects", lib.migd_objects_free, lib.migd_objects_new)
    for value in values:
        _call(lib.migd_objects_add, objects, _document(value))
    return objects


_NUMBERS = {"dry_run": lib.MIGD_CALL_DRY_RUN, "force": lib.MIGD_CALL_FORCE, "adopt": lib.MIGD_CALL_ADOPT,
            "wait_lock": lib.MIGD_CALL_WAIT_LOCK, "consent": lib.MIGD_CALL_CONSENT}
_TEXTS = {"only": lib.MIGD_CALL_ONLY, "until": lib.MIGD_CALL_UNTIL, "namespace": lib.MIGD_CALL_NAMESPACE,
          "kubeconfig": lib.MIGD_CALL_KUBECONFIG, "context": lib.MIGD_CALL_CONTEXT,
          "field_manager": lib.MIGD_CALL_FIELD_MANAGER}


def _options(accept=(), deadline=None, cancel=None, **named):
    """deadline: seconds; accept: rules; the others: the names of MIGD_CALL_* in small letters."""
    options = _make("migd_call_options", lib.migd_call_options_free, lib.migd_call_options_new)
    if deadline is not None:
        _call(lib.migd_call_options_set_int64, options, lib.MIGD_CALL_DEADLINE_MS, round(deadline * 1000))
    for rule in accept:
        _call(lib.migd_call_options_accept, options, rule.encode("utf-8"))
    if cancel is not None:
        lib.migd_call_options_set_cancel(options, cancel)
    for name, value in named.items():
        if name in _NUMBERS:
            _call(lib.migd_call_options_set_int64, options, _NUMBERS[name], int(value))
        elif name in _TEXTS:
            _call(lib.migd_call_options_set_text, options, _TEXTS[name], value.encode("utf-8"))
        else:
            raise TypeError(f"no option {name!r}; there are accept, deadline, {', '.join([*_NUMBERS, *_TEXTS])}")
    return options


class Finding(dict):
    """One finding as a dict (rule, severity, message, file, line, ...); as text, one line as compilers write it."""

    def __init__(self, findings, index):
        super().__init__(_python(lib.migd_findings_item(findings, index)))
        self._line = _text(lib.migd_findings_text(findings, index))

    def __str__(self):
        return self._line


def _findings(function, *arguments):
    findings = _make("migd_findings", lib.migd_findings_free, function, *arguments)
    return [Finding(findings, index) for index in range(lib.migd_findings_count(findings))]


def check_objects(objects, accept=()):
    """The rules over anybody's objects, given as dicts."""
    return _findings(lib.migd_check_objects, _list(objects), _options(accept))


class Spec:
    """A cluster spec."""

    def __init__(self, handle):
        self._handle = handle

    def set(self, path, yaml):
        """Sets one key: set("spec.members.replicas", "5")."""
        _call(lib.migd_spec_set, self._handle, path.encode("utf-8"), str(yaml).encode("utf-8"))

    def check(self, accept=()):
        return _findings(lib.migd_check_spec, self._handle, _options(accept))

    def render(self):
        objects = _make("migd_objects", lib.migd_objects_free, lib.migd_spec_render, self._handle)
        return [_python(lib.migd_objects_item(objects, index)) for index in range(lib.migd_objects_count(objects))]

    def document(self):
        """With every default filled in."""
        return _python(lib.migd_spec_object(self._handle))


def load_spec(path):
    return Spec(_make("migd_spec", lib.migd_spec_free, lib.migd_spec_load_file, str(path).encode("utf-8"), ffi.NULL))


def parse_spec(text):
    data = text.encode("utf-8")
    return Spec(_make("migd_spec", lib.migd_spec_free, lib.migd_spec_parse, data, len(data), ffi.NULL))


class Event:
    """What a job says: str() is one line, details is the whole."""

    def __init__(self, event):
        self.kind = lib.migd_event_kind(event)
        self.step = _text(lib.migd_event_step(event))
        self.details = _python(lib.migd_event_details(event))
        self._line = _text(lib.migd_event_text(event))

    def __str__(self):
        return self._line


class Job:
    """An iterator over events. Its end fills `result`; what it fails with is raised.

    Ctrl-C, and leaving the loop early, cancel it: what is in flight is answered, the lock is released.
    """

    def __init__(self, context, start, *arguments, **options):
        self._context = context  # lives at least as long
        self._cancel = _make("migd_cancel", lib.migd_cancel_free, lib.migd_cancel_new)
        self._handle = _make("migd_job", lib.migd_job_free, start, *arguments, _options(cancel=self._cancel, **options))
        self.result = None

    def _next(self, event):
        return _call(lib.migd_job_next, self._handle, _TURN_MS, event)

    def __iter__(self):
        event = ffi.new("const migd_event **")
        ended = False
        try:
            while not ended:
                status = self._next(event)
                ended = status == lib.MIGD_DONE
                if status == lib.MIGD_OK:
                    yield Event(event[0])
            self.result = self._take()
        except Error:
            ended = True
            raise
        finally:
            if not ended:
                self.cancel()

    def _take(self):
        out = ffi.new("migd_object **")
        try:
            _call(lib.migd_job_take_object, self._handle, out)
        except Error as error:
            if error.status == "MIGD_ERR_NOT_FOUND":
                return None
            raise
        return _python(ffi.gc(out[0], lib.migd_object_free))

    def cancel(self):
        """Cancels and sees it end: at most some seconds."""
        event = ffi.new("const migd_event **")
        lib.migd_cancel_signal(self._cancel)
        try:
            for _ in range(_CANCELLED_TURNS):
                if self._next(event) == lib.MIGD_DONE:
                    return
        except Error:
            return

    def answer(self, text):
        _call(lib.migd_job_answer, self._handle, text.encode("utf-8"))

    def finish(self):
        """To its end, without a look at the events; the result. A question is answered by nobody: Error with
        MIGD_ERR_QUESTION and its text."""
        with contextlib.closing(iter(self)) as events:
            for event in events:
                if event.kind == lib.MIGD_EVENT_QUESTION:
                    raise Error(lib.MIGD_ERR_QUESTION, message=str(event))
        return self.result


class Context:
    """The loop on which jobs run. options: those of a call, as keywords: deadline=60, namespace="blue", ..."""

    def __init__(self):
        self._handle = _make("migd_context", lib.migd_context_free, lib.migd_context_new, ffi.NULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass  # jobs may live on; the collector frees the context after them

    def _start(self, start, *arguments, **options):
        return Job(self, start, self._handle, *arguments, **options)

    def plan(self, spec, **options):
        return self._start(lib.migd_deploy_plan_start, spec._handle, **options)

    def deploy(self, spec, **options):
        return self._start(lib.migd_deploy_start, spec._handle, **options)

    def status(self, spec=None, **options):
        return self._start(lib.migd_deploy_status_start, spec._handle if spec else ffi.NULL, **options)

    def scale(self, replicas, spec=None, **options):
        return self._start(lib.migd_deploy_scale_start, spec._handle if spec else ffi.NULL, replicas, **options)

    def restart(self, spec=None, **options):
        return self._start(lib.migd_deploy_restart_start, spec._handle if spec else ffi.NULL, **options)

    def apply(self, objects, **options):
        return self._start(lib.migd_deploy_apply_start, _list(objects), **options)

    def destroy(self, spec=None, **options):
        return self._start(lib.migd_deploy_destroy_start, spec._handle if spec else ffi.NULL, **options)


class Kube:
    """Kubernetes, unjudged: one object at a time, as dicts."""

    def __init__(self, context, **options):
        self._context = context
        self._handle = _make("migd_kube", lib.migd_kube_free, lib.migd_kube_open, context._handle, _options(**options))

    def _finish(self, start, *arguments, **options):
        encoded = (a.encode("utf-8") if isinstance(a, str) else ffi.NULL if a is None else a for a in arguments)
        return Job(self._context, start, self._handle, *encoded, **options).finish()

    def apply(self, value, **options):
        return self._finish(lib.migd_kube_apply_start, _document(value), **options)

    def get(self, kind, name, namespace=None, **options):
        return self._finish(lib.migd_kube_get_start, kind, namespace, name, **options)

    def list(self, kind, namespace=None, selector=None, **options):
        return self._finish(lib.migd_kube_list_start, kind, namespace, selector, **options)

    def delete(self, kind, name, namespace=None, uid=None, **options):
        return self._finish(lib.migd_kube_delete_start, kind, namespace, name, uid, **options)

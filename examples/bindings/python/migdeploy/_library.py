"""The library, loaded by cffi in ABI mode: its headers are read as they are, no compiler is needed."""
import os
import pathlib
import re

import cffi

HEADERS = ("base", "error", "buffer", "object", "context", "job", "spec", "check", "kube", "deploy")


def _include_folder():
    """Where the headers are: named by the environment, beside these sources, or installed."""
    beside = pathlib.Path(__file__).resolve().parents[4] / "include"
    for folder in (os.environ.get("MIGDEPLOY_INCLUDE"), beside, "/usr/local/include", "/usr/include"):
        if folder and (pathlib.Path(folder) / "migdeploy" / "base.h").exists():
            return pathlib.Path(folder) / "migdeploy"
    raise ImportError("the headers of libmigdeploy are not found; set MIGDEPLOY_INCLUDE")


def _declarations(header):
    """What cdef() takes: without comments, directives, MIGD_API and the braces for C++."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.S)
    text = re.sub(r"^#ifdef __cplusplus$.*?^#endif$", "", text, flags=re.S | re.M)
    text = re.sub(r"^#(?:\\\n|.)*$", "", text, flags=re.M)
    return text.replace("MIGD_API ", "")


ffi = cffi.FFI()
for _name in HEADERS:
    ffi.cdef(_declarations(_include_folder() / f"{_name}.h"))
lib = ffi.dlopen(os.environ.get("MIGDEPLOY_LIBRARY", "libmigdeploy.so.0.1"))

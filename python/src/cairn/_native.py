"""libcairn by ctypes: its functions, and the structures of Arrow's C interfaces. Loaded when first used."""

from __future__ import annotations

import ctypes
import functools
import json
import os
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int32, c_int64, c_uint32, c_void_p
from typing import Any


class ArrowSchema(Structure):
    pass


class ArrowArray(Structure):
    pass


class ArrowArrayStream(Structure):
    pass


ArrowSchema._fields_ = [
    ("format", c_char_p), ("name", c_char_p), ("metadata", c_char_p), ("flags", c_int64), ("n_children", c_int64),
    ("children", POINTER(POINTER(ArrowSchema))), ("dictionary", POINTER(ArrowSchema)),
    ("release", CFUNCTYPE(None, POINTER(ArrowSchema))), ("private_data", c_void_p),
]
ArrowArray._fields_ = [
    ("length", c_int64), ("null_count", c_int64), ("offset", c_int64), ("n_buffers", c_int64),
    ("n_children", c_int64), ("buffers", POINTER(c_void_p)), ("children", POINTER(POINTER(ArrowArray))),
    ("dictionary", POINTER(ArrowArray)), ("release", CFUNCTYPE(None, POINTER(ArrowArray))), ("private_data", c_void_p),
]
ArrowArrayStream._fields_ = [
    ("get_schema", CFUNCTYPE(c_int, POINTER(ArrowArrayStream), POINTER(ArrowSchema))),
    ("get_next", CFUNCTYPE(c_int, POINTER(ArrowArrayStream), POINTER(ArrowArray))),
    ("get_last_error", CFUNCTYPE(c_char_p, POINTER(ArrowArrayStream))),
    ("release", CFUNCTYPE(None, POINTER(ArrowArrayStream))), ("private_data", c_void_p),
]


class Options(Structure):
    _fields_ = [
        ("size", c_int64), ("since", c_int64), ("until", c_int64), ("limit", c_int64), ("memory_bytes", c_int64),
        ("text_bytes", c_int64), ("threads", c_int32), ("flags", c_uint32),
    ]


DICTIONARIES, STATIC_TYPES, STRICT = 1, 2, 4
NO_SINCE, NO_UNTIL = -(1 << 63), (1 << 63) - 1

Progress = CFUNCTYPE(c_int32, c_int64, c_int64, c_void_p)

# Texts that the library gives are c_void_p: ctypes would lose the pointers that cairn_text_free wants.
_SIGNATURES = {
    "cairn_version": (c_char_p, []),
    "cairn_text_free": (None, [c_void_p]),
    "cairn_time": (c_int32, [c_char_p, POINTER(c_int64)]),
    "cairn_open": (c_int32, [c_char_p, c_int64, POINTER(c_void_p), POINTER(c_void_p)]),
    "cairn_open_all": (
        c_int32, [POINTER(c_char_p), c_int64, c_int64, POINTER(c_void_p), POINTER(c_void_p)],
    ),
    "cairn_close": (None, [c_void_p]),
    "cairn_describe": (c_void_p, [c_void_p]),
    "cairn_sql": (c_int32, [c_void_p, c_char_p, POINTER(Options), POINTER(c_void_p), POINTER(c_void_p)]),
    "cairn_sql_part": (
        c_int32, [c_void_p, c_char_p, c_char_p, POINTER(Options), POINTER(c_void_p), POINTER(c_void_p)],
    ),
    "cairn_scan": (
        c_int32,
        [c_void_p, POINTER(c_char_p), c_int64, c_char_p, POINTER(Options), POINTER(c_void_p), POINTER(c_void_p)],
    ),
    "cairn_scan_request": (
        c_int32, [c_void_p, c_void_p, POINTER(Options), POINTER(c_void_p), POINTER(c_void_p)],
    ),
    "cairn_scan_parts": (
        c_int32, [c_void_p, c_void_p, POINTER(Options), c_int64, POINTER(c_void_p), POINTER(c_void_p)],
    ),
    "cairn_query_wait": (c_int32, [c_void_p, c_int64]),
    "cairn_query_schema": (c_int32, [c_void_p, POINTER(ArrowSchema), POINTER(c_void_p)]),
    "cairn_query_stream": (c_int32, [c_void_p, POINTER(ArrowArrayStream), POINTER(c_void_p)]),
    "cairn_query_cancel": (None, [c_void_p]),
    "cairn_query_warnings": (c_void_p, [c_void_p]),
    "cairn_query_statistics": (c_void_p, [c_void_p]),
    "cairn_query_free": (None, [c_void_p]),
    "cairn_compact": (
        c_int32,
        [POINTER(c_char_p), c_int64, c_char_p, Progress, c_void_p, POINTER(c_void_p), POINTER(c_void_p)],
    ),
    "cairn_restore": (c_int32, [c_void_p, c_char_p, c_char_p, c_int32, POINTER(c_void_p), POINTER(c_void_p)]),
    "cairn_live_count": (c_int64, []),
}


@functools.cache
def library() -> ctypes.CDLL:
    """The library beside this file, or the one that CAIRN_LIBRARY names."""
    path = os.environ.get("CAIRN_LIBRARY") or os.path.join(os.path.dirname(__file__), "libcairn.so")
    loaded = ctypes.CDLL(path)
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    return loaded


def text(pointer: int | None) -> str | None:
    """A text that the library gave, which goes back to it."""
    if not pointer:
        return None
    try:
        return ctypes.string_at(pointer).decode("utf-8", "replace")
    finally:
        library().cairn_text_free(pointer)


class CairnError(Exception):
    """What the command would end with; `exit_code` is the one that it would have."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class UsageError(CairnError, ValueError):
    """A statement, a path, a time or an archive that is none."""


class DamagedError(CairnError):
    """Stored bytes are not what was written."""


class CancelledError(CairnError):
    """The run was asked to end."""


class CairnWarning(UserWarning):
    """Something to know that is no error, such as a path that no record has."""


_ERRORS = {2: UsageError, 4: DamagedError, 130: CancelledError}


def numbers(pointer: int | None) -> dict[str, Any]:
    """A JSON object that the library gave, which goes back to it."""
    result: dict[str, Any] = json.loads(text(pointer) or "{}")
    return result


def failure(status: int, message: str | None) -> CairnError:
    kind = _ERRORS.get(status, CairnError)
    return kind(message or f"status {status}", status)


def check(status: int, error: c_void_p) -> None:
    message = text(error.value)
    if status:
        raise failure(status, message)

"""Arrays of Arrow's C interface as Python values, for iteration where nothing else is installed."""

from __future__ import annotations

import ctypes
import datetime
import decimal
from typing import Any, Callable

from ._native import ArrowArray, ArrowSchema

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_FIRST_DAY = datetime.date(1970, 1, 1).toordinal()


def _buffer(array: ArrowArray, index: int, type_: Any, count: int) -> Any:
    return ctypes.cast(array.buffers[index], ctypes.POINTER(type_ * max(count, 1))).contents


def _texts(array: ArrowArray) -> list[str]:
    count = array.length
    if count == 0:
        return []
    offsets = _buffer(array, 1, ctypes.c_int32, count + 1)
    data = ctypes.string_at(array.buffers[2], offsets[count])
    return [data[offsets[row] : offsets[row + 1]].decode() for row in range(count)]


def _numbers(type_: Any) -> Callable[[ArrowArray], list[Any]]:
    return lambda array: list(_buffer(array, 1, type_, array.length)[: array.length])


def _booleans(array: ArrowArray) -> list[bool]:
    bits = ctypes.string_at(array.buffers[1], (array.length + 7) // 8)
    return [bool(bits[row >> 3] >> (row & 7) & 1) for row in range(array.length)]


def _decimals(places: int) -> Callable[[ArrowArray], list[decimal.Decimal]]:
    def values(array: ArrowArray) -> list[decimal.Decimal]:
        data = ctypes.string_at(array.buffers[1], array.length * 16)
        whole = [int.from_bytes(data[row * 16 : row * 16 + 16], "little", signed=True) for row in range(array.length)]
        # Moving the point rounds to no context's digits.
        return [decimal.Decimal((int(n < 0), tuple(map(int, str(abs(n)))), -places)) for n in whole]

    return values


def _timestamps(array: ArrowArray) -> list[datetime.datetime]:
    return [_EPOCH + datetime.timedelta(microseconds=n) for n in _numbers(ctypes.c_int64)(array)]


def _dates(array: ArrowArray) -> list[datetime.date]:
    return [datetime.date.fromordinal(_FIRST_DAY + n) for n in _numbers(ctypes.c_int32)(array)]


def _reader(format_: str) -> Callable[[ArrowArray], list[Any]]:
    if format_.startswith("d:"):
        return _decimals(int(format_.split(",")[1]))
    return {
        "u": _texts, "l": _numbers(ctypes.c_int64), "g": _numbers(ctypes.c_double), "b": _booleans,
        "tsu:UTC": _timestamps, "tdD": _dates,
    }[format_]


def column(schema: ArrowSchema, array: ArrowArray) -> list[Any]:
    """The values of a column, None for NULL."""
    if schema.dictionary:
        entries = column(schema.dictionary.contents, array.dictionary.contents)
        codes = _numbers(ctypes.c_int32)(array)
        values: list[Any] = [entries[code] if code < len(entries) else None for code in codes]
    else:
        values = _reader(schema.format.decode())(array)
    if array.null_count:
        valid = ctypes.string_at(array.buffers[0], (array.length + 7) // 8)
        for row in range(array.length):
            if not valid[row >> 3] >> (row & 7) & 1:
                values[row] = None
    return values

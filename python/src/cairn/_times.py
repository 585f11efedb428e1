"""Times as people give them."""

from __future__ import annotations

import ctypes
import datetime
import re
import time

from ._native import UsageError, library

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
Time = str | int | datetime.datetime | datetime.date


def milliseconds(value: Time) -> int:
    """Milliseconds since 1970 of a time: text as the command takes it (RFC 3339, dates, months, years, `now`,
    `today`, `yesterday`, spans back from now such as `7d`), a datetime (UTC where it has no zone), a date, or
    milliseconds."""
    if isinstance(value, bool):
        raise UsageError(f"{value}: not a time", 2)
    if isinstance(value, int):
        return value
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return (aware - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)
    if isinstance(value, datetime.date):
        return (value.toordinal() - datetime.date(1970, 1, 1).toordinal()) * 86_400_000
    return _text(value)


def _text(value: str) -> int:
    padded = value + {4: "-01-01", 7: "-01"}.get(len(value), "")
    result = ctypes.c_int64()
    for text in (value, padded):
        if library().cairn_time(text.encode(), ctypes.byref(result)) == 0:
            return result.value
    now = time.time_ns() // 1_000_000
    today = now - now % 86_400_000
    named = {"now": now, "today": today, "yesterday": today - 86_400_000, "epoch": 0}
    if value.lower() in named:
        return named[value.lower()]
    span = re.fullmatch(r"-?(\d{1,9})([smhdw])", value)
    if span is None:
        raise UsageError(f"{value}: not a time: expected such as 2025-01-30T16:00Z, 2025-01-30, today or 7d", 2)
    return now - int(span[1]) * _UNITS[span[2]] * 1000

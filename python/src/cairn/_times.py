"""Times as people give them."""

from __future__ import annotations

import ctypes
import datetime
import re
import time
from typing import Any

from ._native import UsageError, library

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
Time = str | int | datetime.datetime | datetime.date


def milliseconds(value: Time) -> int:
    """Milliseconds since 1970 of a time: text as the command takes it (RFC 3339, dates, months, years, `now`,
    `today`, `yesterday`, seconds or milliseconds since 1970, spans back from now such as `7d` or `3 hours ago`), a
    datetime (UTC where it has no zone), a date, or milliseconds."""
    value = plain(value)
    if isinstance(value, bool) or value != value:
        raise UsageError(f"{value}: not a time", 2)
    if isinstance(value, int):
        if not -(1 << 62) < value < 1 << 62:
            raise UsageError(f"{value}: not a time: expected milliseconds since 1970", 2)
        return value
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return (aware - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)
    if isinstance(value, datetime.date):
        return (value.toordinal() - datetime.date(1970, 1, 1).toordinal()) * 86_400_000
    if not isinstance(value, str):
        raise UsageError(f"{value!r}: not a time", 2)
    return _text(value)


def plain(value: Any) -> Any:
    """Python's own value of one of numpy's."""
    return value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value


def _text(value: str) -> int:
    padded = value + {4: "-01-01", 7: "-01", 13: ":00"}.get(len(value), "")
    if re.fullmatch(r"[0-9]{10}|[0-9]{13}", value):
        return int(value) * (1000 if len(value) == 10 else 1)
    result = ctypes.c_int64()
    if "\0" in value:
        raise UsageError("a time with a character of code 0", 2)
    for text in (value, padded):
        if library().cairn_time(text.encode("utf-8", "surrogatepass"), ctypes.byref(result)) == 0:
            return result.value
    now = time.time_ns() // 1_000_000
    today = now - now % 86_400_000
    named = {"now": now, "today": today, "yesterday": today - 86_400_000, "epoch": 0}
    if value.lower() in named:
        return named[value.lower()]
    span = re.fullmatch(
        r"(?:-|t-)?([0-9]{1,9})([smhdw])"
        r"|([0-9]{1,9}) ?(?:([smhdw])|(s)ecs?|(s)econds?|(m)ins?|(m)inutes?|(h)rs?|(h)ours?|(d)ays?|(w)eeks?) ago", value.lower())
    if span is None:
        raise UsageError(f"{value}: not a time: expected such as 2025-01-30T16:00Z, 2025-01-30, today or 7d", 2)
    count, unit = (group for group in span.groups() if group)
    return now - int(count) * _UNITS[unit] * 1000

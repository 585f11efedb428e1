"""Conditions as trees: what programs make of their own, without spelling SQL."""

from __future__ import annotations

import ctypes
import datetime
from ctypes import POINTER, Structure, c_char_p, c_double, c_int32, c_int64
from typing import Any, Iterable, Sequence

from ._native import UsageError
from ._times import plain

_AND, _OR, _NOT, _EQUAL, _NOT_EQUAL, _LESS, _LESS_EQUAL, _GREATER, _GREATER_EQUAL = range(1, 10)
_IN, _STARTS_WITH, _ENDS_WITH, _CONTAINS, _IS_NULL, _IS_NOT_NULL = range(10, 16)
_TEXT, _WHOLE, _DOUBLE, _BOOLEAN, _TIME = range(1, 6)

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)
Value = str | int | float | bool | datetime.datetime | datetime.date


class _Value(Structure):
    _fields_ = [("kind", c_int32), ("whole", c_int64), ("number", c_double), ("text", c_char_p)]


class Filter(Structure):
    """`cairn_filter`."""


Filter._fields_ = [
    ("kind", c_int32), ("path", c_char_p), ("values", POINTER(_Value)), ("value_count", c_int64),
    ("children", POINTER(POINTER(Filter))), ("child_count", c_int64),
]


class Request(Structure):
    """`cairn_request`."""

    _fields_ = [
        ("size", c_int64), ("columns", POINTER(c_char_p)), ("column_count", c_int64), ("condition", c_char_p),
        ("filter", POINTER(Filter)), ("part", c_char_p),
    ]


class Condition:
    """What rows must satisfy, combined with `&`, `|` and `~`. Means what the SQL of the same form means."""

    def __init__(
        self, kind: int, path: str | None = None, values: Sequence[Value] = (), children: Sequence[Condition] = ()
    ) -> None:
        self.kind, self.path, self.values, self.children = kind, path, tuple(values), tuple(children)
        for value in self.values:
            _parts(value)

    def __and__(self, other: Condition) -> Condition:
        return self._with(_AND, other)

    def __or__(self, other: Condition) -> Condition:
        return self._with(_OR, other)

    def _with(self, kind: int, other: Condition) -> Condition:
        if not isinstance(other, Condition):
            raise UsageError(f"{other!r} is no condition: & and | want one on both sides, in parentheses", 2)
        # Chains stay flat: there is a limit to levels.
        parts = [part.children if part.kind == kind else (part,) for part in (self, other)]
        return Condition(kind, children=parts[0] + parts[1])

    def __invert__(self) -> Condition:
        return Condition(_NOT, children=(self,))

    def __bool__(self) -> bool:
        raise UsageError("conditions are combined with &, | and ~, each in parentheses", 2)

    def __repr__(self) -> str:
        return f"<cairn.Condition {self.kind} {self.path or ''} {list(self.values) or list(self.children)}>"

    def filter(self) -> Filter:
        """The structure of the library; it keeps what it points to."""
        values = (_Value * max(1, len(self.values)))(*(_Value(*_parts(value)) for value in self.values))
        kept = [child.filter() for child in self.children]
        children = (POINTER(Filter) * max(1, len(kept)))(*map(ctypes.pointer, kept))
        path = None if self.path is None else _bytes(self.path)
        made = Filter(self.kind, path, values, len(self.values), children, len(kept))
        made.kept = (values, kept, children, path)  # type: ignore[attr-defined]
        return made


class Column:
    """A path of the records, to be compared."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, path: str) -> None:
        self.path = path

    def _compare(self, kind: int, other: object) -> Condition:
        return Condition(kind, self.path, (other,))  # type: ignore[arg-type]

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return self._compare(_EQUAL, other)

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        return self._compare(_NOT_EQUAL, other)

    def __lt__(self, other: Value) -> Condition:
        return self._compare(_LESS, other)

    def __le__(self, other: Value) -> Condition:
        return self._compare(_LESS_EQUAL, other)

    def __gt__(self, other: Value) -> Condition:
        return self._compare(_GREATER, other)

    def __ge__(self, other: Value) -> Condition:
        return self._compare(_GREATER_EQUAL, other)

    def is_in(self, values: Iterable[Value]) -> Condition:
        """One of some values."""
        if isinstance(values, (str, bytes)):
            raise UsageError(f"is_in: expected a list of values, not the text {values!r}", 2)
        return Condition(_IN, self.path, tuple(values))

    def starts_with(self, text: str) -> Condition:
        """LIKE 'text%'."""
        return Condition(_STARTS_WITH, self.path, (text,))

    def ends_with(self, text: str) -> Condition:
        """LIKE '%text'."""
        return Condition(_ENDS_WITH, self.path, (text,))

    def contains(self, text: str) -> Condition:
        """LIKE '%text%'."""
        return Condition(_CONTAINS, self.path, (text,))

    def is_null(self) -> Condition:
        """The record has no value there."""
        return Condition(_IS_NULL, self.path)

    def is_not_null(self) -> Condition:
        """The record has a value there."""
        return Condition(_IS_NOT_NULL, self.path)


def col(path: str) -> Column:
    """A path of the records for a condition.

    >>> cairn.open("trail").scan(where=(cairn.col("errorCode") == "AccessDenied") & ~cairn.col("userIdentity.arn").is_null())
    """
    return Column(path)


def _bytes(text: str) -> bytes:
    if "\0" in text:
        raise UsageError("a character of code 0", 2)
    return text.encode("utf-8", "surrogatepass")


def _parts(value: object) -> tuple[int, int, float, bytes | None]:
    value = plain(value)
    if value is None:
        raise UsageError("None: no value of a condition; is_null() asks whether there is none", 2)
    if isinstance(value, str):
        return _TEXT, 0, 0.0, _bytes(value)
    if isinstance(value, bool):
        return _BOOLEAN, int(value), 0.0, None
    if isinstance(value, int) and -(1 << 63) <= value < 1 << 63:
        return _WHOLE, value, 0.0, None
    if isinstance(value, float) and value - value == 0:
        return _DOUBLE, 0, value, None
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return _TIME, (aware - _EPOCH) // _MICROSECOND, 0.0, None
    if isinstance(value, datetime.date):
        return _TIME, (value.toordinal() - 719_163) * 86_400_000_000, 0.0, None
    raise UsageError(f"{value!r}: no value of a condition", 2)


def request(columns: Sequence[str], where: str | Condition | None, part: str | None) -> Request:
    """The structure of the library; it keeps what it points to."""
    if where is not None and not isinstance(where, (str, Condition)):
        made = "a column is to be compared" if isinstance(where, Column) else f"not {where!r}"
        raise UsageError(f"where: expected SQL, or a condition made of cairn.col: {made}", 2)
    paths = [_bytes(path) for path in columns]
    array = (c_char_p * max(1, len(paths)))(*paths)
    condition = _bytes(where) if isinstance(where, str) else None
    tree = None if where is None or isinstance(where, str) else where.filter()
    token = None if part is None else _bytes(part)
    pointer = ctypes.pointer(tree) if tree is not None else None
    made = Request(ctypes.sizeof(Request), array, len(paths), condition, pointer, token)
    made.kept = (paths, array, condition, tree, pointer, token)  # type: ignore[attr-defined]
    return made

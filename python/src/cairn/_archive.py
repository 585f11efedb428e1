"""Archives."""

from __future__ import annotations

import ctypes
import datetime
import decimal
import operator
import os
import sys
import threading
from typing import Any, Callable, Iterable, Sequence

from . import _native
from ._columns import COLUMNS
from ._filters import Condition, Request, request
from ._native import Options, UsageError, check, library
from ._result import Result
from ._times import Time, milliseconds, plain


class Archive:
    """One state of an archive, or of several that are read as one: later runs of `compact` do not touch it. Threads
    may share it."""

    def __init__(
        self, path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], *, cache: int = 0
    ) -> None:
        """Opens the newest state at `path`, or of several archives that are read as one: paths, a directory that holds
        nothing but archives, or shell patterns such as `archives/2025-*`. An event that two of them have counts once;
        none of them may be missing. `cache` bytes of decoded parts stay in memory, 512 MiB where it is 0."""
        self._pointer: int | None = None
        #: The path, or the paths, as they were given.
        self.paths = _paths(path, "path")
        self.path = self.paths[0] if len(self.paths) == 1 else ", ".join(self.paths)
        self._cache = _whole(cache, "cache", 1 << 62)
        pointer, error = ctypes.c_void_p(), ctypes.c_void_p()
        array = (ctypes.c_char_p * max(1, len(self.paths)))(*map(os.fsencode, self.paths))
        status = library().cairn_open_all(
            array, len(self.paths), self._cache, ctypes.byref(pointer), ctypes.byref(error))
        check(status, error)
        self._pointer = pointer.value

    def __repr__(self) -> str:
        return f"<cairn.Archive {self.path}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # Copies, and what another process gets, open it for themselves.
        return (_opened, (self.paths, self._cache))

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Closes it; rows that are being taken come all the same."""
        pointer, self._pointer = getattr(self, "_pointer", None), None
        if pointer:
            library().cairn_close(pointer)

    def _open(self) -> int:
        if self._pointer is None:
            raise UsageError("the archive is closed", 2)
        return self._pointer

    @property
    def info(self) -> dict[str, Any]:
        """Numbers of segments, rows, objects and bytes, and the times of the first and the last event."""
        return _native.numbers(library().cairn_describe(self._open()))

    def sql(
        self, statement: str, parameters: Sequence[Any] = (), *, since: Time | None = None, until: Time | None = None,
        limit: int | None = None, threads: int = 0, memory: int = 0, dictionaries: bool = False,
        static_types: bool = False, strict: bool = False, part: str | None = None,
    ) -> Result:
        """Rows of one SQL statement, in the SQL of Athena and CloudTrail Lake.

        `parameters` stand for question marks in it. `since` and `until` bound the event times of `events`, half-open.
        `dictionaries` gives texts as Arrow dictionaries, `static_types` makes columns text whose values would decide
        on their type, `strict` makes names that mean nothing errors. `memory` is what each step may keep, in bytes,
        before it uses temporary files. `part` is one of `parts`, asked for with the same times and no condition: no other
        events are there for the statement then, and who adds its answers up adds counts and sums, and takes the least and
        the greatest.

        >>> cairn.open("trail").sql("SELECT eventName, count(*) AS n FROM events GROUP BY 1").df()
        """
        _text(statement, "statement")
        if isinstance(parameters, (str, bytes, dict)):
            raise UsageError("parameters: expected a list of values", 2)
        given = list(parameters)
        text = statement if not given else _with_parameters(statement, given)
        options = _options(since, until, limit, threads, memory, dictionaries, static_types, strict)
        asked = _text(text, "statement")
        if part is not None:
            token = _text(part, "part")
            return Result(lambda: self._query("cairn_sql_part", asked, token, options))
        return Result(lambda: self._query("cairn_sql", asked, options))

    def scan(
        self, columns: Sequence[str] | None = None, where: str | Condition | None = None, since: Time | None = None,
        until: Time | None = None, *, limit: int | None = None, threads: int = 0, dictionaries: bool = False,
        strict: bool = False, part: str | None = None,
    ) -> Result:
        """Values at paths of the events that satisfy a condition, in stored order.

        Without `columns` the members that CloudTrail documents for every event (`cairn.COLUMNS`), objects as JSON.
        Elements of arrays may stand in paths: `resources[1].ARN`, or `resources[].ARN` for all of them.
        `where` is SQL, or made of `cairn.col`. `part` is one of `parts`, asked for with the same condition and times.

        >>> cairn.open("trail").scan(["eventTime", "userIdentity.arn"], "errorCode IS NOT NULL", since="7d").polars()
        """
        asked = self._request(columns, where, part)
        options = _options(since, until, limit, threads, 0, dictionaries, False, strict)
        return Result(lambda: self._query("cairn_scan_request", asked, options))

    def parts(
        self, count: int, where: str | Condition | None = None, since: Time | None = None, until: Time | None = None,
    ) -> list[str]:
        """Divides a scan into parts, at most `count`, of about as many rows each, by segments and row groups; what
        holds no row for sure is in none. Any process may give one to `scan` or `sql` on an archive in the same state.

        Give `since` and `until` as milliseconds or datetimes where they are relative: they belong to the parts.
        """
        count = _whole(count, "count", 1 << 20)
        asked = self._request(["eventID"], where, None)
        options = _options(since, until, None, 0, 0, False, False, False)
        text, error = ctypes.c_void_p(), ctypes.c_void_p()
        check(
            library().cairn_scan_parts(
                self._open(), ctypes.byref(asked), ctypes.byref(options), count, ctypes.byref(text),
                ctypes.byref(error)), error)
        return [line.split(" ")[0] for line in (_native.text(text.value) or "").splitlines()]

    @staticmethod
    def _request(columns: Sequence[str] | None, where: str | Condition | None, part: str | None) -> Request:
        if columns is None:
            return request(COLUMNS, where, part)
        if isinstance(columns, (str, bytes)) or not isinstance(columns, Iterable):
            raise UsageError("columns: expected a list of paths", 2)
        names = list(columns)
        for name in names:
            if name == "*":
                raise UsageError("columns: * is none; eventJson is the whole record, no columns are cairn.COLUMNS", 2)
            _text(name, "columns")
        return request(names, where, part)

    def restore(
        self, to: str | os.PathLike[str], matching: str | None = None, *, gzip: bool = False
    ) -> dict[str, int]:
        """Writes the original objects below `to`, byte for byte, each compared with the SHA-256 of its original.

        `matching` is a shell pattern for their keys, `*` crossing `/`; with `gzip` they are compressed again.
        """
        (to,) = _paths(to, "to")
        summary, error = ctypes.c_void_p(), ctypes.c_void_p()
        pattern = None if matching is None else _text(matching, "matching")
        check(
            library().cairn_restore(
                self._open(), os.fsencode(to), pattern, int(gzip), ctypes.byref(summary), ctypes.byref(error)), error)
        return _native.numbers(summary.value)

    def _query(self, function: str, *arguments: Any) -> int:
        query, error = ctypes.c_void_p(), ctypes.c_void_p()
        call = getattr(library(), function)
        given = [ctypes.byref(value) if isinstance(value, (Options, Request)) else value for value in arguments]
        check(call(self._open(), *given, ctypes.byref(query), ctypes.byref(error)), error)
        return query.value or 0


def open(  # noqa: A001
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], *, cache: int = 0
) -> Archive:
    """Opens the archive at `path`, or several that are read as one.

    >>> cairn.open("archives/2025-*").sql("SELECT \"$archive\", count(*) AS n FROM events GROUP BY 1").df()
    """
    return Archive(path, cache=cache)


def compact(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], archive: str | os.PathLike[str], *,
    progress: bool | Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Adds files, directories or globs to the archive, which is made where there is none; gives what was done.

    What is in it already is skipped, so it can be called as often as you like. `progress` is called with the files that
    are done and all of them; True shows them on standard error, as is usual where somebody looks on.
    """
    paths = [os.fsencode(name) for name in _paths(sources, "sources")]
    if not paths:
        raise UsageError("sources: there is none", 2)
    (target,) = _paths(archive, "archive")
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise UsageError("progress: expected True, False or a function", 2)
    array = (ctypes.c_char_p * max(1, len(paths)))(*paths)
    if progress is None:
        progress = sys.stderr.isatty() or "ipykernel" in sys.modules
    show = _show if progress is True else progress or None
    state: dict[str, Any] = {"cancelled": False}

    @_native.Progress  # type: ignore[untyped-decorator]
    def report(done: int, all_: int, _: int) -> int:
        try:
            if show:
                show(done, all_)
        except BaseException as error:  # An exception cannot leave a callback.
            state["error"], state["cancelled"] = error, True
        return 1 if state["cancelled"] else 0

    summary, error = ctypes.c_void_p(), ctypes.c_void_p()

    def run() -> None:
        state["status"] = library().cairn_compact(
            array, len(paths), os.fsencode(target), report, None, ctypes.byref(summary), ctypes.byref(error))

    # On a thread, so that Ctrl-C is seen.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.1)
    except BaseException:
        state["cancelled"] = True
        thread.join()
        raise
    if show is _show:
        print(file=sys.stderr)
    if "error" in state:
        raise state["error"]
    check(state["status"], error)
    return _native.numbers(summary.value)


def _show(done: int, all_: int) -> None:
    print(f"\r{done:,} of {all_:,} files", end="", file=sys.stderr, flush=True)


def _opened(paths: list[str], cache: int) -> Archive:
    return Archive(paths, cache=cache)


def _paths(value: Any, name: str) -> list[str]:
    """One path, or several."""
    one = isinstance(value, (str, os.PathLike))
    if not one and (isinstance(value, (bytes, dict)) or not isinstance(value, Iterable)):
        raise UsageError(f"{name}: expected a path or a list of paths, not {type(value).__name__}", 2)
    found = []
    for path in [value] if one else value:
        path = os.fspath(path) if isinstance(path, os.PathLike) else path
        if not isinstance(path, str) or not path or "\0" in path:
            raise UsageError(f"{name}: {path!r} is no path", 2)
        found.append(path)
    return found


def _whole(value: Any, name: str, most: int) -> int:
    """A whole number from 0, numpy's too."""
    try:
        number = operator.index(value)
    except TypeError:
        raise UsageError(f"{name}: expected a whole number, not {value!r}", 2) from None
    if isinstance(value, bool) or not 0 <= number <= most:
        raise UsageError(f"{name}: {value} makes no sense", 2)
    return number


def _text(value: Any, name: str) -> bytes:
    if not isinstance(value, str):
        raise UsageError(f"{name}: expected a text, not {type(value).__name__}", 2)
    if "\0" in value:
        raise UsageError(f"{name}: a character of code 0", 2)
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{name}: half of a character", 2) from None


def _options(
    since: Time | None, until: Time | None, limit: int | None, threads: int, memory: int, dictionaries: bool,
    static_types: bool, strict: bool,
) -> Options:
    most = -1 if limit is None else _whole(limit, "limit", (1 << 63) - 1)
    threads, memory = _whole(threads, "threads", (1 << 31) - 1), _whole(memory, "memory", (1 << 63) - 1)
    flags = dictionaries * _native.DICTIONARIES | static_types * _native.STATIC_TYPES | strict * _native.STRICT
    return Options(
        ctypes.sizeof(Options), _native.NO_SINCE if since is None else milliseconds(since),
        _native.NO_UNTIL if until is None else milliseconds(until), most, memory, 0, threads,
        flags)


def _with_parameters(statement: str, parameters: Sequence[Any]) -> str:
    values = ", ".join(_literal(value) for value in parameters)
    return f"EXECUTE IMMEDIATE {_literal(statement)} USING {values}"


def _literal(value: Any) -> str:
    value = plain(value)
    if value is None or isinstance(value, datetime.datetime) and value != value:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, decimal.Decimal) and value.is_finite():
        return f"DECIMAL '{value:f}'"
    if isinstance(value, float) and value - value == 0:
        return f"{value:.17e}"
    if isinstance(value, datetime.datetime):
        aware = value.astimezone(datetime.timezone.utc) if value.tzinfo else value
        return f"TIMESTAMP '{aware:%Y-%m-%d %H:%M:%S.%f}'"
    if isinstance(value, datetime.date):
        return f"DATE '{value}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    raise UsageError(f"a parameter of type {type(value).__name__} has no spelling in SQL", 2)

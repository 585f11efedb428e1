"""Archives as files that other systems read: Parquet, NDJSON or CSV by day, or the original objects.

A partition appears whole: it is written under another name and renamed. What is done is noted in
`_cairn_export.json`, so that an export that was interrupted, or one of an archive that has grown, writes only what
is missing or has changed.
"""

from __future__ import annotations

import contextlib
import datetime
import gzip
import itertools
import json
import os
import shutil
import sys
import time
import warnings
import zlib
from typing import IO, Any, Callable, Iterable, Iterator, Sequence

from . import _archive, _iceberg
from ._archive import Archive
from ._columns import COLUMNS
from ._native import CairnError, CairnWarning, UsageError
from ._times import Time, milliseconds

#: Members of userIdentity that queries ask for most, as columns of their own.
IDENTITY = ("type", "principalId", "arn", "accountId", "accessKeyId", "userName")
#: Members that are objects or arrays: JSON text, or VARIANT.
OBJECTS = (
    "userIdentity", "requestParameters", "responseElements", "additionalEventData", "resources", "serviceEventDetails",
    "addendum", "edgeDeviceDetails", "tlsDetails", "insightDetails")
#: What files may be partitioned by beneath the day.
KEYS = {"account": "recipientAccountId", "region": "awsRegion"}
#: The partition of what is NULL, as Hive and Athena name it.
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
FORMATS = ("parquet", "ndjson", "csv", "objects")

_NOTES = "_cairn_export.json"
_WORK = "_cairn_export.tmp"
_DAY = 86_400_000
_SUFFIX = {"parquet": ".parquet", "ndjson": ".ndjson.gz", "csv": ".csv.gz"}


def export(
    archive: str | os.PathLike[str] | Archive, to: str | os.PathLike[str], format: str = "parquet", *,  # noqa: A002
    since: Time | None = None, until: Time | None = None, where: str | None = None, by: Sequence[str] = (),
    records: bool = False, variant: bool = False, iceberg: bool | str = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, int]:
    """Writes the events of an archive below the directory `to`, a directory `day=YYYY-MM-DD` for each day, sorted by
    time; gives the numbers of partitions written and unchanged, and of rows in all of them.

    `by` names further partitions (`account`, `region`). `records` adds the whole record as the column `eventJson`.
    `variant` makes Parquet's VARIANT of the members that are objects, which needs DuckDB, instead of JSON text.
    `iceberg` makes an Iceberg table of the Parquet files: True where readers find them at `to`, or where they will find
    them, such as `s3://bucket/lake`; needs pyiceberg.
    `progress` is called with a day, its number and the number of days. Parquet needs pyarrow; `objects` are the
    original objects with their names, and take none of the other options.
    """
    opened = archive if isinstance(archive, Archive) else _archive.open(archive)
    if format not in FORMATS:
        raise UsageError(f"{format}: expected one of {', '.join(FORMATS)}", 2)
    if format == "objects":
        if since is not None or until is not None or where is not None or by or records or variant or iceberg:
            raise UsageError("objects are whole: they take no other options", 2)
        return opened.restore(to, gzip=True)
    for key in by:
        if key not in KEYS:
            raise UsageError(f"{key}: expected one of {', '.join(KEYS)}", 2)
    if iceberg and format != "parquet":
        raise UsageError("an Iceberg table is of Parquet files", 2)
    if variant and (format != "parquet" or iceberg):
        raise UsageError("variant is for Parquet files that are no Iceberg table", 2)
    if format == "parquet":
        _pyarrow()
    if variant:
        _duckdb()
    if iceberg:
        _iceberg.check()
    # Tells of mistakes in the condition where it is given.
    opened.scan(["eventID"], where)
    location = os.path.abspath(os.fspath(to)) if iceberg is True else str(iceberg or "").rstrip("/") or None
    settings = {
        "format": format, "iceberg": location, "by": list(by), "where": where, "records": records,
        "since": None if since is None else milliseconds(since), "until": None if until is None else milliseconds(until),
        "variant": variant,
    }
    return _Export(opened, os.fspath(to), settings).run(progress)


def _pyarrow() -> Any:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError("Parquet is written by pyarrow: python3 -m pip install pyarrow", 2) from error
    return pyarrow


def _duckdb() -> Any:
    try:
        import duckdb

        duckdb.sql("SELECT '1'::JSON::VARIANT").fetchall()
    except ImportError as error:
        raise UsageError("VARIANT is written by DuckDB: python3 -m pip install duckdb", 2) from error
    except duckdb.Error as error:
        raise UsageError(f"DuckDB {duckdb.__version__} has no VARIANT: python3 -m pip install --upgrade duckdb", 2) from error
    return duckdb


class _Export:
    def __init__(self, archive: Archive, target: str, settings: dict[str, Any]) -> None:
        self.archive, self.target, self.settings = archive, target, settings
        self.format = settings["format"]
        self.parts = archive.info["parts"]
        self.warnings: set[str] = set()
        # Objects that VARIANT would change.
        self.kept = 0

    def run(self, progress: Callable[[str, int, int], None] | None) -> dict[str, int]:
        os.makedirs(self.target, exist_ok=True)
        notes = self._notes()
        done: dict[str, Any] = notes["days"]
        self.location = notes["settings"]["iceberg"]
        work = os.path.join(self.target, _WORK)
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        days = self._days()
        counts = {"partitions": 0, "unchanged": 0, "rows": 0}
        for number, day in enumerate(days):
            if progress:
                progress(day or NO_VALUE, number, len(days))
            name, state = day or NO_VALUE, self._state(day)
            known = done.get(name)
            if known and known["state"] == state and all(map(self._exists, known["files"])):
                counts["unchanged"] += 1
                counts["rows"] += known["rows"]
                continue
            rows, files = self._write(day, work)
            if rows != days[day]:
                raise CairnError(f"{name}: {rows} events were written, {days[day]} are there", 3)
            done[name] = {"state": state, "rows": rows, "files": files}
            self._retire(notes, set(known["files"] if known else ()) - set(files))
            counts["partitions"] += 1
            counts["rows"] += rows
        for name in set(done) - {day or NO_VALUE for day in days}:
            self._retire(notes, done.pop(name)["files"])
        if self.location is not None and done:
            self._publish(notes)
        shutil.rmtree(work, ignore_errors=True)
        if self.kept:
            self.warnings.add(
                f"{self.kept:,} values have numbers that no integer of 64 bits or double holds: they are their JSON as text")
        for warning in sorted(self.warnings):
            warnings.warn(warning, CairnWarning, stacklevel=3)
        return counts

    def _retire(self, notes: dict[str, Any], files: Iterable[str]) -> None:
        """Notes what is done, and removes files that it replaces; those of a table when nobody reads them any more."""
        if self.location is None:
            self._remove(files)
        else:
            notes["retired"] = [*notes.get("retired", ()), *files]
        self._keep(notes)

    def _publish(self, notes: dict[str, Any]) -> None:
        files = [path for day in notes["days"].values() for path in day["files"]]
        keys = [(key, KEYS[key]) for key in self.settings["by"]]
        _iceberg.publish(self.target, self.location, files, keys, _replacing)
        if notes.get("retired"):
            # The state before may be read until the next one comes.
            self._remove(notes.get("old", ()))
            notes["old"] = notes.pop("retired")
            self._keep(notes)

    # What is to do

    def _notes(self) -> dict[str, Any]:
        """What an earlier run noted; another one's directory is refused."""
        path = os.path.join(self.target, _NOTES)
        try:
            with open(path, encoding="utf-8") as file:
                notes = json.load(file)
        except FileNotFoundError:
            if os.listdir(self.target) not in ([], [_WORK]):
                raise UsageError(f"{self.target}: neither empty nor an export", 2) from None
            notes = {"settings": self.settings, "days": {}}
            self._keep(notes)
        notes["settings"] = {"iceberg": None, "variant": False, **notes["settings"]}
        if notes["settings"] != self.settings:
            raise UsageError(f"{self.target}: an export with other options: {json.dumps(notes['settings'])}", 2)
        known: dict[str, Any] = notes
        return known

    def _keep(self, notes: dict[str, Any]) -> None:
        path = os.path.join(self.target, _NOTES)
        with _replacing(path + ".tmp", path) as temporary, open(temporary, "w", encoding="utf-8") as file:
            json.dump(notes, file, indent=1)
            _sync(file)

    def _remove(self, paths: Iterable[str]) -> None:
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(self.target, path))

    def _exists(self, path: str) -> bool:
        return os.path.exists(os.path.join(self.target, path))

    def _days(self) -> dict[str | None, int]:
        """Days with events, and None for events without a readable time, with the numbers of events."""
        condition = "" if self.settings["where"] is None else f" WHERE ({self.settings['where']}\n)"
        sql = f"SELECT date(eventTime) AS day, count(*) AS n FROM events{condition} GROUP BY 1 ORDER BY 1"
        rows = self.archive.sql(sql, since=self.settings["since"], until=self.settings["until"], static_types=True)
        return {row["day"].isoformat() if row["day"] else None: row["n"] for row in rows}

    def _range(self, day: str | None) -> tuple[int | None, int | None]:
        if day is None:
            return None, None
        start = milliseconds(day)
        since, until = self.settings["since"], self.settings["until"]
        return max(start, start if since is None else since), min(start + _DAY, start + _DAY if until is None else until)

    def _state(self, day: str | None) -> list[list[str | None]]:
        """The segments that a day's events can be in: where they are the same, so are the events."""
        since, until = self._range(day)
        if since is None or until is None:
            return [self._name(part) for part in self.parts if part["untimed_rows"]]
        return [
            self._name(part) for part in self.parts
            if part["untimed_rows"] or part["first"] < until and part["last"] >= since]

    @staticmethod
    def _name(part: dict[str, Any]) -> list[str | None]:
        name = part["name"] if part["archive"] == 0 else f"{part['archive']}/{part['name']}"
        return [name, part["marks"]]

    # Writing

    def _statement(self, day: str | None) -> str:
        if self.format == "ndjson":
            columns = ["eventJson"]
        else:
            identity = [f'userIdentity.{name} AS "userIdentity_{name}"' for name in IDENTITY]
            columns = [*COLUMNS, *identity] + (["eventJson"] if self.settings["records"] else [])
        keys = [f"{KEYS[key]} AS \"_key{place}\"" for place, key in enumerate(self.settings["by"])]
        order = [f'"_key{place}"' for place in range(len(keys))] + ["from_iso8601_timestamp(eventTime)", "eventID"]
        conditions = [] if self.settings["where"] is None else [f"({self.settings['where']}\n)"]
        if day is None:
            conditions.append("from_iso8601_timestamp(eventTime) IS NULL")
        text = f"SELECT {', '.join(columns + keys)} FROM events"
        if conditions:
            text += f" WHERE {' AND '.join(conditions)}"
        return f"{text} ORDER BY {', '.join(order)}"

    def _write(self, day: str | None, work: str) -> tuple[int, list[str]]:
        """Writes a day; gives its rows and files. Files appear when all of them are written."""
        since, until = self._range(day)
        result = self.archive.sql(self._statement(day), since=since, until=until, static_types=True)
        written: list[tuple[str, str]] = []
        paths: set[str] = set()
        total = 0
        for values, chunks in self._groups(result):
            folder = "/".join(
                f"{name}={_folded(value)}" for name, value in zip(("day", *self.settings["by"]), (day, *values)))
            path = self._path(folder, day, paths)
            paths.add(path)
            temporary = os.path.join(work, str(len(written)))
            total += self._file(temporary, chunks)
            written.append((temporary, path))
        # That no record of a day has some member is nothing to be told of.
        self.warnings |= {text for text in result.warnings if not text.startswith("no record has")}
        for temporary, path in written:
            target = os.path.join(self.target, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.replace(temporary, target)
            _sync_directory(os.path.dirname(target))
        return total, [path for _, path in written]

    def _path(self, folder: str, day: str | None, taken: set[str]) -> str:
        """A file of a day that none has yet: values that are NULL and those that are empty share a directory. Files of
        a table never change, so another state of the day has others."""
        name = "part"
        if self.location is not None:
            name += f"-{zlib.crc32(json.dumps([self.settings, self._state(day)]).encode()):08x}"
        number = 0
        while f"{folder}/{name}-{number}{_SUFFIX[self.format]}" in taken:
            number += 1
        return f"{folder}/{name}-{number}{_SUFFIX[self.format]}"

    def _groups(self, result: Any) -> Iterator[tuple[tuple[str | None, ...], Iterator[Any]]]:
        """Runs of rows with the same values of the keys, as batches without these."""
        count = len(self.settings["by"])
        batches = _Batches(result, count, self.format)
        while batches.peek() is not None:
            key = batches.peek()[0]
            yield key, batches.run(key)

    def _file(self, path: str, chunks: Iterator[Any]) -> int:
        if self.settings["variant"]:
            rows, kept = _variants(path, chunks)
            self.kept += kept
            return rows
        writer = {"parquet": _parquet, "ndjson": _ndjson, "csv": _csv}[self.format]
        return writer(path, chunks)


class _Batches:
    """Batches cut where the values of the keys change."""

    def __init__(self, result: Any, key_count: int, format_: str) -> None:
        self.pieces = self._cut(result, key_count, format_)
        self.next: Any = None
        self.advance()

    def peek(self) -> Any:
        return self.next

    def advance(self) -> None:
        self.next = next(self.pieces, None)

    def run(self, key: tuple[str | None, ...]) -> Iterator[Any]:
        while self.next is not None and self.next[0] == key:
            piece = self.next[1]
            self.advance()
            yield piece

    @staticmethod
    def _cut(result: Any, key_count: int, format_: str) -> Iterator[tuple[tuple[str | None, ...], Any]]:
        if format_ == "parquet":
            for batch in result.reader():
                width = batch.num_columns - key_count
                keys = list(zip(*(batch.column(width + place).to_pylist() for place in range(key_count))))
                values = batch.select(range(width))
                for key, start, end in _runs(keys, batch.num_rows):
                    yield key, values.slice(start, end - start)
            return
        for row in result._iterate():
            values = list(row.values())
            width = len(values) - key_count
            yield tuple(values[width:]), (list(row)[:width], values[:width])


def _runs(keys: list[tuple[str | None, ...]], count: int) -> Iterator[tuple[tuple[str | None, ...], int, int]]:
    if not keys:
        yield (), 0, count
        return
    start = 0
    for row in range(1, count + 1):
        if row == count or keys[row] != keys[start]:
            yield keys[start], start, row
            start = row


def _parquet(path: str, chunks: Iterator[Any]) -> int:
    pyarrow = _pyarrow()
    first = next(chunks)
    schema = _numbered(first.schema)
    rows = 0
    # Written through an own file, so that it can be synced.
    with open(path, "wb") as file:
        with pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
            held, count = [first], first.num_rows
            for batch in chunks:
                held.append(batch)
                count += batch.num_rows
                if count >= 1 << 17:
                    writer.write_table(pyarrow.Table.from_batches(held).cast(schema))
                    rows, held, count = rows + count, [], 0
            if held:
                writer.write_table(pyarrow.Table.from_batches(held).cast(schema))
                rows += count
        _sync(file)
    return rows


# What stays of a JSON text without its strings has such a number: DuckDB would round it.
_ROUNDED = r"[0-9]{19}|[0-9][eE]|\.[0-9]{8}|[0-9]{8}\."
_STRING = r'"([^"\\]|\\.)*"'


def _variants(path: str, chunks: Iterator[Any]) -> tuple[int, int]:
    """Writes a file whose objects are VARIANT; gives its rows, and how many of its values have numbers that would be
    rounded: these are text, and so is what is no JSON."""
    duckdb, pyarrow = _duckdb(), _pyarrow()
    first = next(chunks)
    rows = pyarrow.RecordBatchReader.from_batches(first.schema, itertools.chain([first], chunks))  # noqa: F841
    names = [name for name in OBJECTS if name in first.schema.names]
    flags = [f'"_{name}"' for name in names]
    rounded = [
        f"coalesce(json_valid({name}) AND regexp_matches(regexp_replace({name}, '{_STRING}', '', 'g'), '{_ROUNDED}'), false) AS {flag}"
        for name, flag in zip(names, flags)]
    values = [
        f"(CASE WHEN json_valid({name}) AND NOT {flag} THEN {name}::JSON ELSE to_json({name}) END)::VARIANT AS {name}"
        for name, flag in zip(names, flags)]
    target = path.replace("'", "''")
    # One column each: what DuckDB would take out of them by itself are hundreds, of a file three times as large.
    whole = ", ".join(f"'{name}': 'VARIANT'" for name in names)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TEMP TABLE day AS SELECT *, {', '.join(rounded)} FROM rows")
        connection.execute(
            f"COPY (SELECT * EXCLUDE ({', '.join(flags)}) REPLACE ({', '.join(values)}) FROM day ORDER BY rowid) "
            f"TO '{target}' (FORMAT parquet, COMPRESSION zstd, SHREDDING {{{whole}}})")
        sums = " + ".join(f"count_if({flag})" for flag in flags)
        count, kept = connection.execute(f"SELECT count(*), {sums} FROM day").fetchone() or (0, 0)
    with open(path, "rb+") as file:
        _sync(file)
    return count, kept


def _numbered(schema: Any) -> Any:
    """The schema with the numbers by which Iceberg knows columns."""
    pyarrow = _pyarrow()
    return pyarrow.schema([
        field.with_metadata({b"PARQUET:field_id": str(place + 1).encode()}) for place, field in enumerate(schema)])


def _ndjson(path: str, chunks: Iterator[Any]) -> int:
    rows = 0
    with open(path, "wb") as file:
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as target:
            for _, (record,) in chunks:
                target.write(record.encode() + b"\n")
                rows += 1
        _sync(file)
    return rows


def _csv(path: str, chunks: Iterator[Any]) -> int:
    import csv
    import io

    rows = 0
    with open(path, "wb") as file:
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as target:
            text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
            writer = csv.writer(text, lineterminator="\n")
            for names, values in chunks:
                if rows == 0:
                    writer.writerow(names)
                writer.writerow([_spelled(value) for value in values])
                rows += 1
            text.flush()
            text.detach()
        _sync(file)
    return rows


def _spelled(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value


def _folded(value: str | None) -> str:
    """A value as a directory's name, as Hive escapes it."""
    if value is None or value == "":
        return NO_VALUE
    return "".join(c if c.isalnum() and c.isascii() or c in "-_." else "".join(f"%{b:02X}" for b in c.encode()) for c in value)


@contextlib.contextmanager
def _replacing(temporary: str, path: str) -> Iterator[str]:
    yield temporary
    os.replace(temporary, path)
    _sync_directory(os.path.dirname(path))


def _sync(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_directory(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Show:
    """Progress on standard error, once it takes longer than a second: days, a bar, and the time that is left."""

    def __init__(self, width: int | None = None) -> None:
        self.start, self.shown = time.monotonic(), False
        self.width = width or shutil.get_terminal_size().columns

    def __call__(self, day: str, number: int, count: int) -> None:
        spent = time.monotonic() - self.start
        if spent < 1:
            return
        done = number / count
        bar = "█" * int(done * 20)
        left = f", {_duration(spent * (1 - done) / done)} left" if number else ""
        line = f"exporting {day}  {bar:░<20}  {int(done * 100)}%  {number:,} of {count:,} days{left}"
        print(f"\r\x1b[K{line[:self.width - 1]}", end="", file=sys.stderr, flush=True)
        self.shown = True

    def end(self) -> None:
        """Takes the line away."""
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


__all__ = ["CairnError", "FORMATS", "IDENTITY", "KEYS", "Show", "export"]

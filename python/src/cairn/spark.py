"""Archives in Spark: every worker must see the archive's path and have this package and pyarrow.

>>> cairn.spark.scan(spark, "/shared/trail", ["eventTime", "eventName"], "errorCode IS NOT NULL").count()
>>> spark.dataSource.register(cairn.spark.CairnDataSource)
>>> spark.read.format("cairn").option("where", "errorCode IS NOT NULL").load("/shared/trail")

Work is divided by event time, so that each worker reads the row groups of its own range. Rows come as Arrow batches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, NamedTuple, Sequence

from ._archive import Archive
from ._columns import COLUMNS
from ._native import CairnError
from ._times import Time, milliseconds

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

#: Points of a segment's time by which ranges are cut.
_POINTS = 64
#: The types of Arrow's C interface as Spark's DDL names them.
_TYPES = {"u": "string", "l": "bigint", "g": "double", "b": "boolean", "tsu:UTC": "timestamp", "tdD": "date"}


class Plan(NamedTuple):
    """What all workers read together."""

    path: str
    columns: tuple[str, ...]
    where: str | None
    #: The archive's segments: a worker that sees others would read another state.
    state: tuple[tuple[str, str | None], ...]
    #: Event times, half-open, None for no bound; None as a whole for events without a time.
    ranges: tuple[tuple[int | None, int | None] | None, ...]


def plan(
    path: str, columns: Sequence[str] | None, where: str | None, since: Time | None, until: Time | None, count: int
) -> Plan:
    """Divides the events of an archive into ranges of time that have about as many rows each."""
    archive = Archive(path)
    parts = archive.info["parts"]
    first = None if since is None else milliseconds(since)
    last = None if until is None else milliseconds(until)
    points = sorted(
        (part["first"] + (part["last"] - part["first"]) * n // _POINTS, part["rows"])
        for part in parts if part["untimed_rows"] < part["rows"] for n in range(_POINTS)
    )
    inside = [(time, rows) for time, rows in points
              if (first is None or time > first) and (last is None or time < last)]
    total, sum_ = sum(rows for _, rows in inside), 0
    cuts: list[int] = []
    for time, rows in inside:
        sum_ += rows
        if sum_ * count >= (len(cuts) + 1) * total and len(cuts) < count - 1 and (not cuts or time > cuts[-1]):
            cuts.append(time)
    # A range without any bound has the events without a time too: these have one of their own.
    is_bounded = first is not None or last is not None
    start = first if is_bounded else milliseconds("0001-01-01")
    end = last if is_bounded else milliseconds("9999-12-31") + 86_400_000
    bounds = [start, *cuts, end]
    ranges: list[tuple[int | None, int | None] | None] = list(zip(bounds, bounds[1:]))
    if not is_bounded and any(part["untimed_rows"] for part in parts):
        ranges.append(None)
    return Plan(path, tuple(columns or COLUMNS), where, _state(parts), tuple(ranges))


def read(plan_: Plan, place: int) -> Iterator[pyarrow.RecordBatch]:
    """The batches of one range."""
    archive = Archive(plan_.path)
    if _state(archive.info["parts"]) != plan_.state:
        raise CairnError(f"{plan_.path}: the archive has changed since the query was planned: run it again", 5)
    range_, where = plan_.ranges[place], plan_.where
    if range_ is None:
        undated = "from_iso8601_timestamp(eventTime) IS NULL"
        where = undated if where is None else f"({where}\n) AND {undated}"
    since, until = range_ or (None, None)
    yield from archive.scan(plan_.columns, where, since, until, threads=1).reader()


def scan(
    spark: SparkSession, path: str, columns: Sequence[str] | None = None, where: str | None = None,
    since: Time | None = None, until: Time | None = None, *, partitions: int = 0,
) -> DataFrame:
    """Values at paths of the events that satisfy a condition, read by Spark's workers."""
    made = plan(path, columns, where, since, until, partitions or spark.sparkContext.defaultParallelism)

    def work(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                yield from read(made, place)

    count = len(made.ranges)
    return spark.range(0, count, 1, count).mapInArrow(work, _ddl(path, made.columns))


def _state(parts: list[dict[str, Any]]) -> tuple[tuple[str, str | None], ...]:
    return tuple((part["name"], part["marks"]) for part in parts)


def _ddl(path: str, columns: Sequence[str]) -> str:
    types = Archive(path).scan(columns).types
    return ", ".join(f"`{name.replace('`', '``')}` {_TYPES[type_]}" for name, type_ in types.items())


try:
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
except ImportError:
    pass
else:

    class _Range(InputPartition):
        def __init__(self, place: int) -> None:
            super().__init__(place)
            self.place = place

    class _Reader(DataSourceReader):
        def __init__(self, made: Plan) -> None:
            self.plan = made

        def partitions(self) -> Sequence[InputPartition]:
            return [_Range(place) for place in range(len(self.plan.ranges))]

        def read(self, partition: Any) -> Iterator[pyarrow.RecordBatch]:
            return read(self.plan, partition.place)

    class CairnDataSource(DataSource):
        """`spark.read.format("cairn")`, with the options `where`, `since`, `until` and `partitions`, and the columns of
        `.schema(…)`, which must be those that `scan` gives, where there is one."""

        @classmethod
        def name(cls) -> str:
            return "cairn"

        def schema(self) -> str:
            return _ddl(self.options["path"], COLUMNS)

        def reader(self, schema: Any) -> DataSourceReader:
            options = self.options
            return _Reader(plan(
                options["path"], schema.fieldNames(), options.get("where"), options.get("since"), options.get("until"),
                int(options.get("partitions", "4"))))

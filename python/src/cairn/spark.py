"""Archives in Spark: every worker must see the archive's path and have this package and pyarrow.

>>> cairn.spark.scan(spark, "/shared/trail", ["eventTime", "eventName"], "errorCode IS NOT NULL").count()
>>> counts = cairn.spark.sql(spark, "/shared/trail", "SELECT eventName, count(*) AS n FROM events GROUP BY 1")
>>> counts.groupBy("eventName").sum("n")
>>> spark.dataSource.register(cairn.spark.CairnDataSource)
>>> spark.read.format("cairn").option("where", "errorCode IS NOT NULL").load("/shared/trail")

Work is divided by segments and row groups. Rows come as Arrow batches.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Iterator, NamedTuple, Sequence

from ._archive import Archive
from ._columns import COLUMNS
from ._filters import Condition, col
from ._native import UsageError
from ._times import Time, milliseconds

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

#: The types of Arrow's C interface as Spark's DDL names them.
_TYPES = {"u": "string", "l": "bigint", "g": "double", "b": "boolean", "tsu:UTC": "timestamp", "tdD": "date"}
_Path = str | Sequence[str]


class Plan(NamedTuple):
    """What all workers read together."""

    path: _Path
    columns: tuple[str, ...]
    where: str | Condition | None
    since: int | None
    until: int | None
    #: What each reads, on an archive in the same state.
    parts: tuple[str, ...]


def plan(
    path: _Path, columns: Sequence[str] | None, where: str | Condition | None, since: Time | None, until: Time | None,
    count: int,
) -> Plan:
    """Divides the events of an archive into parts that have about as many rows each."""
    first = None if since is None else milliseconds(since)
    last = None if until is None else milliseconds(until)
    parts = Archive(path).parts(max(1, count), where, first, last)
    return Plan(path, tuple(columns or COLUMNS), where, first, last, tuple(parts))


def read(plan_: Plan, place: int) -> Iterator[pyarrow.RecordBatch]:
    """The batches of one part. Where the archive has changed since it was divided, an error says so."""
    archive = Archive(plan_.path)
    yield from archive.scan(
        plan_.columns, plan_.where, plan_.since, plan_.until, threads=1, part=plan_.parts[place]).reader()


def scan(
    spark: SparkSession, path: _Path, columns: Sequence[str] | None = None, where: str | Condition | None = None,
    since: Time | None = None, until: Time | None = None, *, partitions: int = 0,
) -> DataFrame:
    """Values at paths of the events that satisfy a condition, read by Spark's workers."""
    made = plan(path, columns, where, since, until, partitions or spark.sparkContext.defaultParallelism)
    return _frame(spark, made, Archive(path).scan(made.columns).types, _Answers(made))


def sql(
    spark: SparkSession, path: _Path, statement: str, parameters: Sequence[Any] = (), since: Time | None = None,
    until: Time | None = None, *, partitions: int = 0,
) -> DataFrame:
    """Answers of a statement to parts of the events, all of them beneath one another: what Spark adds up.

    Each of Spark's tasks asks the statement of its own part, as if no other events were there. So counts and sums are to
    be added, minima and maxima taken again, and distinct values made distinct once more; what only single rows decide on
    (conditions, values) needs nothing. Where values decide on a column's type, it is text: a cast says which.
    """
    made = plan(path, (), None, since, until, partitions or spark.sparkContext.defaultParallelism)
    given = tuple(parameters)
    types = Archive(path).sql(statement, given, since=made.since, until=made.until, static_types=True).types
    return _frame(spark, made, types, _Answers(made, statement, given))


class _Answers:
    """What a task reads: values of one part, or the answer to a statement about it."""

    def __init__(self, made: Plan, statement: str | None = None, parameters: tuple[Any, ...] = ()) -> None:
        self.plan, self.statement, self.parameters = made, statement, parameters

    def __call__(self, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                yield from read(self.plan, place) if self.statement is None else self._answer(self.statement, place)

    def _answer(self, statement: str, place: int) -> Iterator[pyarrow.RecordBatch]:
        made = self.plan
        yield from Archive(made.path).sql(
            statement, self.parameters, since=made.since, until=made.until, threads=1, static_types=True,
            part=made.parts[place]).reader()


def _frame(spark: SparkSession, made: Plan, types: dict[str, str], answers: _Answers) -> DataFrame:
    count = len(made.parts)
    return spark.range(0, count, 1, max(1, count)).mapInArrow(answers, _ddl(types))


def _ddl(types: dict[str, str]) -> str:
    return ", ".join(f"`{name.replace('`', '``')}` {_spark_type(type_)}" for name, type_ in types.items())


def _spark_type(type_: str) -> str:
    if type_.startswith("d:"):
        return f"decimal({type_[2:]})"
    return _TYPES[type_]


#: Columns that are no texts: where records have values of other kinds these are NULL, which conditions do not know.
_TIMES = ("eventTime", "userIdentity.sessionContext.attributes.creationDate")
_BOOLEANS = ("readOnly", "managementEvent")
_STEP = datetime.timedelta(microseconds=1)


def pushable(filters: Sequence[Any], columns: Sequence[str]) -> tuple[Condition | None, list[Any]]:
    """The filters of Spark that Cairn evaluates as Spark does, as one condition, and all others."""
    pushed: Condition | None = None
    left: list[Any] = []
    for filter_ in filters:
        condition = _condition(filter_, columns)
        if condition is None:
            left.append(filter_)
        else:
            pushed = condition if pushed is None else pushed & condition
    return pushed, left


def _condition(filter_: Any, columns: Sequence[str]) -> Condition | None:
    kind = type(filter_).__name__
    if kind == "Not":
        inside = _condition(filter_.child, columns)
        return None if inside is None else ~inside
    path = ".".join(filter_.attribute)
    if path not in columns:
        return None
    column, value = col(path), getattr(filter_, "value", None)
    if path in _TIMES:
        return _time_condition(kind, column, value)
    if path in _BOOLEANS:
        return column == value if kind == "EqualTo" and isinstance(value, bool) else None
    if kind == "IsNull":
        return column.is_null()
    if kind == "IsNotNull":
        return column.is_not_null()
    if kind == "In":
        return column.is_in(value) if all(map(_is_exact, value)) else None
    if not _is_exact(value):
        return None
    # Texts with bytes that are no UTF-8 have another order in Spark, and another end.
    made = {"EqualTo": column.__eq__, "StringStartsWith": column.starts_with}.get(kind)
    return None if made is None else made(value)


def _is_exact(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value and "\ufffd" not in value


def _time_condition(kind: str, column: Any, value: Any) -> Condition | None:
    """Spark has times in whole microseconds, cut: a bound of them is exact, and so are conditions made of bounds."""
    if not isinstance(value, datetime.datetime):
        return None
    moment = value if value.tzinfo else value.astimezone()
    made: dict[str, Any] = {
        "GreaterThanOrEqual": lambda: column >= moment, "GreaterThan": lambda: column >= moment + _STEP,
        "LessThan": lambda: column < moment, "LessThanOrEqual": lambda: column < moment + _STEP,
        "EqualTo": lambda: (column >= moment) & (column < moment + _STEP),
    }
    return made[kind]() if kind in made else None


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 1 << 20:
        raise UsageError(f"partitions: {text}: expected a number from 1", 2)
    return int(text)


try:
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
except ImportError:
    pass
else:

    class _Part(InputPartition):
        def __init__(self, place: int) -> None:
            super().__init__(place)
            self.place = place

    class _Reader(DataSourceReader):
        def __init__(self, options: Any, columns: Sequence[str]) -> None:
            # Relative times are those of the plan.
            self.since, self.until = (
                None if text is None else milliseconds(text) for text in (options.get("since"), options.get("until")))
            self.path, self.where, self.columns = options["path"], options.get("where"), columns
            self.count = _count(options.get("partitions", "4"))
            self.plan = self._made()

        def _made(self) -> Plan:
            return plan(self.path, self.columns, self.where, self.since, self.until, self.count)

        def partitions(self) -> Sequence[InputPartition]:
            return [_Part(place) for place in range(len(self.plan.parts))]

        def read(self, partition: Any) -> Iterator[pyarrow.RecordBatch]:
            return read(self.plan, partition.place)

    class _FilteringReader(_Reader):
        """One that takes Spark's filters, where the session has their pushing switched on: with it off, Spark refuses
        a reader that could."""

        def pushFilters(self, filters: Any) -> Iterator[Any]:
            # It may be called again: what was taken before does not add up.
            pushed, left = pushable(filters, self.columns)
            where = self.where
            if pushed is not None and where is None:
                self.plan = plan(self.path, self.columns, pushed, self.since, self.until, self.count)
            elif pushed is not None:
                # One condition is SQL: that stays, and Spark evaluates the others.
                left = list(filters)
            yield from left

    class CairnDataSource(DataSource):
        """`spark.read.format("cairn")`, with the options `where`, `since`, `until`, `partitions` and `pushdown`, and the
        columns of `.schema(…)`, which must be those that `scan` gives, where there is one."""

        @classmethod
        def name(cls) -> str:
            return "cairn"

        def schema(self) -> str:
            return _ddl(Archive(self.options["path"]).scan(COLUMNS).types)

        def reader(self, schema: Any) -> DataSourceReader:
            takes = str(self.options.get("pushdown", "false")).lower() == "true"
            return (_FilteringReader if takes else _Reader)(self.options, schema.fieldNames())

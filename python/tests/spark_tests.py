"""Archives in Spark on a real cluster (spark_cluster.py). Run by `tools/spark`, outside `tools/check python`.

CAIRN_SPARK_ARCHIVE names an archive of some 100,000 events; CAIRN_SPARK_KILLS says how often a process is killed.
"""

import os
import pathlib
import re
import shutil
import tempfile
import threading
import time
import unittest
import warnings

import cairn
import cairn.spark
import questions
from cairn import export
from pyspark.sql import SparkSession
from spark_cluster import Cluster

PATH = os.environ["CAIRN_SPARK_ARCHIVE"]
KILLS = int(os.environ.get("CAIRN_SPARK_KILLS", "20"))
COLUMNS = ["eventTime", "eventName", "errorCode", "userIdentity.arn", "requestParameters", "readOnly", "eventID"]
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/python.md"


def setUpModule():
    global work, cluster, spark, archive
    warnings.simplefilter("ignore", cairn.CairnWarning)
    work = tempfile.TemporaryDirectory()
    cluster = Cluster(work.name)
    os.environ.update({name: cluster.environment[name] for name in ("SPARK_LOCAL_IP", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")})
    spark = (
        SparkSession.builder.master(cluster.url).appName("cairn").config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1").config("spark.driver.memory", "1g").config("spark.executor.memory", "512m")
        .config("spark.executor.cores", "1").config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "65536").getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    spark.dataSource.register(cairn.spark.CairnDataSource)
    archive = cairn.open(PATH)


def tearDownModule():
    spark.stop()
    cluster.stop()
    work.cleanup()


def source(**options):
    reader = spark.read.format("cairn")
    for name, value in options.items():
        reader = reader.option(name, value)
    return reader


class ReadingTests(unittest.TestCase):
    SQL = "SELECT eventName, count(*) AS n, count(errorCode) AS e, max(eventTime) AS t FROM {} GROUP BY 1"

    def test_runs_on_the_workers(self):
        self.assertGreater(spark.range(100).count(), 0)
        # Where workers were killed before, others may be about to come.
        self.assertGreater(len(cluster.executors()), 0)

    def test_parts_are_the_whole(self):
        for where, since in ((None, None), ("errorCode IS NOT NULL", None), (None, "2025-01-15")):
            expected = sorted(archive.scan(COLUMNS, where, since).rows(), key=lambda row: row["eventID"])
            for count in (1, 3, 7):
                frame = cairn.spark.scan(spark, PATH, COLUMNS, where, since, partitions=count)
                self.assertLessEqual(frame.rdd.getNumPartitions(), count)
                rows = [row.asDict() for row in frame.collect()]
                for row in rows:
                    row["eventTime"] = row["eventTime"].replace(tzinfo=expected[0]["eventTime"].tzinfo)
                self.assertEqual(sorted(rows, key=lambda row: row["eventID"]), expected)

    def test_both_ways_equal_the_archive(self):
        ours = sorted((r["eventName"], r["n"], r["e"], r["t"].replace(tzinfo=None)) for r in archive.sql(self.SQL.format("events")))
        for name, frame in (
            ("scan", cairn.spark.scan(spark, PATH, COLUMNS, partitions=3)), ("source", source(partitions="3").load(PATH)),
            ("pruned", source().schema("eventTime timestamp, eventName string, errorCode string").load(PATH)),
        ):
            with self.subTest(name):
                frame.createOrReplaceTempView(name)
                self.assertEqual(sorted((r.eventName, r.n, r.e, r.t) for r in spark.sql(self.SQL.format(name)).collect()), ours)

    def test_conditions_as_trees(self):
        where = (cairn.col("errorCode") == "AccessDenied") | cairn.col("eventName").starts_with("Delete")
        found = cairn.spark.scan(spark, PATH, ["eventID"], where, partitions=4).count()
        self.assertEqual(found, len(archive.scan(["eventID"], where).rows()))
        self.assertGreater(found, 0)

    def test_parts_of_answers_add_up(self):
        from pyspark.sql import functions as f

        statement = (
            "SELECT date(eventTime) AS day, eventSource, count(*) AS n, count(errorCode) AS e, max(eventTime) AS last,"
            " CAST(sum(length(eventName)) AS bigint) AS s, CAST(count(*) AS decimal(20,2)) AS d"
            " FROM events WHERE eventName LIKE ? OR readOnly = false GROUP BY 1, 2")
        parts = cairn.spark.sql(spark, PATH, statement, ["Get%"], "2025-01-05", partitions=5)
        whole = parts.groupBy("day", "eventSource").agg(
            f.sum("n").alias("n"), f.sum("e").alias("e"), f.max("last").alias("last"), f.sum("s").alias("s"), f.sum("d").alias("d"))
        rows = sorted(tuple(row.asDict().values()) for row in whole.collect())
        expected = [
            (*list(row.values())[:4], row["last"].replace(tzinfo=None), row["s"], row["d"])
            for row in archive.sql(statement, ["Get%"], since="2025-01-05")]
        self.assertEqual(rows, sorted(expected))
        # Archives of one row group have one part.
        self.assertGreaterEqual(parts.count(), len(rows))

    def test_filters_are_taken_where_they_may_be(self):
        off = source(partitions="3").load(PATH)
        self.assertEqual(off.where("eventName = 'AssumeRole'").count(), self.count("eventName = 'AssumeRole'"))
        # With pushing switched on the reader takes filters; with it off it must have none.
        spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")
        try:
            on = source(partitions="3", pushdown="true").load(PATH)
            limited = source(partitions="3", pushdown="true", where="readOnly", since="2025-01-05").load(PATH)
            for condition, sql in (
                ("eventName = 'AssumeRole'", None), ("eventName IN ('AssumeRole', 'GetObject') AND errorCode IS NULL", None),
                ("NOT eventName = 'AssumeRole' AND readOnly = true", None), ("eventName LIKE 'Get%'", None),
                ("eventName > 'G' AND awsRegion = 'us-east-1'", None), ("length(eventName) = 9", None),
                ("eventTime >= timestamp'2025-01-10 00:00:00' AND eventTime < timestamp'2025-01-20 00:00:00'",
                 "eventTime >= TIMESTAMP '2025-01-10 00:00:00' AND eventTime < TIMESTAMP '2025-01-20 00:00:00'"),
            ):
                with self.subTest(condition):
                    self.assertEqual(on.where(condition).count(), self.count(sql or condition))
                    self.assertEqual(
                        limited.where(condition).count(),
                        self.count(f"({sql or condition}) AND readOnly AND eventTime >= TIMESTAMP '2025-01-05 00:00:00'"))
        finally:
            spark.conf.set("spark.sql.python.filterPushdown.enabled", "false")

    def count(self, condition):
        (row,) = archive.sql(f"SELECT count(*) AS n FROM events WHERE {condition}")
        return row["n"]

    def test_examples_of_the_page(self):
        section = PAGE.read_text().split("\n## Spark\n")[1].split("\n## ")[0]
        (text,) = re.findall(r"^```python\n(.*?)^```", section, re.S | re.M)
        names = {"spark": spark}
        exec(text.replace("/shared/archive", PATH), names)  # noqa: S102
        expected = self.count("errorCode IS NOT NULL")
        self.assertEqual(names["events"].count(), expected)
        self.assertEqual(len(names["denied"].collect()), len(archive.sql(
            "SELECT userIdentity.arn FROM events WHERE is_denied(errorCode, errorMessage) GROUP BY 1").rows()))


class QuestionTests(unittest.TestCase):
    """The twelve questions of questions.py against `cairn query`."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(work.name) / "questions"
        cls.root.mkdir()
        binary = os.environ["CAIRN_BINARY"]
        cls.path = questions.make(binary, cls.root)
        cls.answers = list(questions.answers(binary, cls.path))

    def expect(self, frame, columns=questions.COLUMNS):
        questions.spark_calls(frame, columns)
        self.assertEqual(len(self.answers), 12)
        for name, sql, expected in self.answers:
            with self.subTest(name):
                self.assertIsNone(questions.difference(expected, spark.sql(sql).collect()))

    def test_scan(self):
        self.expect(cairn.spark.scan(spark, str(self.path), list(questions.COLUMNS.values()), partitions=3))

    def test_source(self):
        types = {"eventTime": "timestamp", "readOnly": "boolean"}
        schema = ", ".join(f"`{path}` {types.get(path, 'string')}" for path in questions.COLUMNS.values())
        self.expect(source(partitions="3").schema(schema).load(str(self.path)))

    def test_exported_files(self):
        done = export.export(cairn.open(self.path), self.root / "lake")
        self.assertGreater(done["rows"], 3000)
        self.expect(spark.read.parquet(str(self.root / "lake")), questions.EXPORTED)


class ErrorTests(unittest.TestCase):
    """Whoever sits at the driver reads which archive it is and what ails it."""

    def expect(self, words, call):
        with self.assertRaises(Exception) as caught:
            call()
        for word in words:
            self.assertIn(word, str(caught.exception))

    def copy(self, name):
        path = pathlib.Path(work.name) / name
        shutil.copytree(PATH, path)
        return path, sorted(path.rglob("*.cairn"))[0]

    def each_way(self, path, words):
        # What a statement does not need it does not read, and then does not miss.
        self.expect(words, lambda: cairn.spark.scan(spark, str(path), COLUMNS, partitions=3).toArrow())
        self.expect(words, lambda: cairn.spark.sql(
            spark, str(path), "SELECT min(length(eventJson)) AS n FROM events", partitions=3).collect())
        self.expect(words, lambda: source(partitions="3").load(str(path)).toArrow())

    def test_no_archive(self):
        self.each_way(pathlib.Path(work.name) / "none", ["/none: cannot read directory: No such file"])
        (pathlib.Path(work.name) / "bare").mkdir()
        self.each_way(pathlib.Path(work.name) / "bare", ["/bare"])

    def test_missing_segment(self):
        path, segment = self.copy("missing")
        segment.unlink()
        self.each_way(path, [segment.name, "missing"])

    def test_unreadable_segment(self):
        path, segment = self.copy("unreadable")
        segment.unlink()
        segment.mkdir()
        self.each_way(path, [segment.name])

    def test_damaged_segment(self):
        path, segment = self.copy("damaged")
        data = bytearray(segment.read_bytes())
        # Its end, which the driver reads, stays as it is.
        for place in range(4096, len(data) - (len(data) >> 3) - 65536, 512):
            data[place] ^= 0xFF
        segment.write_bytes(data)
        self.each_way(path, [segment.name, "amaged"])

    def test_changed_since_it_was_planned(self):
        path, _ = self.copy("changed")
        frame = cairn.spark.scan(spark, str(path), ["eventID"], partitions=2)
        shutil.rmtree(path)
        cairn.compact(str(pathlib.Path(work.name) / "one.json"), path, progress=False) if self.one() else None
        self.expect(["has changed since the scan was divided"], frame.count)

    def one(self):
        (pathlib.Path(work.name) / "one.json").write_text(
            '{"Records":[{"eventVersion":"1.08","eventTime":"2025-01-30T16:00:00Z","eventSource":"s","eventName":"n",'
            '"awsRegion":"r","eventID":"e"}]}')
        return True

    def test_mistakes(self):
        for call in (
            lambda: cairn.spark.scan(spark, PATH, ["eventID"], "eventName ="), lambda: cairn.spark.scan(spark, PATH, ["1"]),
            lambda: cairn.spark.sql(spark, PATH, "SELECT coutn(*) FROM events"), lambda: cairn.spark.scan(spark, PATH, since="soon"),
        ):
            with self.assertRaises(cairn.UsageError):
                call()
        self.expect(["expected"], lambda: source(partitions="many").load(PATH).count())


class KilledTests(unittest.TestCase):
    def test_lose_and_double_nothing(self):
        (row,) = archive.sql("SELECT count(*) AS n, count(DISTINCT eventID) AS d FROM events")
        expected = (row["n"], row["d"])
        kinds = {"executor": 0, "worker": 0}
        for number in range(KILLS):
            kind = ("executor", "worker")[number % 2]
            with self.subTest(kind, number=number):
                found = {}

                def ask():
                    # Tasks take long enough to be killed among them.
                    def slowly(batches):
                        import time

                        for batch in batches:
                            time.sleep(1.5)
                            yield batch

                    frame = cairn.spark.scan(spark, PATH, ["eventID"], partitions=16).mapInArrow(slowly, "eventID string")
                    frame.createOrReplaceTempView("killed")
                    (got,) = spark.sql("SELECT count(*) AS n, count(DISTINCT eventID) AS d FROM killed").collect()
                    found["rows"] = (got.n, got.d)

                asking = threading.Thread(target=ask)
                asking.start()
                time.sleep(0.4 + number % 5 * 0.3)
                self.assertTrue(asking.is_alive(), "it was over before anything could be killed")
                if kind == "worker":
                    cluster.kill_worker(number // 2)
                else:
                    while asking.is_alive() and not cluster.kill_executor(number // 2):
                        time.sleep(0.1)
                asking.join()
                self.assertEqual(found.get("rows"), expected)
                kinds[kind] += 1
                cluster.settle()
        print(f"killed: {kinds['executor']} executors, {kinds['worker']} workers; {expected[0]:,} events each time")


class SpeedTests(unittest.TestCase):
    def test_partial_aggregation(self):
        """Says what it measured: the archive is read many times over by one job, since a job alone takes a while."""
        statement = "SELECT eventName, count(*) AS n, count(errorCode) AS e FROM events GROUP BY 1"
        made = cairn.spark.plan(PATH, (), None, None, None, 2)
        rows = archive.info["rows"]
        times = int(os.environ.get("CAIRN_SPARK_ROWS", "50000000")) // rows
        made = made._replace(parts=made.parts * times)
        answers = cairn.spark._Answers(made, statement)
        types = archive.sql(statement).types
        count = len(made.parts)
        best = None
        for _ in range(3):
            start = time.perf_counter()
            got = spark.range(0, count, 1, 2).mapInArrow(answers, cairn.spark._ddl(types)).groupBy("eventName").sum("n", "e").collect()
            spent = time.perf_counter() - start
            best = spent if best is None else min(best, spent)
        self.assertEqual(sum(row["sum(n)"] for row in got), rows * times)
        print(f"partial aggregation: {rows * times / best / 1e6:.1f} M rows/s ({rows * times:,} rows in {best:.2f} s)")


if __name__ == "__main__":
    unittest.main()

"""The package on made-up records: values, types, errors, streams. Run by `tools/check python`.

Needs the library (CAIRN_LIBRARY, or installed); what needs pyarrow, Polars, pandas or DuckDB is skipped without them.
"""

import datetime
import decimal
import gc
import importlib.util
import json
import os
import pathlib
import tempfile
import threading
import unittest
import warnings

import cairn
from cairn import _native

UTC = datetime.timezone.utc
HOUR = datetime.datetime(2025, 1, 30, 16, tzinfo=UTC)


def records():
    for n in range(3000):
        yield {
            "eventVersion": "1.08", "eventTime": f"{HOUR + datetime.timedelta(seconds=n * 40):%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": ["s3.amazonaws.com", "ec2.amazonaws.com"][n % 2], "eventName": f"Call{n % 7}",
            "awsRegion": "eu-west-1", "sourceIPAddress": f"10.0.{n % 5}.{n % 250}",
            "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::1:user/{'Zoë' if n % 11 == 0 else 'ann'}"},
            "requestParameters": None if n % 3 else {"n": n, "price": 2.50, "tags": [{"k": "ü"}], "deep": {"x": n}},
            **({"errorCode": "AccessDenied"} if n % 10 == 0 else {}), "eventID": f"{n:08d}-0000-4000-8000-000000000000",
            "readOnly": n % 2 == 0, "recipientAccountId": str(n % 2 + 1) * 12,
        }


ODD = (
    b'{"eventTime":"2025-01-29T00:00:00Z","eventName":"bad \xff byte","eventID":"odd-1","readOnly":"maybe"}\n'
    b'{"eventTime":"no time","eventName":"Undated","eventID":"odd-2"}\n'
    b'{"eventTime":"2025-01-29T00:00:01.123456Z","eventName":"Fraction","eventID":"odd-3","readOnly":"true"}\n'
)


def has(*names):
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    return unittest.skipIf(missing, f"without {', '.join(missing)}")


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.work.name)
        logs = cls.root / "logs"
        logs.mkdir()
        every = list(records())
        (logs / "a.json").write_text(json.dumps({"Records": every}, ensure_ascii=False))
        (logs / "b.json").write_text(json.dumps({"Records": every[:100]}, ensure_ascii=False))
        (logs / "c.ndjson").write_bytes(ODD)
        cls.path = str(cls.root / "archive")
        cls.summary = cairn.compact(logs, cls.path, progress=False)
        cls.archive = cairn.open(cls.path)

    @classmethod
    def tearDownClass(cls):
        cls.archive.close()
        cls.work.cleanup()

    def value(self, expression, **options):
        (row,) = self.archive.sql(f"SELECT {expression} AS x FROM events WHERE eventID = '00000000-0000-4000-8000-000000000000'", **options)
        return row["x"]


class RowTests(Case):
    def test_summary_counts_duplicates(self):
        self.assertEqual(self.summary["kept"], 3003)
        self.assertEqual(self.summary["duplicates"] + self.summary["shadowed"], 100)
        self.assertEqual(self.archive.info["rows"], 3003)
        self.assertEqual(self.archive.sql("SELECT count(*) AS n FROM events").rows(), [{"n": 3003}])

    def test_values_have_types(self):
        for expression, expected in [
            ("eventTime", HOUR), ("readOnly", True), ("errorCode", "AccessDenied"), ("nothing", None),
            ("requestParameters.n", "0"), ("requestParameters.price", "2.5"),
            ("requestParameters.tags", '[{"k":"ü"}]'), ("requestParameters.tags[1].k", "ü"),
            ("CAST('12.345' AS decimal(9,2))", decimal.Decimal("12.35")), ("-CAST('0.05' AS decimal(3,2))", decimal.Decimal("-0.05")),
            ("CAST('99999999999999999999999999999999999999' AS decimal(38,0))", decimal.Decimal("9" * 38)),
            ("1 + 2", 3), ("1e0 / 3", 1 / 3), ("CAST(0.1 AS real)", 0.1), ("eventName = 'Call0'", True), ("eventName LIKE 'x'", False),
            ("date(eventTime)", HOUR.date()), ("date_trunc('day', eventTime)", HOUR.replace(hour=0)),
            ("TIMESTAMP '0001-01-01 00:00:00.000001'", datetime.datetime(1, 1, 1, microsecond=1, tzinfo=UTC)),
            ("TIMESTAMP '1969-12-31 23:59:59.999999'", datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)),
            ("DATE '9999-12-31'", datetime.date(9999, 12, 31)), ("CAST(NULL AS bigint)", None), ("NULL", None),
            ("9223372036854775807", 2**63 - 1), ("length(eventName)", 5), ("ARRAY[1,2]", "[1,2]"),
            ("coalesce(nothing, 7)", 7), ("CASE WHEN readOnly THEN 1.5 ELSE 2.25 END", decimal.Decimal("1.5")),
        ]:
            with self.subTest(expression):
                value = self.value(expression)
                self.assertEqual(value, expected)
                self.assertIs(type(value), type(expected))
                self.assertEqual(self.value(expression, dictionaries=True), expected)

    def test_where_values_decide_the_type_holds_all(self):
        sql = "SELECT x FROM (VALUES {}) AS t(x)"
        for values, expected in [
            ("1, 2.5", [decimal.Decimal("1.0"), decimal.Decimal("2.5")]), ("1, 2e0", [1.0, 2.0]), ("1, 'a'", ["1", "a"]),
            ("true, NULL", [True, None]), ("NULL, NULL", [None, None]),
        ]:
            rows = [row["x"] for row in self.archive.sql(sql.format(", ".join(f"({v})" for v in values.split(", "))))]
            self.assertEqual(rows, expected, values)
        self.assertEqual(self.archive.sql("SELECT sum(CAST(requestParameters.n AS bigint)) AS n FROM events").types, {"n": "l"})
        static = self.archive.sql("SELECT sum(length(eventName)) AS n FROM events", static_types=True)
        self.assertEqual((static.types, static.rows()), ({"n": "u"}, [{"n": str(5 * 3000 + 10 + 7 + 8)}]))

    def test_misfits_are_null_and_told(self):
        result = self.archive.scan(["eventTime", "readOnly", "eventName"], "eventID LIKE 'odd-%'")
        with self.assertWarns(cairn.CairnWarning):
            rows = sorted(result, key=lambda row: row["eventName"])
        self.assertEqual(
            rows,
            [{"eventTime": datetime.datetime(2025, 1, 29, 0, 0, 1, 123456, UTC), "readOnly": True, "eventName": "Fraction"},
             {"eventTime": None, "readOnly": None, "eventName": "Undated"},
             {"eventTime": datetime.datetime(2025, 1, 29, tzinfo=UTC), "readOnly": None, "eventName": "bad \ufffd byte"}])
        self.assertEqual(len([w for w in result.warnings if "came as NULL" in w]), 2)

    def test_scan_bounds_limits_and_columns(self):
        rows = self.archive.scan(["eventTime"], since=HOUR, until="2025-01-30T16:01Z").rows()
        self.assertEqual([row["eventTime"].second for row in rows], [0, 40])
        self.assertEqual(len(self.archive.scan(limit=3).rows()), 3)
        self.assertEqual(self.archive.scan().columns, list(cairn.COLUMNS))
        names = ['userIdentity.arn', "requestParameters['deep']['x']", '"eventName"']
        self.assertEqual(self.archive.scan(names, limit=1).columns, names)
        self.assertEqual(len(self.archive.scan(["eventID"], "errorCode = 'AccessDenied' -- comment").rows()), 300)

    def test_parameters(self):
        rows = self.archive.sql(
            "SELECT ? AS s, ? AS i, ? AS d, ? AS t, ? AS n, ? AS b FROM events LIMIT 1",
            ["it's ?", -5, decimal.Decimal("1.50"), HOUR, None, True]).rows()
        self.assertEqual(list(rows[0].values()), ["it's ?", -5, decimal.Decimal("1.50"), HOUR, None, True])

    def test_taken_twice(self):
        result = self.archive.sql("SELECT eventID FROM events ORDER BY 1 LIMIT 5")
        self.assertEqual(result.rows(), result.rows())
        self.assertEqual(result.statistics["rows"], 5)


class ErrorTests(Case):
    def test_errors(self):
        for call, kind in [
            (lambda: cairn.open(self.root / "none"), cairn.CairnError),
            (lambda: self.archive.sql("SELECT FROM"), cairn.UsageError),
            (lambda: self.archive.sql("SELECT 1; SELECT 2"), cairn.UsageError),
            (lambda: self.archive.sql("SELECT '\0'"), cairn.UsageError),
            (lambda: self.archive.scan(["a, b"]), cairn.UsageError), (lambda: self.archive.scan([]), cairn.UsageError),
            (lambda: self.archive.scan(["1"]), cairn.UsageError), (lambda: self.archive.scan("eventName"), cairn.UsageError),
            (lambda: self.archive.scan(where="a = 1) OR (1 = 1"), cairn.UsageError),
            (lambda: self.archive.scan(since="soon"), cairn.UsageError),
            (lambda: self.archive.sql("SELECT eventNam FROM events", strict=True), cairn.UsageError),
            (lambda: cairn.compact(self.root / "missing", self.root / "new", progress=False), cairn.CairnError),
        ]:
            with self.assertRaises(kind):
                call()
        with self.assertRaises(ValueError) as caught:
            self.archive.sql("SELECT coutn(*) FROM events")
        self.assertIn("count", str(caught.exception))
        self.assertEqual(caught.exception.exit_code, 2)

    def test_closed(self):
        archive = cairn.open(self.path)
        rows = archive.sql("SELECT eventID FROM events")
        archive.close()
        self.assertEqual(len(rows.rows()), 3003)
        with self.assertRaises(cairn.UsageError):
            archive.sql("SELECT 1")

    def test_cancelled_and_abandoned(self):
        big = "SELECT a.eventID FROM events a CROSS JOIN events b CROSS JOIN events c"
        result = self.archive.sql(big)
        rows = iter(result)
        next(rows)
        result.cancel()
        with self.assertRaises(cairn.CancelledError):
            for _ in rows:
                pass
        rows = iter(self.archive.sql(big))
        next(rows)
        rows.close()

    def test_handed_out_is_given_back(self):
        def use():
            self.archive.sql("SELECT eventName, errorCode, eventTime FROM events", dictionaries=True).rows()
            capsule = self.archive.sql("SELECT eventName FROM events").__arrow_c_stream__()
            del capsule
            capsule = self.archive.sql("SELECT eventName FROM events").__arrow_c_schema__()
            del capsule
            next(iter(self.archive.sql("SELECT eventName FROM events")))
            self.archive.sql("SELECT eventName FROM events")
            _ = self.archive.sql("SELECT sum(length(eventName)) FROM events").types

        use()
        gc.collect()
        for _ in range(100):
            if _native.library().cairn_live_count() == 0:
                break
            threading.Event().wait(0.05)
        self.assertEqual(_native.library().cairn_live_count(), 0)

    def test_threads(self):
        failures = []

        def work(place):
            try:
                for _ in range(5):
                    n = self.archive.sql(f"SELECT count(*) AS n FROM events WHERE eventName = 'Call{place}'").rows()[0]["n"]
                    assert n in (428, 429), n
            except Exception as error:  # noqa: BLE001
                failures.append(error)

        threads = [threading.Thread(target=work, args=(place,)) for place in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


class ArrowTests(Case):
    SQL = """SELECT eventTime, eventName, userIdentity.arn AS arn, errorCode, readOnly, requestParameters, length(eventName) AS n,
        CAST(requestParameters.n AS decimal(12,3)) AS d, date(eventTime) AS day, to_unixtime(eventTime) AS s, nothing FROM events"""

    @has("pyarrow")
    def test_tables_are_valid_and_equal_rows(self):
        warnings.simplefilter("ignore", cairn.CairnWarning)
        rows = self.archive.sql(self.SQL).rows()
        for options in ({}, {"dictionaries": True}, {"threads": 1}):
            table = self.archive.sql(self.SQL, **options).arrow()
            table.validate(full=True)
            self.assertEqual(table.num_rows, 3003)
            self.assertEqual(table.to_pylist(), rows)
        gc.collect()

    @has("pyarrow")
    def test_batches_with_much_text_are_cut(self):
        result = self.archive.scan(["eventID", "eventName", "errorCode"])
        options = result._start.__closure__
        for cell in options:
            if isinstance(cell.cell_contents, _native.Options):
                cell.cell_contents.text_bytes = 1000
        reader = cairn.Result(result._start).reader()
        batches = list(reader)
        self.assertGreater(len(batches), 50)
        self.assertEqual(sum(batch.num_rows for batch in batches), 3003)
        for batch in batches:
            batch.validate(full=True)

    @has("pyarrow")
    def test_statements_without_rows_or_columns(self):
        self.assertEqual(self.archive.sql("SELECT eventName, count(*) AS n FROM events WHERE false GROUP BY 1").arrow().num_rows, 0)
        self.assertEqual(self.archive.sql("SHOW TABLES").arrow().num_rows, 1)
        self.assertGreater(self.archive.sql("EXPLAIN SELECT 1").arrow().num_rows, 0)

    @has("polars", "pyarrow")
    def test_polars(self):
        frame = self.archive.scan(["eventTime", "eventName", "errorCode"], "eventName LIKE 'Call%'").polars()
        self.assertEqual(frame.height, 3000)
        self.assertEqual(frame["errorCode"].null_count(), 2700)
        self.assertEqual(frame["eventTime"][0], HOUR)

    @has("pandas", "pyarrow")
    def test_pandas(self):
        frame = self.archive.sql("SELECT eventName, count(*) AS n FROM events WHERE eventID NOT LIKE 'odd%' GROUP BY 1").df()
        self.assertEqual(int(frame["n"].sum()), 3000)

    @has("duckdb", "pyarrow")
    def test_duckdb_reads_the_variable(self):
        import duckdb

        calls = self.archive.scan(["eventTime", "eventName", "errorCode"])  # noqa: F841
        rows = duckdb.sql("SELECT eventName, count(*), count(errorCode) FROM calls WHERE eventTime >= '2025-01-30' GROUP BY 1 ORDER BY 1").fetchall()
        self.assertEqual(rows[0][:2], ("Call0", 429))
        self.assertEqual(sum(row[2] for row in rows), 300)


class ExportTests(Case):
    def export(self, name, *options, expected=0):
        from cairn.__main__ import main

        self.assertEqual(main(["export", self.path, "--to", str(self.root / name), "--quiet", *options]), expected)
        return self.root / name

    def test_ndjson_has_every_record_once(self):
        import gzip

        target = self.export("ndjson", "--format", "ndjson")
        lines = [line for path in sorted(target.rglob("*.ndjson.gz")) for line in gzip.open(path, "rt")]
        ids = [json.loads(line)["eventID"] for line in lines]
        self.assertEqual((len(ids), len(set(ids))), (3003, 3003))
        self.assertEqual(sorted(path.name for path in target.iterdir() if path.is_dir())[:2], ["day=2025-01-29", "day=2025-01-30"])
        self.assertEqual(len(list((target / "day=__HIVE_DEFAULT_PARTITION__").iterdir())), 1)

    def test_csv_and_keys(self):
        import csv
        import gzip

        target = self.export("csv", "--format", "csv", "--by", "account", "--since", "2025-01-30", "--until", "2025-01-31")
        folder = target / "day=2025-01-30" / "account=111111111111"
        with gzip.open(folder / "part-0.csv.gz", "rt", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual({row["recipientAccountId"] for row in rows}, {"1" * 12})
        self.assertEqual(rows[0]["eventTime"], "2025-01-30T16:00:00Z")
        self.assertEqual([row["eventTime"] for row in rows], sorted(row["eventTime"] for row in rows))
        self.assertEqual(rows[0]["readOnly"], "true")

    @has("pyarrow")
    def test_parquet_equals_the_archive_and_resumes(self):
        import pyarrow.parquet

        target = self.export("lake", "--records")
        files = sorted(target.rglob("*.parquet"))
        tables = [pyarrow.parquet.ParquetFile(path).read() for path in files]
        for table in tables:
            table.validate(full=True)
            self.assertEqual(table.schema, tables[0].schema)
        rows = [row for table in tables for row in table.to_pylist()]
        warnings.simplefilter("ignore", cairn.CairnWarning)
        columns = [*cairn.COLUMNS, "eventJson"]
        expected = {row["eventID"]: row for row in self.archive.scan(columns)}
        self.assertEqual({row["eventID"]: {name: row[name] for name in columns} for row in rows}, expected)
        self.assertEqual({row["userIdentity_arn"] for row in rows}, {None, "arn:aws:iam::1:user/ann", "arn:aws:iam::1:user/Zoë"})
        times = {path: path.stat().st_mtime_ns for path in files}
        files[0].unlink()
        self.export("lake", "--records")
        self.assertTrue(files[0].exists())
        self.assertEqual({path: path.stat().st_mtime_ns for path in files[1:]}, {path: times[path] for path in files[1:]})
        self.assertEqual([path.name for path in target.iterdir() if path.name.endswith(".tmp")], [])
        self.export("lake", expected=2)

    @has("pyarrow")
    def test_interrupted_leaves_whole_files_only(self):
        from cairn import export

        class Stop(Exception):
            pass

        def stop(day, number, count):
            if number == 2:
                raise Stop

        target = self.root / "stopped"
        with self.assertRaises(Stop):
            export.export(self.path, target, progress=stop)
        whole = sorted(path.parent.name for path in target.rglob("*.parquet"))
        self.assertEqual(whole, ["day=2025-01-29", "day=2025-01-30"])
        done = export.export(self.path, target)
        self.assertEqual((done["unchanged"], done["rows"]), (2, 3003))

    def test_progress_is_a_line_that_fits(self):
        import contextlib
        import io

        from cairn import export

        said, show = io.StringIO(), export.Show(width=60)
        with contextlib.redirect_stderr(said):
            show("2025-01-01", 0, 40)
            self.assertEqual(said.getvalue(), "")
            show.start -= 30
            show("2025-01-11", 10, 40)
            show("2025-01-12", 39, 40)
            show.end()
        lines = said.getvalue().split("\r\x1b[K")
        self.assertEqual(lines[1], "exporting 2025-01-11  █████░░░░░░░░░░░░░░░  25%  10 of 40 d")
        self.assertTrue(all(len(line) < 61 for line in lines))
        self.assertEqual(lines[-1], "")

    def test_warnings_are_told_once(self):
        for format_ in ("csv", "ndjson"):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                self.export(f"told-{format_}", "--format", format_)
            texts = [str(warning.message) for warning in caught if warning.category is cairn.CairnWarning]
            self.assertEqual(len(texts), len(set(texts)))
            self.assertFalse([text for text in texts if "no record has" in text])
            # A readOnly that is neither true nor false is NULL, and that is said.
            self.assertEqual([text for text in texts if "readOnly" in text] != [], format_ == "csv", texts)

    def test_objects(self):
        target = self.export("objects", "--format", "objects")
        self.assertEqual(len([path for path in target.rglob("*") if path.is_file()]), 3)

    def test_refused(self):
        (self.root / "full").mkdir()
        (self.root / "full" / "mine").touch()
        self.export("full", "--format", "csv", expected=2)
        self.export("x", "--format", "csv", "--by", "colour", expected=2)
        self.export("y", "--format", "csv", "--where", "a =", expected=2)


if __name__ == "__main__":
    unittest.main()

"""Exported files as an Iceberg table: read by pyiceberg, Polars and DuckDB, while the archive grows.

DuckDB reads it in an environment of its own (CAIRN_ICEBERG_PYTHON names its Python), since its extension there is of
another version.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import warnings

import cairn
from cairn import export
from test_cairn import HOUR, has, records

COLUMNS = ["eventID", "eventName", "errorCode", "recipientAccountId", "userIdentity_arn"]
DUCKDB = """
import duckdb, glob, os, sys
connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
folder = os.path.dirname(os.path.dirname(duckdb.__file__))
for name in ("icu", "avro", "iceberg"):
    connection.load_extension(glob.glob(f"{folder}/duckdb_extension_{name}/extensions/*/*.duckdb_extension")[0])
for row in connection.execute(sys.argv[1]).fetchall():
    print(*row)
"""


def digest(rows):
    """One text for all values of some rows, in no order: what `md5` of DuckDB makes of the same."""
    lines = sorted("|".join("-" if value is None else str(value) for value in row) for row in rows)
    return hashlib.md5("\n".join(lines).encode()).hexdigest()


@has("pyarrow", "pyiceberg")
class IcebergTests(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")
        self.work = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.work.name)
        self.every = list(records())
        # An account that is empty and one that is not there are two.
        for place, record in enumerate(self.every):
            if place % 50 == 0:
                record["recipientAccountId"] = ""
            if place % 50 == 1:
                del record["recipientAccountId"]
        self.add("a", self.every[:2000])

    def tearDown(self):
        self.work.cleanup()

    def add(self, name, records_):
        path = self.root / f"{name}.json"
        path.write_text(json.dumps({"Records": records_}, ensure_ascii=False))
        cairn.compact(path, self.root / "archive", progress=False)

    def export(self, **options):
        return export.export(self.root / "archive", self.root / "lake", **{"iceberg": True, **options})

    def expected(self):
        rows = cairn.open(self.root / "archive").sql(
            "SELECT eventID, eventName, errorCode, recipientAccountId, userIdentity.arn FROM events")
        return digest(row.values() for row in rows)

    def table(self):
        from pyiceberg.table import StaticTable

        return StaticTable.from_metadata(str(self.root / "lake"))

    def expect_equal(self, count):
        table = self.table()
        found = table.scan(selected_fields=tuple(COLUMNS)).to_arrow()
        found.validate(full=True)
        self.assertEqual(found.num_rows, count)
        self.assertEqual(digest(row.values() for row in found.select(COLUMNS).to_pylist()), self.expected())

    def test_equals_the_archive_while_it_grows(self):
        self.export()
        self.expect_equal(2000)
        before = self.table()
        self.add("b", self.every[2000:])
        with open(self.root / "odd.json", "w") as file:
            file.write('{"eventTime":"no time","eventName":"Undated","eventID":"odd","eventVersion":"1.08","eventSource":"s"}')
        cairn.compact(self.root / "odd.json", self.root / "archive", progress=False)
        done = self.export()
        self.assertEqual(done["rows"], 3001)
        self.expect_equal(3001)
        # Who has opened the state before reads on.
        self.assertEqual(before.scan().to_arrow().num_rows, 2000)
        self.assertEqual(self.export()["partitions"], 0)
        self.assertEqual(self.table().metadata.current_snapshot().parent_snapshot_id, before.metadata.current_snapshot_id)
        # Nothing that no state has is left, once another one has come.
        log = self.root / "c.json"
        log.write_text(json.dumps({"Records": [{**self.every[0], "eventID": "one more"}]}))
        cairn.compact(log, self.root / "archive", progress=False)
        self.export()
        self.expect_equal(3002)
        table = self.table()
        self.assertEqual(len(table.metadata.snapshots), 2)
        wanted = {
            task.file.file_path for snapshot in table.metadata.snapshots
            for task in table.scan(snapshot_id=snapshot.snapshot_id).plan_files()}
        self.assertEqual({str(path) for path in (self.root / "lake").rglob("*.parquet")}, wanted)

    def test_partitions(self):
        self.export(by=["account", "region"])
        self.expect_equal(2000)
        table = self.table()
        self.assertEqual([field.name for field in table.spec().fields], ["day", "account", "region"])
        filtered = table.scan(row_filter="recipientAccountId = '111111111111' and eventTime < '2025-01-31T00:00:00+00:00'")
        days = {task.file.partition[0] for task in filtered.plan_files()}
        self.assertEqual(len(days), 1)
        expected = cairn.open(self.root / "archive").sql(
            "SELECT count(*) AS n FROM events WHERE recipientAccountId = '111111111111'", until="2025-01-31").rows()
        self.assertEqual([{"n": filtered.to_arrow().num_rows}], expected)

    def test_interrupted_shows_the_state_before(self):
        self.export()
        before = self.expected()
        self.add("b", self.every[2000:])

        class Stop(Exception):
            pass

        def stop(day, number, count):
            if number == count - 1:
                raise Stop

        with self.assertRaises(Stop):
            self.export(progress=stop)
        found = self.table().scan(selected_fields=tuple(COLUMNS)).to_arrow()
        self.assertEqual(digest(row.values() for row in found.select(COLUMNS).to_pylist()), before)
        self.export()
        self.expect_equal(3000)

    def test_for_readers_elsewhere(self):
        self.export(iceberg="s3://bucket/lake/")
        metadata = json.loads((self.root / "lake/metadata/v1.metadata.json").read_text())
        self.assertEqual(metadata["location"], "s3://bucket/lake")
        (snapshot,) = metadata["snapshots"]
        self.assertTrue(snapshot["manifest-list"].startswith("s3://bucket/lake/metadata/"))
        self.assertTrue((self.root / "lake" / snapshot["manifest-list"].removeprefix("s3://bucket/lake/")).exists())
        with self.assertRaises(cairn.UsageError):
            self.export()

    def test_refused(self):
        with self.assertRaises(cairn.UsageError):
            self.export(format="csv")

    @has("polars")
    def test_polars(self):
        import polars

        self.export()
        frame = polars.scan_iceberg(str(self.root / "lake/metadata/v1.metadata.json")).select(COLUMNS).collect()
        self.assertEqual(digest(frame.rows()), self.expected())
        early = polars.scan_iceberg(str(self.root / "lake/metadata/v1.metadata.json")).filter(polars.col("eventTime") < HOUR.replace(hour=17))
        self.assertEqual(early.select(polars.len()).collect().item(), 90)

    @unittest.skipIf("CAIRN_ICEBERG_PYTHON" not in os.environ, "without a DuckDB that has its Iceberg extension")
    def test_duckdb(self):
        self.export(by=["account"])
        line = " || '|' || ".join(f"coalesce(\"{name}\", '-')" for name in COLUMNS)
        sql = (f"SELECT count(*), md5(string_agg(line, chr(10) ORDER BY line)) FROM (SELECT {line} AS line"
               f" FROM iceberg_scan('{self.root / 'lake'}'))")
        done = subprocess.run(
            [os.environ["CAIRN_ICEBERG_PYTHON"], "-c", DUCKDB, sql], env={**os.environ, "HOME": self.work.name},
            check=True, capture_output=True, text=True)
        self.assertEqual(done.stdout.split(), ["2000", self.expected()])


if __name__ == "__main__":
    unittest.main()

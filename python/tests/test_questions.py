"""Twelve questions through DuckDB and Polars, over Arrow and over exported Parquet, against `cairn query`.

Needs the command (CAIRN_BINARY, or .build/release/cairn), DuckDB, Polars and pyarrow.
"""

import os
import pathlib
import tempfile
import unittest
import warnings

import cairn
import questions
from test_cairn import has

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = next((path for path in (os.environ.get("CAIRN_BINARY"), ROOT / ".build/release/cairn", ROOT / ".build-static/release/cairn")
               if path and os.access(path, os.X_OK)), None)


@unittest.skipIf(BINARY is None, "without the command")
class QuestionTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore", cairn.CairnWarning)
        cls.work = tempfile.TemporaryDirectory()
        root = pathlib.Path(cls.work.name)
        path = questions.make(BINARY, root)
        cls.archive = cairn.open(path)
        cls.answers = list(questions.answers(BINARY, path))
        cls.lake = root / "lake"

    @classmethod
    def tearDownClass(cls):
        cls.archive.close()
        cls.work.cleanup()

    def expect(self, ask):
        self.assertEqual(len(self.answers), 12)
        for name, sql, expected in self.answers:
            with self.subTest(name):
                self.assertGreater(len(expected), 0)
                self.assertIsNone(questions.difference(expected, ask(sql)))

    def scanned(self, **options):
        return self.archive.scan(list(questions.COLUMNS.values()), **options)

    def exported(self):
        from cairn import export

        if not self.lake.exists():
            done = export.export(self.archive, self.lake)
            self.assertEqual(done["rows"], self.archive.info["rows"])
        return str(self.lake / "**/*.parquet")

    @has("duckdb", "pyarrow")
    def test_duckdb_over_the_stream(self):
        import duckdb

        for options in ({}, {"dictionaries": True}):
            connection = duckdb.connect()
            connection.register("scanned", self.scanned(**options))
            questions.duckdb_calls(connection, "scanned")
            self.expect(lambda sql: connection.sql(sql).fetchall())  # noqa: B023

    @has("polars", "pyarrow")
    def test_polars_over_the_stream(self):
        # Dictionaries are categories in Polars, which are not searched as texts are.
        context = questions.polars_calls(self.scanned().polars())
        self.expect(lambda sql: context.execute(sql).collect().rows())

    @has("duckdb", "pyarrow")
    def test_duckdb_on_exported_files(self):
        import duckdb

        connection = duckdb.connect()
        questions.duckdb_calls(connection, f"read_parquet('{self.exported()}', hive_partitioning = true)", questions.EXPORTED)
        self.expect(lambda sql: connection.sql(sql).fetchall())

    @has("polars", "pyarrow")
    def test_polars_on_exported_files(self):
        import polars

        frame = polars.scan_parquet(self.exported())
        context = questions.polars_calls(frame, questions.EXPORTED)
        self.expect(lambda sql: context.execute(sql).collect().rows())


if __name__ == "__main__":
    unittest.main()

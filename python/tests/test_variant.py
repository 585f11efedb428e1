"""Exports whose objects are Parquet's VARIANT, by DuckDB: the same values as in JSON text."""

import decimal
import json
import os
import pathlib
import tempfile
import unittest
import warnings

import cairn
from cairn import export
from test_cairn import has

# Objects and what VARIANT makes of them; None where it is the same.
OBJECTS = [
    ('{"cluster":"c","n":[1,2.5,{"x":null,"y":[]}],"t":true}', None),
    ('{"a":"\\u00e9\\n\\"","b":"😀","":{}}', None),
    ('{"big":9007199254740993,"more":-123456789012345678,"zero":0,"third":0.1}', None),
    # Numbers that would be rounded, and text that is no JSON for DuckDB: as text.
    ('{"a":12345678901234567890123}', "text"), ('{"a":1E400}', "text"), ('{"a":0.1234567890123456789}', "text"),
    ('{"a":"\\ud800"}', "text"), ('"plain"', '"plain"'), ("[1,[2]]", None),
    # Digits in texts are no numbers.
    ('{"a":"12345678901234567890123","b":"1E400","c":"\\"1e5"}', None), ("null", "absent"),
]


@has("pyarrow", "duckdb")
class VariantTests(unittest.TestCase):
    def test_values(self):
        import duckdb

        with tempfile.TemporaryDirectory() as work:
            root = pathlib.Path(work)
            lines = [
                f'{{"eventTime":"2025-01-0{1 + number % 2}T00:00:{number:02}Z","eventID":"{number}","requestParameters":{text}}}'
                for number, (text, _) in enumerate(OBJECTS)]
            lines.append('{"eventTime":"2025-01-01T01:00:00Z","eventID":"none"}')
            (root / "a.json").write_text("\n".join(lines))
            cairn.compact(root / "a.json", root / "archive")
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                done = export.export(root / "archive", root / "it's a lake", variant=True)
            self.assertEqual((done["rows"], done["partitions"]), (len(lines), 2))
            self.assertTrue(any("3 values have numbers" in str(one.message) for one in told))
            files = str(root / "it's a lake" / "**/*.parquet").replace("'", "''")
            self.assertIn(("requestParameters", "VARIANT"), [row[:2] for row in duckdb.sql(f"DESCRIBE FROM '{files}'").fetchall()])
            found = dict(duckdb.sql(f"SELECT eventID, requestParameters::JSON::VARCHAR FROM '{files}'").fetchall())
            self.assertEqual(len(found), len(lines))
            self.assertIsNone(found["none"])
            for number, (text, expected) in enumerate(OBJECTS):
                value = found[str(number)]
                with self.subTest(text):
                    if expected == "absent":
                        self.assertIn(value, (None, "null"))
                    elif expected == "text":
                        kept = json.loads(value)
                        self.assertIsInstance(kept, str)
                        self.assertEqual(self.parsed(kept), self.parsed(text))
                    else:
                        self.assertEqual(self.parsed(value), self.parsed(expected or text))
            self.assertEqual(
                duckdb.sql(f"SELECT requestParameters.n[2].y::VARCHAR, requestParameters.cluster::VARCHAR FROM '{files}' WHERE eventID = '0'").fetchall()[0][1], "c")
            # The same again writes nothing; another form is another export.
            self.assertEqual(export.export(root / "archive", root / "it's a lake", variant=True)["unchanged"], 2)
            with self.assertRaises(cairn.UsageError):
                export.export(root / "archive", root / "it's a lake")

    @staticmethod
    def parsed(text):
        return json.loads(text, parse_float=decimal.Decimal)

    def test_other_options(self):
        with tempfile.TemporaryDirectory() as work:
            path = os.path.join(work, "a.json")
            pathlib.Path(path).write_text('{"eventTime":"2025-01-01T00:00:00Z","eventID":"1"}')
            cairn.compact(path, os.path.join(work, "archive"))
            archive = cairn.open(os.path.join(work, "archive"))
            for options in (
                {"format": "csv", "variant": True}, {"variant": True, "iceberg": True},
                {"format": "objects", "where": "TRUE"}, {"format": "objects", "since": "2025"}, {"format": "objects", "by": ["region"]},
            ):
                with self.subTest(options), self.assertRaises(cairn.UsageError):
                    export.export(archive, os.path.join(work, "out"), **options)
            self.assertFalse(os.path.exists(os.path.join(work, "out")))


if __name__ == "__main__":
    unittest.main()

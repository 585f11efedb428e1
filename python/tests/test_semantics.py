"""The examples of docs/semantics.md through the package: the values that the page says, in Arrow's types."""

import json
import pathlib
import re
import tempfile
import unittest
import warnings

import cairn
from comparison import Number, parsed, same

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/semantics.md"


def examples():
    """Records with the expressions about them and their values; bytes and orders are the tests' of Swift."""
    for block in re.findall(r"^```semantics(?:-functions)?\n(.*?)^```", PAGE.read_text(), re.S | re.M):
        record = None
        for line in block.splitlines():
            if line.startswith("record "):
                record = line.removeprefix("record ")
            elif line.startswith(("bytes ", "order ")):
                record = None if line.startswith("bytes ") else record
            # Whether a quoted name is exact hangs on all records of an archive, which these share.
            elif record and " => " in line and "eventjson" not in line.lower() and '."' not in line:
                expression, _, value = line.rpartition(" => ")
                # A text may go over several lines.
                if all(part.count("'") % 2 == 0 for part in (expression, value)):
                    yield record, expression, value


def recognizable(record, place):
    """The record with members by which it is one of CloudTrail's, where it does not have them."""
    members = {"eventVersion": "1.08", "eventSource": "s", "awsRegion": "r", "eventID": f"id-{place}"}
    more = {name: value for name, value in members.items() if f'"{name}"' not in record}
    return record[:-1] + "".join(f",{json.dumps(name)}:{json.dumps(value)}" for name, value in more.items()) + "}"


def value(spelled):
    if spelled.startswith("'"):
        return spelled[1:-1].replace("''", "'")
    return parsed(spelled)


def equal(ours, theirs):
    # Text in place of numbers, booleans and objects of records.
    return same(ours, theirs) or isinstance(ours, str) and (ours == theirs or ours == json.dumps(theirs))


class SemanticsTests(unittest.TestCase):
    def test_examples(self):
        every = list(examples())
        records = {record: place for place, record in enumerate(dict.fromkeys(record for record, _, _ in every))}
        with tempfile.TemporaryDirectory() as work:
            logs = pathlib.Path(work) / "logs"
            logs.mkdir()
            for record, place in records.items():
                (logs / f"r{place}.json").write_text('{"Records":[' + recognizable(record, place) + "]}")
            cairn.compact(logs, f"{work}/archive", progress=False)
            archive = cairn.open(f"{work}/archive")
            self.assertEqual(archive.info["rows"], len(records))
            warnings.simplefilter("ignore", cairn.CairnWarning)
            count, typed = 0, 0
            for record, expression, spelled in every:
                sql = f"SELECT {expression} AS x FROM events WHERE \"$path\" LIKE '%r{records[record]}.json'"
                with self.subTest(expression, record=record):
                    if spelled == "error":
                        self.assertRaises(cairn.UsageError, archive.sql, sql)
                        continue
                    result = archive.sql(sql)
                    (row,) = result.rows()
                    self.assertEqual([w for w in result.warnings if "came as NULL" in w], [])
                    self.assertTrue(equal(row["x"], value(spelled)), f"{row['x']!r}, not {spelled}")
                    count += 1
                    typed += result.types["x"] != "u"
            self.assertGreater(count, 1000)
            self.assertGreater(typed, 300)


if __name__ == "__main__":
    unittest.main()

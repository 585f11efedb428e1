"""What somebody types who sees the package for the first time: every mistake is an error that says what was meant, nothing
ends the process, and nothing is taken for something else. Run by `tools/check python`."""

import copy
import datetime
import gc
import pathlib
import pickle
import signal
import subprocess
import sys
import threading
import time
import unittest

import cairn
from cairn import _native
from test_cairn import Case, has


class MistakeTests(Case):
    def test_words_say_what_was_meant(self):
        archive, col = self.archive, cairn.col
        for words, call in (
            ("expected a path", lambda: cairn.open(None)), ("expected a path", lambda: cairn.open(5)),
            ("expected a path", lambda: cairn.open(b"x")), ("no path", lambda: cairn.open([1])), ("no path", lambda: cairn.open("")),
            ("no path", lambda: cairn.open(self.path + "\0b")), ("cache", lambda: cairn.open(self.path, cache=-1)),
            ("cache", lambda: cairn.open(self.path, cache="big")), ("expected a text", lambda: archive.sql(None)),
            ("expected a text", lambda: archive.sql(b"SELECT 1")), ("half of a character", lambda: archive.sql("SELECT '\udcff'")),
            ("no statement", lambda: archive.sql("")), ("expected a list", lambda: archive.sql("SELECT ?", "abc")),
            ("expected a list", lambda: archive.sql("SELECT ?", {"a": 1})), ("no spelling", lambda: archive.sql("SELECT ?", [[1]])),
            ("no spelling", lambda: archive.sql("SELECT ?", [float("nan")])), ("question mark", lambda: archive.sql("SELECT ?, ?", [1])),
            ("limit", lambda: archive.sql("SELECT 1", limit="5")), ("limit", lambda: archive.sql("SELECT 1", limit=-1)),
            ("limit", lambda: archive.sql("SELECT 1", limit=1.5)), ("limit", lambda: archive.sql("SELECT 1", limit=10**30)),
            ("limit", lambda: archive.sql("SELECT 1", limit=True)), ("threads", lambda: archive.sql("SELECT 1", threads=1 << 40)),
            ("memory", lambda: archive.sql("SELECT 1", memory=1 << 70)), ("not a time", lambda: archive.scan(since=1.5)),
            ("not a time", lambda: archive.scan(since=10**30)), ("not a time", lambda: archive.scan(since=True)),
            ("code 0", lambda: archive.scan(since="2025\0")), ("not a time", lambda: archive.scan(until=[])),
            ("list of paths", lambda: archive.scan("eventID")), ("list of paths", lambda: archive.scan(5)),
            ("expected a text", lambda: archive.scan([1])), ("expected a text", lambda: archive.scan([None])),
            ("whole record", lambda: archive.scan(["*"])), ("to be compared", lambda: archive.scan(where=col("eventName"))),
            ("expected SQL", lambda: archive.scan(where=True)), ("combined with &", lambda: (col("a") == 1) and (col("b") == 2)),
            ("combined with &", lambda: "a" < col("b") < "c"), ("is_null", lambda: col("errorCode") == None),  # noqa: E711
            ("expected a list", lambda: col("a").is_in("abc")), ("is no condition", lambda: (col("a") == 1) & "readOnly"),
            ("is no condition", lambda: (col("a") == 1) | True), ("one text", lambda: archive.scan(where=col("a").starts_with(5))),
            ("expected a path", lambda: cairn.compact(None, self.root / "new")), ("there is none", lambda: cairn.compact([], self.root / "new")),
            ("progress", lambda: cairn.compact(self.path, self.root / "new", progress="yes")), ("count", lambda: archive.parts(0.5)),
            ("expected a path", lambda: archive.restore(None)),
        ):
            with self.subTest(words), self.assertRaisesRegex(cairn.UsageError, words):
                call()
        self.assertFalse((self.root / "new").exists())

    @has("numpy")
    def test_values_of_numpy_are_values(self):
        import numpy

        row = self.archive.sql(
            "SELECT ? AS i, ? AS f, ? AS b, ? AS t FROM events LIMIT 1",
            [numpy.int64(5), numpy.float64(0.5), numpy.bool_(True), numpy.datetime64("2025-01-30T16:00")]).rows()[0]
        self.assertEqual([row["i"], row["f"], row["b"]], [5, 0.5, True])
        self.assertEqual(row["t"], datetime.datetime(2025, 1, 30, 16, tzinfo=datetime.timezone.utc))
        self.assertEqual(len(self.archive.scan(["eventID"], since=numpy.datetime64("2025-01-31"), limit=numpy.int32(7)).rows()), 7)
        self.assertEqual(len(self.archive.scan(["eventID"], cairn.col("requestParameters.n") == numpy.int64(3)).rows()), 1)

    def test_times_as_people_write_them(self):
        from cairn._times import milliseconds

        for text, value in [
            ("2025-01-05T10", 1736071200000), ("1736000000", 1736000000000), ("1736000000123", 1736000000123),
            ("2025", 1735689600000), ("2025-03", 1740787200000), ("epoch", 0),
        ]:
            self.assertEqual(milliseconds(text), value, text)
        for text in ("7d", "-7d", "T-7d", "7 days ago", "7d ago", "1 week ago", "168 hrs ago", "10080 mins ago"):
            self.assertAlmostEqual(milliseconds(text), time.time() * 1000 - 7 * 86_400_000, delta=60_000, msg=text)
        for text in ("7 moons ago", "T-", "ago", "12345678901", "2025-13"):
            with self.assertRaises(cairn.UsageError):
                milliseconds(text)

    @has("pandas")
    def test_times_of_pandas_are_times(self):
        import pandas

        rows = self.archive.scan(["eventID"], since=pandas.Timestamp("2025-01-31", tz="UTC")).rows()
        self.assertEqual(rows, self.archive.scan(["eventID"], since="2025-01-31").rows())
        self.assertIsNone(self.archive.sql("SELECT ? AS x FROM events LIMIT 1", [pandas.NaT]).rows()[0]["x"])
        with self.assertRaises(cairn.UsageError):
            self.archive.scan(since=pandas.NaT)


class LifeTests(Case):
    def test_copies_are_archives_of_their_own(self):
        copies = [copy.copy(self.archive), copy.deepcopy(self.archive), pickle.loads(pickle.dumps(self.archive))]
        for other in copies:
            self.assertEqual(other.info["rows"], 3003)
            other.close()
        del copies
        gc.collect()
        self.assertEqual(len(self.archive.scan(["eventID"]).rows()), 3003)

    def test_results_outlive_their_archive(self):
        archive = cairn.open(self.path)
        taken, later = archive.sql("SELECT eventID FROM events"), archive.sql("SELECT eventID FROM events")
        rows = iter(taken)
        next(rows)
        archive.close()
        archive.close()
        del archive
        gc.collect()
        self.assertEqual(sum(1 for _ in rows), 3002)
        self.assertEqual(later.types, {"eventID": "u"})
        self.assertEqual(len(later.rows()), 3003)
        with self.assertRaisesRegex(cairn.UsageError, "closed"):
            later.rows()

    def test_threads_share_a_result(self):
        result, counts = self.archive.sql("SELECT eventID FROM events"), []
        threads = [threading.Thread(target=lambda: counts.append(len(result.rows()))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(counts, [3003] * 8)

    def test_iterators_of_one_result_are_apart(self):
        result = self.archive.sql("SELECT eventID FROM events ORDER BY 1")
        first, second = iter(result), iter(result)
        pairs = [(next(first), next(second)) for _ in range(100)]
        self.assertTrue(all(one == other for one, other in pairs))
        first.close()
        self.assertEqual(sum(1 for _ in second), 2903)

    def test_nothing_stays_of_what_was_left(self):
        for _ in range(20):
            iter(self.archive.sql("SELECT a.eventID FROM events a, events b")).__next__()
        gc.collect()
        for _ in range(200):
            if _native.library().cairn_live_count() == 0:
                break
            time.sleep(0.05)
        self.assertEqual(_native.library().cairn_live_count(), 0)

    def test_many_rows(self):
        sql = "SELECT a.eventID AS a, b.eventName AS b, CAST(NULL AS bigint) AS n FROM events a, events b LIMIT 500000"
        count = 0
        for row in self.archive.sql(sql):
            count += 1
            if row["n"] is not None:
                self.fail(row)
        self.assertEqual(count, 500_000)

    def interrupted(self, statement):
        program = (
            "import cairn, sys, warnings\n"
            f"archive = cairn.open({self.path!r})\n"
            "print('ready', flush=True)\n"
            "try:\n"
            f"    {statement}\n"
            "except KeyboardInterrupt:\n"
            "    print('interrupted', archive.sql('SELECT count(*) AS n FROM events').rows()[0]['n'])\n")
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        try:
            said, _ = process.communicate(timeout=30)
        finally:
            process.kill()
        self.assertEqual(said, "interrupted 3003\n")
        return time.monotonic() - start

    def test_interrupt_ends_what_gives_no_row_yet(self):
        self.interrupted("archive.sql('SELECT count(*) FROM events a, events b, events c').rows()")

    def test_interrupt_ends_what_waits_between_rows(self):
        self.interrupted(
            "archive.sql(\"SELECT eventID FROM events UNION ALL SELECT min(a.eventID) FROM events a, events b, events c\").rows()")

    @has("pyarrow")
    def test_interrupt_ends_tables(self):
        self.interrupted(
            "archive.sql(\"SELECT eventID FROM events UNION ALL SELECT min(a.eventID) FROM events a, events b, events c\").arrow()")


if __name__ == "__main__":
    unittest.main()

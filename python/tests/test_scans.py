"""Several archives as one, conditions as trees, and scans in parts. Run by `tools/check python`."""

import datetime
import json
import pathlib
import pickle
import subprocess
import sys
import tempfile
import types
import unittest

import cairn
from cairn import _filters

UTC = datetime.timezone.utc
HOUR = datetime.datetime(2025, 1, 30, 16, tzinfo=UTC)


def record(n):
    return {
        "eventTime": f"{HOUR + datetime.timedelta(seconds=n * 40):%Y-%m-%dT%H:%M:%SZ}", "eventName": f"Call{n % 7}",
        "userIdentity": {"arn": f"arn:aws:iam::1:user/{'Zoë' if n % 11 == 0 else 'ann'}"}, "readOnly": n % 2 == 0,
        "requestParameters": {"n": n, "odd key": "50%_\\" if n % 3 == 0 else None, "it's": n / 4},
        **({"errorCode": "AccessDenied"} if n % 10 == 0 else {}), "eventID": f"id-{n}",
    }


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.work.name)
        for name, numbers in (("a", range(600)), ("b", range(500, 1000)), ("c", range(2000, 2001))):
            log = cls.root / f"{name}.json"
            log.write_text(json.dumps({"Records": [record(n) for n in numbers]}))
            cairn.compact(log, cls.root / "all" / name, progress=False)
        cls.one = cairn.open(cls.root / "all/a")
        cls.several = cairn.open(cls.root / "all")

    @classmethod
    def tearDownClass(cls):
        cls.one.close()
        cls.several.close()
        cls.work.cleanup()


class SeveralTests(Case):
    def test_an_event_of_two_counts_once(self):
        count = "SELECT count(*) AS n, count(DISTINCT eventID) AS d FROM events"
        pattern = str(self.root / "all" / "[a-c]")
        for names in (self.root / "all", pattern, [self.root / "all/c", self.root / "all/b", self.root / "all/a"]):
            with self.subTest(names):
                self.assertEqual(cairn.open(names).sql(count).rows(), [{"n": 1001, "d": 1001}])
        rows = self.several.sql('SELECT "$archive" AS a, count(*) AS n FROM events GROUP BY 1 ORDER BY 1').rows()
        self.assertEqual([(pathlib.Path(row["a"]).name, row["n"]) for row in rows], [("a", 600), ("b", 400), ("c", 1)])
        self.assertEqual(len(self.several.info["archives"]), 3)

    def test_none_may_be_missing(self):
        with self.assertRaisesRegex(cairn.CairnError, "all/d"):
            cairn.open([self.root / "all/a", self.root / "all/d"])
        with self.assertRaisesRegex(cairn.UsageError, "no archive matches"):
            cairn.open(str(self.root / "none*"))
        with self.assertRaises(cairn.UsageError):
            cairn.open([])
        with self.assertRaisesRegex(cairn.UsageError, "one archive at a time"):
            self.several.restore(self.root / "restored")

    def test_export_counts_once(self):
        from cairn import export

        done = export.export(self.several, self.root / "lake", "ndjson")
        self.assertEqual(done["rows"], 1001)
        self.assertEqual(export.export(self.several, self.root / "lake", "ndjson")["unchanged"], done["partitions"])


class ConditionTests(Case):
    def test_means_what_sql_means(self):
        col = cairn.col
        key = 'requestParameters."odd key"'
        for condition, sql in [
            (col("eventName") == "Call1", "eventName = 'Call1'"),
            (col("eventName") != "Call1", "eventName <> 'Call1'"),
            (~(col("errorCode") == "AccessDenied"), "NOT errorCode = 'AccessDenied'"),
            (col("errorCode").is_null(), "errorCode IS NULL"),
            (col("errorCode").is_not_null(), "errorCode IS NOT NULL"),
            (col("requestParameters.n") < 100, "requestParameters.n < 100"),
            (col("requestParameters.n") >= -(2**63), "requestParameters.n IS NOT NULL"),
            (col("requestParameters['it''s']") > 100.25, "requestParameters['it''s'] > 100.25"),
            (col("requestParameters.n").is_in([1, 2.0, "3"]), "requestParameters.n IN (1, 2, '3')"),
            (col("requestParameters.n").is_in([]), "FALSE"),
            (col("readOnly") == True, "readOnly"),  # noqa: E712
            (col("eventTime") >= HOUR + datetime.timedelta(hours=1), "eventTime >= TIMESTAMP '2025-01-30 17:00:00'"),
            (col("eventTime") < datetime.date(2025, 1, 31), "eventTime < DATE '2025-01-31'"),
            (col("eventTime") > datetime.datetime(1, 1, 1), "eventTime IS NOT NULL"),
            (col(key).starts_with("50%_"), f"{key} = '50%_\\'"), (col(key).ends_with("_\\"), f"{key} = '50%_\\'"),
            (col(key).contains("0%"), f"{key} IS NOT NULL"), (col(key).starts_with("5_%"), "FALSE"),
            (col("userIdentity.arn").ends_with("/Zoë"), "userIdentity.arn LIKE '%Zoë'"),
            ((col("eventName") == "Call1") & (col("readOnly") == True) | (col("eventID") == "id-3"),  # noqa: E712
             "eventName = 'Call1' AND readOnly OR eventID = 'id-3'"),
            (col("eventName /* a comment */ -- another") == "Call1", "eventName = 'Call1'"),
        ]:
            with self.subTest(sql):
                expected = [row["eventID"] for row in self.one.scan(["eventID"], sql)]
                self.assertEqual([row["eventID"] for row in self.one.scan(["eventID"], condition)], expected)
                again = pickle.loads(pickle.dumps(condition))
                self.assertEqual(len(self.one.scan(["eventID"], again).rows()), len(expected))

    def test_elements_of_arrays(self):
        path = self.root / "arrays.json"
        path.write_text("\n".join(json.dumps({
            "eventTime": "2025-01-30T16:00:00Z", "eventID": f"e{n}",
            "resources": [{"ARN": f"arn:{n}:{k}", "odd key": k} for k in range(n % 4)],
            "requestParameters": {"items": {"list": [[n], n, f"t{n}", None]}}}) for n in range(50)))
        cairn.compact(path, self.root / "arrays", progress=False)
        archive = cairn.open(self.root / "arrays")
        paths = [
            "resources[1].ARN", "resources[].ARN", "resources[*].ARN", "resources[2]", "resources[-1].ARN",
            "requestParameters.items.list[1][1]", "requestParameters.items['list'][3]", 'resources[]."odd key"']
        rows = archive.scan(["eventID", *paths]).rows()
        wanted = archive.sql(f"SELECT eventID, {', '.join(f'{p} AS p{n}' for n, p in enumerate(paths))} FROM events").rows()
        self.assertEqual(list(rows[0]), ["eventID", *paths])
        self.assertEqual([list(row.values()) for row in rows], [list(row.values()) for row in wanted])
        self.assertTrue(all(any(row[path] is not None for row in rows) for path in paths if "-1" not in path))
        for path in paths:
            col = cairn.col(path)
            for condition, sql in [
                (col == "arn:1:0", f"{path} = 'arn:1:0'"), (col.starts_with("arn:1"), f"{path} LIKE 'arn:1%'"),
                (~col.contains(":2"), f"NOT {path} LIKE '%:2%'"), (col.is_null(), f"{path} IS NULL"),
                (col.is_in(["arn:3:1", "t7", 5]), f"{path} IN ('arn:3:1', 't7', 5)"),
            ]:
                with self.subTest(sql):
                    expected = archive.sql(f"SELECT eventID FROM events WHERE {sql}").rows()
                    self.assertEqual(archive.scan(["eventID"], condition).rows(), expected)
                    parts = [row for part in archive.parts(3, condition) for row in archive.scan(["eventID"], condition, part=part)]
                    self.assertEqual(len(parts), len(expected))
        for wrong in ("resources[eventID]", "resources[1] + 1", "resources[1], eventID", "resources[", "split(a, 'x')[1]", "resources[?]"):
            with self.subTest(wrong):
                with self.assertRaises(cairn.UsageError):
                    archive.scan([wrong]).rows()
                with self.assertRaises(cairn.UsageError):
                    archive.scan(["eventID"], cairn.col(wrong).is_null()).rows()

    def test_mistakes(self):
        col = cairn.col
        for make in (
            lambda: col("a") == object(), lambda: col("a") == float("nan"), lambda: col("a") == 2**63,
            lambda: bool(col("a") == 1), lambda: col("a\0") == 1, lambda: self.one.scan(["eventID"], col("1 = 1") == 1),
            lambda: self.one.scan(["eventID"], col("eventName) OR (TRUE") == "x"),
            lambda: self.one.scan(["eventID"], col("eventName") == "\0"),
            lambda: self.one.scan(["eventID"], _filters.Condition(77)),
        ):
            with self.assertRaises(cairn.UsageError):
                made = make()
                if isinstance(made, cairn.Condition):
                    self.one.scan(["eventID"], made)
        deep = col("eventName") == "Call1"
        for _ in range(20):
            deep = ~deep
        for number in range(500):
            deep = deep & (col("eventID") != f"none-{number}")
        self.assertEqual(len(self.one.scan(["eventID"], deep).rows()), 86)
        for _ in range(200):
            deep = ~deep
        with self.assertRaises(cairn.UsageError):
            self.one.scan(["eventID"], deep)


class PartTests(Case):
    def expect_whole(self, archive, where, since=None):
        expected = sorted(row["eventID"] for row in archive.scan(["eventID"], where, since))
        for count in (1, 2, 7):
            parts = archive.parts(count, where, since)
            self.assertLessEqual(len(parts), count)
            found = [row["eventID"] for part in parts for row in archive.scan(["eventID"], where, since, part=part)]
            self.assertEqual(sorted(found), expected)

    def test_parts_are_the_whole(self):
        for archive in (self.one, self.several):
            for where in (None, "errorCode IS NOT NULL", cairn.col("eventName").is_in(["Call1", "Call2"]), "FALSE"):
                self.expect_whole(archive, where)
                self.expect_whole(archive, where, HOUR + datetime.timedelta(hours=6))

    def test_another_process_reads_one(self):
        (part,) = self.several.parts(1, "readOnly")
        program = (
            "import cairn, sys\n"
            "print(len(cairn.open(sys.argv[1]).scan(['eventID'], 'readOnly', part=sys.argv[2]).rows()))")
        done = subprocess.run(
            [sys.executable, "-c", program, str(self.root / "all"), part], check=True, capture_output=True, text=True)
        self.assertEqual(int(done.stdout), len(self.several.scan(["eventID"], "readOnly").rows()))

    def test_what_does_not_belong_together_is_refused(self):
        path = self.root / "grown"
        for number in range(2):
            log = self.root / f"g{number}.json"
            log.write_text(json.dumps({"Records": [record(3000 + number)]}))
        cairn.compact(self.root / "g0.json", path, progress=False)
        archive = cairn.open(path)
        (part,) = archive.parts(1)
        for text in ("", "x", part[:-1], part.replace("cairn1", "cairn2"), part + ";", part * 2):
            with self.assertRaises(cairn.UsageError):
                archive.scan(["eventID"], part=text)
        with self.assertRaisesRegex(cairn.UsageError, "another condition"):
            archive.scan(["eventID"], "readOnly", part=part)
        with self.assertRaisesRegex(cairn.UsageError, "has changed"):
            self.several.scan(["eventID"], part=part)
        # What is added later is not in it, and does not make it another one.
        cairn.compact(self.root / "g1.json", path, progress=False)
        self.assertEqual(cairn.open(path).scan(["eventID"], part=part).rows(), [{"eventID": "id-3000"}])

    def test_nothing_to_divide(self):
        self.assertEqual(self.one.parts(3, since="2031-01-01"), [])
        for count in (0, -1):
            with self.assertRaises(cairn.UsageError):
                self.one.parts(count)


class SparkFilterTests(Case):
    """Which filters of Spark are taken: those whose rows are the same. Spark itself is not needed."""

    def test_taken_or_handed_back(self):
        from cairn import spark

        def made(kind, attribute, *value, **more):
            fields = {"attribute": (attribute,), **({"value": value[0]} if value else {}), **more}
            return type(kind, (types.SimpleNamespace,), {})(**fields)

        columns = ["eventTime", "eventName", "errorCode", "readOnly", "userIdentity.arn"]
        taken = [
            made("EqualTo", "eventName", "Call1"), made("In", "userIdentity.arn", ("arn:aws:iam::1:user/ann",)),
            made("GreaterThan", "eventTime", HOUR), made("LessThanOrEqual", "eventTime", HOUR + datetime.timedelta(hours=5)),
            made("IsNull", "errorCode"), type("Not", (types.SimpleNamespace,), {})(child=made("EqualTo", "readOnly", False)),
        ]
        back = [
            made("EqualTo", "eventName", "a\ufffd"), made("LessThan", "eventName", "b"), made("IsNull", "eventTime"),
            made("EqualTo", "other", "x"), made("EqualNullSafe", "eventName", "x"), made("StringEndsWith", "eventName", "1"),
            made("EqualTo", "readOnly", "true"),
        ]
        condition, left = spark.pushable([back[0], *taken, *back[1:]], columns)
        self.assertEqual(left, back)
        sql = ("eventName = 'Call1' AND userIdentity.arn LIKE '%/ann' AND errorCode IS NULL AND readOnly AND "
               "eventTime > TIMESTAMP '2025-01-30 16:00:00' AND eventTime <= TIMESTAMP '2025-01-30 21:00:00'")
        expected = self.one.scan(["eventID"], sql).rows()
        self.assertGreater(len(expected), 0)
        self.assertEqual(self.one.scan(["eventID"], condition).rows(), expected)
        self.assertEqual(spark.pushable(back, columns), (None, back))


if __name__ == "__main__":
    unittest.main()

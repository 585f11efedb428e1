"""The runs that are disturbed: each a command over files that are made afresh for every fault."""

import os
import shutil

import inputs
from state import QUERY, run

SMALL = ["--segment-bytes", "6000"]
GROUPS = "SELECT eventName, count(*), array_agg(requestParameters.n) FROM events GROUP BY 1 ORDER BY 1"
SORTED = "SELECT eventJson FROM events ORDER BY requestParameters.n DESC, eventID"
JOINED = (
    "SELECT a.eventID, b.eventName FROM events a JOIN events b ON a.requestParameters.n = b.requestParameters.n + 1"
    " ORDER BY 1, 2"
)
TOKENS = "SELECT eventID, responseElements.token FROM events WHERE eventName = 'RunTask' ORDER BY 1"
DROPPED = "2024-04-01"
ZONED = "SELECT CAST(eventTime AS timestamp) AT TIME ZONE 'Europe/Berlin' FROM events ORDER BY 1"


class Scenario:
    """A command, run in a directory that holds `in` (sources), `archive` and `tmp`."""

    def __init__(self, name, arguments, archive=None, sources=None, stdin=None, paths=()):
        self.name = name
        self.arguments = arguments
        self.archive = archive
        self.sources = sources
        self.stdin = stdin
        self.paths = list(paths)

    @property
    def writes(self):
        return self.arguments[0] in ("compact", "recover", "merge", "gc", "drop", "hold", "release")

    @property
    def target(self):
        """The directory that it writes to."""
        if self.arguments[0] in ("recover", "merge", "gc", "drop", "hold", "release"):
            return "archive"
        option = {"restore": "--to", "compact": "--into"}.get(self.arguments[0])
        return option and self.arguments[self.arguments.index(option) + 1]

    def prepare(self, fixture, work):
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(os.path.join(work, "tmp"))
        if self.sources:
            os.symlink(fixture.path(self.sources), os.path.join(work, "in"))
        if self.archive:
            shutil.copytree(fixture.path(self.archive), os.path.join(work, "archive"))


def compact(name, sources, *extra, archive=None, into="archive"):
    return Scenario(name, ["compact", "in", "--into", into, "--threads", "1", *SMALL, *extra], archive, sources)


ALL = [
    compact("compact, first", "known", into="new/deep/archive"),
    compact("compact, more", "more", archive="base"),
    compact("compact, spilling", "more", "--memory", "4096", archive="base"),
    compact("compact, two threads", "more", "--threads", "2", archive="base"),
    compact("compact, nothing new", "known", archive="base"),
    Scenario("compact, stream", ["compact", "-", "--into", "archive"], "base", "known", "in/plain/one.json"),
    Scenario("compact, merging", ["compact", "in", "--into", "archive", "--threads", "1"], "many", "parts"),
    Scenario("merge", ["merge", "archive", "--all", "--threads", "1"], "whole"),
    Scenario("gc", ["gc", "archive", "--grace", "0s"], "merged"),
    Scenario("drop", ["drop", "archive", "--before", DROPPED, "--yes", "--threads", "1"], "whole"),
    Scenario("hold", ["hold", "archive", "--reason", "case 7"], "whole"),
    Scenario("release", ["release", "archive"], "held"),
    Scenario("recover", ["recover", "archive", "--yes"], "lost"),
    Scenario("query", ["query", "archive", QUERY, "--output", "csv"], "whole"),
    Scenario("query, groups", ["query", "archive", GROUPS, "--output", "json"], "whole"),
    Scenario("query, sorting", ["query", "archive", SORTED, "--output", "jsonl", "--memory", "2000"], "whole"),
    Scenario("query, join", ["query", "archive", JOINED, "--output", "csv", "--memory", "2000"], "whole"),
    Scenario("query, zone", ["query", "archive", ZONED, "--output", "csv"], "whole", paths=["/usr/share/zoneinfo"]),
    Scenario("query, file", ["query", "archive", "-f", "in/statements.sql"], "whole", "sql"),
    Scenario("scan", ["scan", "archive", "--where", "eventJson LIKE '%c1%'", "--output", "raw"], "whole"),
    Scenario("query, wide", ["query", "archive", TOKENS, "--output", "jsonl"], "wide"),
    Scenario("restore, wide", ["restore", "archive", "--to", "out", "--threads", "1"], "wide"),
    Scenario("verify, wide", ["verify", "archive"], "wide"),
    Scenario("inspect", ["inspect", "archive", "--columns"], "whole"),
    Scenario("inspect, schema", ["inspect", "archive", "--schema"], "whole"),
    Scenario("restore", ["restore", "archive", "--to", "out"], "whole"),
    Scenario("restore, gzip", ["restore", "archive", "--to", "out", "--gzip", "--threads", "1"], "whole"),
    Scenario("verify", ["verify", "archive"], "whole"),
]


class Fixture:
    """Sources and archives that every run begins with."""

    PARTS = 8

    def __init__(self, cairn, root):
        self.root = root
        for name in ["known", "more"]:
            inputs.known(self.path(name))
        inputs.new(self.path("more"))
        inputs.bad(self.path("more"))
        inputs.parts(self.path("parts"), self.PARTS)
        inputs.write(self.path("sql"), "statements.sql", b"SELECT count(*) FROM events;", 10**18)
        inputs.wide(self.path("wide-sources"))
        self.make(cairn, "wide", Scenario("", ["compact", "in", "--into", "archive"], sources="wide-sources"))
        self.make(cairn, "base", compact("", "known"))
        self.make(cairn, "whole", compact("", "more", archive="base"))
        self.make(cairn, "merged", Scenario("", ["merge", "archive", "--all"], "whole"))
        self.make(cairn, "held", Scenario("", ["hold", "archive"], "whole"))
        # One segment more, and a run merges them.
        for number in range(self.PARTS - 1):
            arguments = ["compact", f"in/part{number}.json", "--into", "archive"]
            self.make(cairn, "many", Scenario("", arguments, "many" if number else None, "parts"))
        shutil.copytree(self.path("whole"), self.path("lost"))
        os.unlink(os.path.join(self.path("lost"), "CURRENT"))

    def path(self, name):
        return os.path.join(self.root, name)

    def make(self, cairn, name, scenario):
        work = self.path("making")
        scenario.prepare(self, work)
        code, _, error = run([cairn, *scenario.arguments], work)
        if code not in (0, 3):
            raise SystemExit(f"cannot make the archive {name}: {error}")
        shutil.rmtree(self.path(name), ignore_errors=True)
        os.rename(os.path.join(work, "archive"), self.path(name))

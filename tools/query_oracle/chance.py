"""Statements made at random, asked of `cairn query` and of DuckDB: every difference is printed with its seed.

    chance.py --data TREE --archive ARCHIVE [--seed N] [--count N] [--events N]

Each part of a statement is a pair: its spelling in Trino's SQL and in DuckDB's (`Pair`). Only what both define alike is
made; what they define differently is in Suite/README.md. Rows are compared in any order, those of ORDER BY … LIMIT in
theirs. `tools/query_oracle/run chance` makes data, archive and environment.
"""
import argparse
import json
import random
import re
import subprocess
import sys
from typing import NamedTuple

import duckdb

import records
import suite


class Pair(NamedTuple):
    """The same in both languages."""
    cairn: str
    duckdb: str


def both(text, *parts):
    """A spelling that the two share, with the parts in place of {}."""
    return Pair(text.format(*(part.cairn for part in parts)), text.format(*(part.duckdb for part in parts)))


def each(cairn, duckdb_text, *parts):
    return Pair(cairn.format(*(part.cairn for part in parts)), duckdb_text.format(*(part.duckdb for part in parts)))


class Generator:
    """Random statements over `events`, whose columns may be behind an alias."""

    PLAIN = ["eventName", "eventSource", "awsRegion", "sourceIPAddress", "userAgent", "errorCode", "requestID", "eventID"]
    NESTED = ["userIdentity.arn", "userIdentity.accessKeyId", "userIdentity.type", "userIdentity.userName",
              "userIdentity.sessionContext.sessionIssuer.userName", "requestParameters.bucketName"]
    FIELDS = ["year", "month", "day", "hour", "minute", "second", "quarter"]
    UNITS = ["minute", "hour", "day", "month"]
    PIECES = ["a", "e", "s3", "Get", "role/", "-", ".", "us-", "1", "Denied", "aws", "f0", "zz"]

    def __init__(self, seed, samples):
        self.random = random.Random(seed)
        self.samples = samples
        self.alias = ""

    def pick(self, items):
        return self.random.choice(items)

    def chance(self, share):
        return self.random.random() < share

    # Values

    def column(self):
        name = self.pick(self.PLAIN if self.chance(0.7) else self.NESTED)
        return self.named(name)

    def named(self, name):
        top, _, rest = name.partition(".")
        spelled = f'{self.alias}"{top}"' if not rest else f'({self.alias}"{top}"->>\'$.{rest}\')'
        return Pair(self.alias + name, spelled)

    def constant(self):
        texts = self.samples[self.pick(self.PLAIN)]
        return both("'" + self.pick(texts).replace("'", "''").replace("{", "{{").replace("}", "}}") + "'")

    def text(self, depth=2):
        if depth == 0 or self.chance(0.35):
            return self.column()
        inner = self.text(depth - 1)
        number = self.random.randint(1, 12)
        piece, other = self.pick(self.PIECES), self.pick(self.PIECES)
        return self.pick([
            lambda: both("lower({})", inner),
            lambda: both("upper({})", inner),
            lambda: both("reverse({})", inner),
            lambda: both(f"substr({{}}, {number})", inner),
            lambda: both(f"substr({{}}, {number}, {self.random.randint(0, 9)})", inner),
            lambda: both(f"replace({{}}, '{piece}', '{other}')", inner),
            lambda: both(f"split_part({{}}, '{piece}', 1)", inner),
            lambda: both("({} || '/' || {})", inner, self.text(depth - 1)),
            lambda: both("coalesce({}, {})", inner, self.text(depth - 1)),
            lambda: both("coalesce({}, 'none')", inner),
            lambda: both("nullif({}, {})", inner, self.column()),
            lambda: both("CASE WHEN {} THEN {} ELSE {} END", self.condition(depth - 1), inner, self.text(depth - 1)),
            lambda: both("CASE WHEN {} THEN {} WHEN {} THEN 'x' END", self.condition(depth - 1), inner,
                         self.condition(0)),
            lambda: both(f"coalesce(regexp_extract({{}}, '[a-z]+[0-9]+'), '')", inner),
            lambda: each("regexp_replace({}, '[0-9]+', '#')", "regexp_replace({}, '[0-9]+', '#', 'g')", inner),
        ])()

    def time(self):
        name = self.named("eventTime")
        when = each("from_iso8601_timestamp({})", "CAST({} AS TIMESTAMP)", name)
        if self.chance(0.3):
            when = both(f"date_trunc('{self.pick(self.UNITS)}', {{}})", when)
        if self.chance(0.15):
            count = self.random.randint(-400, 400)
            when = each(f"date_add('minute', {count}, {{}})", f"({{}} + INTERVAL ({count}) MINUTE)", when)
        return when

    def number(self, depth=2):
        choice = self.random.randint(0, 6 if depth else 2)
        if choice == 0:
            return both("length({})", self.text(max(0, depth - 1)))
        if choice == 1:
            return both(f"{self.pick(self.FIELDS)}({{}})", self.time())
        if choice == 2:
            return both(f"strpos({{}}, '{self.pick(self.PIECES)}')", self.text(0))
        if choice == 3:
            return both(f"({{}} {self.pick('+-*')} {{}})", self.number(depth - 1), self.number(depth - 1))
        if choice == 4:
            return both("CASE WHEN {} THEN {} ELSE {} END", self.condition(depth - 1), self.number(depth - 1),
                        both(str(self.random.randint(-3, 30))))
        if choice == 5:
            return both("coalesce({}, -1)", self.number(depth - 1))
        return both("try_cast(split_part({}, '.', 1) AS bigint)", self.text(0))

    # Conditions

    def condition(self, depth=2):
        if depth and self.chance(0.4):
            parts = [self.condition(depth - 1) for _ in range(self.random.randint(2, 3))]
            joined = both((" %s " % self.pick(["AND", "OR"])).join("{}" for _ in parts), *parts)
            return both("NOT ({})" if self.chance(0.25) else "({})", joined)
        depth = max(0, depth - 1)
        operator = self.pick(["=", "<>", "<", "<=", ">", ">="])
        piece = self.pick(self.PIECES)
        return self.pick([
            lambda: both(f"{{}} {operator} {{}}", self.text(depth), self.constant()),
            lambda: both(f"{{}} {operator} {{}}", self.text(depth), self.text(depth)),
            lambda: both(f"{{}} {operator} {self.random.randint(-2, 40)}", self.number(depth)),
            lambda: both(f"{{}} {operator} {{}}", self.number(depth), self.number(depth)),
            lambda: both(f"{{}} {self.pick(['', 'NOT '])}LIKE '%{piece}%'", self.text(depth)),
            lambda: both(f"{{}} LIKE '{piece}%'", self.text(depth)),
            lambda: both(f"{{}} LIKE '%{piece}%{self.pick(self.PIECES)}%'", self.text(depth)),
            lambda: both("{} IN ({}, {}, {})", self.text(depth), self.constant(), self.constant(), self.constant()),
            lambda: both("{} NOT IN ({}, {})", self.text(depth), self.constant(), self.constant()),
            lambda: both("{} BETWEEN {} AND {}", self.text(depth), self.constant(), self.constant()),
            lambda: both(f"{{}} BETWEEN {self.random.randint(0, 9)} AND {{}}", self.number(depth), self.number(depth)),
            lambda: both(f"{{}} IS {self.pick(['', 'NOT '])}NULL", self.text(depth)),
            lambda: both("{} IS DISTINCT FROM {}", self.text(depth), self.text(depth)),
            lambda: both("({}) IS NOT TRUE", self.condition(0)),
            lambda: both("CAST({} AS boolean)", self.named("readOnly")),
            lambda: both(f"{{}} {operator} {{}}", self.time(), self.time()),
            lambda: both(f"{{}} {operator} TIMESTAMP '2025-01-0{self.random.randint(1, 7)} 12:00:00'", self.time()),
            lambda: self.expression(depth),
        ])()

    def expression(self, depth):
        pattern = self.pick(["^[A-Z][a-z]+$", "[0-9]{{2}}", "s3|iam", "(Get|List).*s$"])
        return each(f"regexp_like({{}}, '{pattern}')", f"regexp_matches({{}}, '{pattern}')", self.text(depth))

    def filtered(self, share=0.6):
        return both(" WHERE {}", self.condition()) if self.chance(share) else both("")

    # Statements

    def statement(self):
        """A statement, and whether the order of its rows counts."""
        kind = self.pick([self.counting, self.listing, self.grouping, self.grouping, self.window, self.join,
                          self.sorting, self.sets, self.membership])
        return kind()

    def counting(self):
        return both("SELECT count(*) AS n FROM events WHERE {}", self.condition(3)), False

    def listing(self):
        return both("SELECT {} AS a, {} AS b, {} AS c, {} AS d FROM events{}", self.text(3), self.number(),
                    self.text(), self.condition(1), self.filtered(0.8)), False

    def key(self):
        return self.pick([self.text, self.text, lambda: self.number(1), self.time, lambda: self.condition(1)])()

    def aggregate(self):
        if self.chance(0.3):
            plain = self.pick([
                lambda: both("count({})", self.text(1)), lambda: both("max({})", self.text()),
                lambda: both("sum({})", self.number(1)), lambda: both("count(DISTINCT {})", self.text(1)),
                lambda: both("min({})", self.time())])()
            return both("{} FILTER (WHERE {})", plain, self.condition(1))
        return self.pick([
            lambda: both("count(*)"), lambda: both("count({})", self.text(1)),
            lambda: both("count(DISTINCT {})", self.text(1)), lambda: both("min({})", self.text()),
            lambda: both("max({})", self.text()), lambda: both("sum({})", self.number(1)),
            lambda: both("min({})", self.number(1)), lambda: both("max({})", self.time()),
            lambda: both("bool_or({})", self.condition(1)), lambda: both("bool_and({})", self.condition(1)),
            lambda: each("count_if({})", "coalesce(count_if({}), 0)", self.condition(1)),
            lambda: both("max_by({}, {})", self.named("eventName"), self.named("eventID")),
            lambda: each("array_join(array_sort(array_agg(DISTINCT {0})), '|')",
                         "array_to_string(list_sort(list(DISTINCT {0})), '|')",
                         both("coalesce({}, '')", self.text(1))),
        ])()

    def grouping(self):
        keys = [self.key() for _ in range(self.random.randint(0, 3))]
        aggregates = [self.aggregate() for _ in range(self.random.randint(1, 3))]
        listed = both(", ".join("{}" for _ in keys + aggregates), *keys, *aggregates)
        grouped = "" if not keys else " GROUP BY " + ", ".join(str(place + 1) for place in range(len(keys)))
        having = both(" HAVING count(*) > 2") if keys and self.chance(0.2) else both("")
        return both("SELECT {} FROM events{}" + grouped + "{}", listed, self.filtered(), having), False

    def window(self):
        over = both("PARTITION BY {} ORDER BY {}, {}", self.text(1), self.named("eventTime"), self.named("eventID"))
        whole = both("PARTITION BY {}", self.text(1))
        calls = [self.pick([
            lambda: both("row_number() OVER ({})", over),
            lambda: both("rank() OVER (PARTITION BY {} ORDER BY {})", self.text(1), self.text(1)),
            lambda: both(f"lag({{}}, {self.random.randint(1, 3)}) OVER ({{}})", self.text(1), over),
            lambda: both("lead({}) OVER ({})", self.text(1), over),
            lambda: both("sum({}) OVER ({})", self.number(1), over),
            lambda: both("count({}) OVER ({} ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)", self.text(0), over),
            lambda: both(f"{self.pick(['min', 'max'])}({{}}) OVER ({{}})", self.text(1), whole),
            lambda: both(f"{self.pick(['min', 'max', 'sum'])}({{}}) OVER ({{}})", self.number(1), whole),
            lambda: both("max({}) OVER ({})", self.time(), whole),
            lambda: both("bool_or({}) OVER ({})", self.condition(1), whole),
            lambda: both("first_value({}) OVER ({})", self.text(1), over),
        ])() for _ in range(2)]
        return both("SELECT {} AS i, {} AS a, {} AS b FROM events{}", self.named("eventID"), *calls,
                    self.filtered(0.4)), False

    def join(self):
        self.alias = "a."
        left, first, condition = self.pick([self.column, lambda: self.text(1)])(), self.text(1), self.condition(1)
        self.alias = "b."
        right, second, inner = left, self.text(1), self.condition(1)
        right = Pair(left.cairn.replace("a.", "b."), left.duckdb.replace("a.", "b."))
        kind = self.pick(["JOIN", "LEFT JOIN"])
        self.alias = ""
        return both(f"SELECT {{}} AS x, {{}} AS y, count(*) AS n FROM events a {kind} events b ON {{}} = {{}} AND "
                    "a.eventTime = b.eventTime AND {} WHERE {} GROUP BY 1, 2",
                    first, second, left, right, inner, condition), False

    def sorting(self):
        keys = both(", ".join(f"{place + 1}{self.pick(['', ' DESC'])} NULLS LAST" for place in range(2)) + ", 3")
        return both("SELECT {} AS a, {} AS b, {} AS i FROM events{} ORDER BY {} LIMIT "
                    + str(self.random.randint(1, 50)), self.key(), self.text(1), self.named("eventID"),
                    self.filtered(0.4), keys), True

    def sets(self):
        first, second = self.text(1), self.number(1)
        operation = self.pick(["UNION", "INTERSECT", "EXCEPT", "UNION ALL"])
        return both(f"SELECT {{0}}, {{1}} FROM events WHERE {{2}} {operation} SELECT {{0}}, {{1}} FROM events{{3}}",
                    first, second, self.condition(1), self.filtered(0.5)), False

    def membership(self):
        value, listed = self.text(1), self.text(1)
        if self.chance(0.3):
            listed = value
        negation = self.pick(["", "NOT "])
        if self.chance(0.5):
            return both(f"SELECT count(*) FROM events WHERE {{}} {negation}IN (SELECT {{}} FROM events WHERE {{}})",
                        value, listed, self.condition(1)), False
        self.alias = "a."
        outer = self.column()
        self.alias = "b."
        inner, condition = Pair(outer.cairn.replace("a.", "b."), outer.duckdb.replace("a.", "b.")), self.condition(1)
        self.alias = ""
        return both(f"SELECT count(*) FROM events a WHERE {negation}EXISTS (SELECT 1 FROM events b WHERE {{}} = {{}} "
                    "AND {})", inner, outer, condition), False


def own_rows(lines):
    """Rows of JSON Lines as cells, numbers as they are written; names may repeat."""
    return [[suite.cell(value if value is None or isinstance(value, (str, bool)) else text)
             for _, value, text in records.members(line)] for line in lines]


def same(mine, theirs):
    """Times of DuckDB have no `T`, and sums may be of another type."""
    return mine == theirs or mine is not None and theirs is not None and re.sub(r"\.0+$", "", mine) == theirs


def difference(mine, theirs, is_ordered):
    if not is_ordered:
        mine, theirs = sorted(mine, key=json.dumps), sorted(theirs, key=json.dumps)
    if len(mine) != len(theirs):
        return f"{len(mine)} rows, DuckDB {len(theirs)}"
    for own, other in zip(mine, theirs):
        if len(own) != len(other) or not all(same(*pair) for pair in zip(own, other)):
            return f"{own}, DuckDB {other}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--cairn", default="cairn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    records.create_table(connection, options.data)
    samples = {
        name: [row[0] for row in connection.execute(
            f'SELECT DISTINCT "{name}" FROM events WHERE "{name}" IS NOT NULL ORDER BY 1 LIMIT 300').fetchall()]
        for name in Generator.PLAIN}
    differences = refused = 0
    for seed in range(options.seed, options.seed + options.count):
        statement, is_ordered = Generator(seed, samples).statement()
        try:
            theirs = [[suite.cell(value) for value in row] for row in connection.execute(statement.duckdb).fetchall()]
        except duckdb.Error as error:
            refused += 1
            print(f"seed {seed}: DuckDB refuses: {str(error).splitlines()[0]}\n  {statement.duckdb}")
            continue
        done = subprocess.run([options.cairn, "query", options.archive, "--output", "jsonl", "--quiet"],
                              input=statement.cairn, capture_output=True, text=True, check=False)
        said = (f"exit code {done.returncode}: {done.stderr.strip()[-300:]}" if done.returncode
                else difference(own_rows(done.stdout.splitlines()), theirs, is_ordered))
        if said:
            differences += 1
            print(f"seed {seed}: {said}\n  {statement.cairn}\n  {statement.duckdb}", flush=True)
    print(f"{options.count} statements, {differences} differ, {refused} refused by DuckDB")
    return differences > 0


if __name__ == "__main__":
    sys.exit(main())

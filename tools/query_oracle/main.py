"""Runs the query suite in DuckDB.

    record             write Suite/expected.json: for each query the number of its rows and a hash of them
    compare ARCHIVE    run `cairn query` on an archive of the same data and compare the rows one by one
    show NAME          print the query's rows as DuckDB has them
    translate          write the .duckdb.sql files that are missing
"""
import argparse
import json
import os
import subprocess
import sys

import duckdb

import records
import suite
import translate


def run(connection, name):
    """The rows of a query as cells."""
    result = connection.execute(suite.read(name + ".duckdb.sql")).fetchall()
    return [[suite.cell(value) for value in row] for row in result]


def record(connection, expected):
    failures = 0
    results = {}
    for name in suite.names():
        try:
            rows = run(connection, name)
        except duckdb.Error as error:
            failures += 1
            print(f"{name}: {error}", file=sys.stderr)
            continue
        results[name] = {"rows": len(rows), "sha256": suite.digest(rows)}
    with open(expected, "w", encoding="utf-8") as output:
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(result)}" for name, result in results.items())
        output.write("{\n" + lines + "\n}\n")
    print(f"{len(results)} queries recorded, {failures} failed, {sum(r['rows'] == 0 for r in results.values())} without rows")
    return failures


def own_rows(lines):
    """Rows of JSON Lines: nested values and numbers as they are written, names may repeat."""
    def own_cell(value, text):
        return suite.cell(value) if value is None or isinstance(value, (str, bool)) else suite.cell(text)
    return [[own_cell(value, text) for _, value, text in records.members(line)] for line in lines]


def compare(connection, cairn, archive):
    failures = 0
    for name in suite.names():
        wanted = run(connection, name)
        sql = suite.read(name + ".sql").replace("now()", translate.NOW)
        done = subprocess.run(
            [cairn, "query", archive, "--output", "jsonl", "--quiet"], input=sql, capture_output=True, text=True,
            check=False)
        if done.returncode != 0:
            print(f"{name}: {done.stderr.strip()}")
            failures += 1
            continue
        rows = own_rows(done.stdout.splitlines())
        if suite.digest(rows) != suite.digest(wanted):
            failures += 1
            only = [row for row in rows if row not in wanted][:2]
            missing = [row for row in wanted if row not in rows][:2]
            print(f"{name}: {len(rows)} rows, DuckDB {len(wanted)}; only here {only}, only there {missing}")
    print(f"{failures} of {len(suite.names())} queries differ")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["record", "compare", "show", "translate"])
    parser.add_argument("argument", nargs="?")
    parser.add_argument("--data", required=True, help="the tree that `cairn synth` wrote")
    parser.add_argument("--cairn", default="cairn")
    options = parser.parse_args()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    nested, names = records.create_table(connection, options.data)
    if options.command == "translate":
        for name in suite.names():
            path = os.path.join(suite.SUITE, name + ".duckdb.sql")
            if not os.path.exists(path):
                with open(path, "w", encoding="utf-8") as output:
                    output.write(translate.translate(suite.read(name + ".sql"), nested, names))
        return 0
    if options.command == "show":
        for row in run(connection, options.argument):
            print(json.dumps(row, ensure_ascii=False))
        return 0
    if options.command == "compare":
        return compare(connection, options.cairn, options.argument) > 0
    return record(connection, os.path.join(suite.SUITE, "expected.json")) > 0


if __name__ == "__main__":
    sys.exit(main())

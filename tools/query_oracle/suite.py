"""The query suite: Tests/CairnQueryTests/Suite/NAME.sql, with DuckDB's version in NAME.duckdb.sql beside it."""
import hashlib
import json
import os
import re

SUITE = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "..", "Tests", "CairnQueryTests", "Suite"))


def names():
    """The names of all queries, in order."""
    return sorted(file[:-4] for file in os.listdir(SUITE) if file.endswith(".sql") and not file.endswith(".duckdb.sql"))


def read(file):
    with open(os.path.join(SUITE, file), encoding="utf-8") as source:
        return source.read()


def cell(value):
    """A value as results are compared: text, None for NULL. Numbers lose the zeros behind their point."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = str(value)
    if re.fullmatch(r"-?\d+\.\d+", text):
        text = text.rstrip("0").rstrip(".")
    return text


def digest(rows):
    """A hash of the rows in any order."""
    lines = sorted(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]

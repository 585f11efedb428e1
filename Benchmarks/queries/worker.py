"""One peer in a process of its own: python -m queries.worker ENGINE DIRECTORY.

The protocol, which the Swift program in inprocess/ speaks too. A line of input is a word, a tab and a statement:

  open   nothing to ask: answers when the data is open
  3      runs the statement three times: {"ns": [...], "rows": rows of each result, "how": how results are taken}
  rows   {"data": [[...], ...]}: the answer itself

A statement's first run also chooses how its results are taken (engines/duckdb_engine.py); that is not timed. Failures
are {"error": ...}. Garbage is collected between the runs, never in one.
"""

import gc
import importlib
import json
import sys
import time
from pathlib import Path

from queries.canonical import cell
from queries.engines import ENGINES


def raw(value):
    """A value for the way to the parent: JSON's own kinds as they are, objects as text."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else cell(value)


class Worker:
    def __init__(self, engine: str, directory: Path):
        module, options, _ = ENGINES[engine]
        self.session = importlib.import_module(f"queries.engines.{module}").open_session(directory, **options)
        self.prepared: dict = {}

    def answer(self, word: str, sql: str) -> dict:
        if word == "open":
            return {}
        if sql not in self.prepared:
            self.prepared[sql] = self.session.prepare(sql)
        statement = self.prepared[sql]
        if word == "rows":
            return {"data": [[raw(value) for value in row] for row in self.session.rows(statement)]}
        times, rows = [], 0
        for _ in range(int(word)):
            gc.collect()
            gc.disable()
            start = time.perf_counter_ns()
            rows = self.session.run(statement)
            times.append(time.perf_counter_ns() - start)
            gc.enable()
        return {"ns": times, "rows": rows, "how": self.session.how(statement)}


def main() -> None:
    out, sys.stdout = sys.stdout, sys.stderr  # libraries may print
    worker = Worker(sys.argv[1], Path(sys.argv[2]))
    for line in sys.stdin:
        word, _, sql = line.rstrip("\n").partition("\t")
        try:
            reply = worker.answer(word, sql)
        except Exception as error:
            reply = {"error": " ".join(f"{type(error).__name__}: {error}".split())[:400]}
        print(json.dumps(reply), file=out, flush=True)


main()

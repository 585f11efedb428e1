"""The measurement: systems take turns, a run each, in an order that rotates from round to round."""

import statistics
from typing import Callable

from queries import canonical
from queries.session import Failed, Remote
from queries.statements import Question

DIALECT = {"cairn": "cairn", "clickhouse": "clickhouse", "clickhouse-time": "clickhouse"}


def turns(names: list, rounds: int):
    """Each round's order: every system comes first equally often."""
    for number in range(rounds):
        at = number % len(names) if names else 0
        yield names[at:] + names[:at]


def in_process(question: Question, systems: dict[str, Remote], rounds: int) -> dict:
    """Times and answers of one question from every system that keeps its data open."""
    found: dict = {}
    for name, system in systems.items():
        sql = question.spelled(DIALECT.get(name, "duckdb"))
        try:
            rows = canonical.answer(system.ask("rows", sql)["data"], records=question.records)
            how = system.ask("3", sql)["how"]  # warm
            digest = canonical.digest(rows, question.order)
            found[name] = {"rows": len(rows), "digest": digest, "how": how, "ns": [], "answer": rows}
        except Failed as error:
            found[name] = {"failed": str(error)}
    alive = [name for name in systems if "failed" not in found[name]]
    for order in turns(alive, rounds):
        for name in order:
            if "failed" in found[name]:
                continue
            try:
                reply = systems[name].ask("1", question.spelled(DIALECT.get(name, "duckdb")))
                found[name]["ns"] += reply["ns"]
                if reply["rows"] != found[name]["rows"]:
                    raise Failed(f"{reply['rows']} rows in one run, {found[name]['rows']} in another")
            except Failed as error:
                found[name] = {"failed": str(error)}
    return found


def differences(found: dict, reference: str = "duckdb-parquet") -> dict[str, str]:
    """Which systems answered otherwise than the reference, and with which row first."""
    expected = found.get(reference, {})
    if "answer" not in expected:
        return {}
    said = {}
    for name, result in found.items():
        if name == reference or "answer" not in result or result["digest"] == expected["digest"]:
            continue
        mine, theirs = sorted(map(str, result["answer"])), sorted(map(str, expected["answer"]))
        only = next((row for row in mine if row not in set(theirs)), None)
        missing = next((row for row in theirs if row not in set(mine)), None)
        said[name] = (
            f"{result['rows']} rows instead of {expected['rows']}; " if result["rows"] != expected["rows"] else ""
        ) + (f"has {only}, not {missing}"[:600] if only or missing else "the same rows in another order")
    return said


def summary(nanoseconds: list) -> dict:
    milliseconds = [value / 1e6 for value in nanoseconds]
    return {"median": statistics.median(milliseconds), "best": min(milliseconds), "runs": len(milliseconds)}


def alternate(names: list, rounds: int, run: Callable[[str], float]) -> dict[str, list]:
    """Seconds of whole processes, in turns."""
    times: dict[str, list] = {name: [] for name in names}
    for order in turns(names, rounds):
        for name in order:
            times[name].append(run(name))
    return times

"""The measurement: systems take turns, a run each, in an order that rotates from round to round."""

import statistics
from typing import Callable

from queries import canonical
from queries.session import Failed, Remote
from queries.statements import Question

FEW, FAR = 5, 4  # runs of a peer that is so many times slower than the fastest
PATIENCE = 60  # seconds for one question to one system
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
        if not sql:
            continue
        try:
            rows = canonical.answer(system.ask("rows", sql)["data"], records=question.records)
            warm = system.ask("2", sql)
            digest = canonical.digest(rows, question.order)
            found[name] = {"rows": len(rows), "digest": digest, "how": warm["how"], "ns": [], "answer": rows}
            found[name]["warm"] = statistics.median(warm["ns"])
        except Failed as error:
            found[name] = {"failed": str(error)}
    alive = [name for name in found if "failed" not in found[name]]
    wanted = {name: rounds for name in alive}
    for name in far_behind({name: found[name]["warm"] for name in alive}):
        wanted[name] = min(rounds, FEW)
    for order in turns(alive, rounds):
        for name in order:
            result = found[name]
            if "failed" in result or len(result["ns"]) == wanted[name] or exhausted(result["ns"]):
                continue
            try:
                reply = systems[name].ask("1", question.spelled(DIALECT.get(name, "duckdb")))
                result["ns"] += reply["ns"]
                if reply["rows"] != result["rows"]:
                    raise Failed(f"{reply['rows']} rows in one run, {result['rows']} in another")
            except Failed as error:
                found[name] = {"failed": str(error)}
    return found


def exhausted(nanoseconds: list) -> bool:
    """Whether more runs would cost minutes and tell nothing."""
    return len(nanoseconds) >= 3 and sum(nanoseconds) > PATIENCE * 1e9


def far_behind(times: dict) -> list:
    """Peers that are neither the reference nor near the fastest peer: a few runs show that as well as many."""
    peers = {name: value for name, value in times.items() if name != "cairn"}
    fastest = min(peers.values(), default=0)
    return [name for name, value in peers.items() if name != "duckdb-parquet" and value > FAR * fastest + 5e7]


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
            if not exhausted([value * 1e9 for value in times[name]]):
                times[name].append(run(name))
    return times

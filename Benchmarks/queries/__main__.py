"""python -m queries: asks questions of Cairn and its peers, compares the answers, writes JSON and Markdown."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from peers import report as load_report
from queries import asking, commands, data, report, scale
from queries.engines import ENGINES
from queries.kinds import kinds
from queries.session import Failed, Remote
from queries.statements import questions

ROOT = Path(__file__).resolve().parents[2]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="queries", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--cairn", type=Path, default=ROOT / ".build-static/release/cairn")
    parser.add_argument("--worker", type=Path, default=ROOT / ".build-inprocess/release/cairn-inprocess")
    parser.add_argument("--work", type=Path, default=ROOT / ".bench", help="where data is kept between runs")
    parser.add_argument("--out", type=Path, help="prefix of the .json and .md (default: WORK/results/queries-EVENTS)")
    parser.add_argument("--peers", default=",".join(ENGINES), help="which of them, separated by commas")
    parser.add_argument("--only", default="", help="questions, such as Q1,G4")
    parser.add_argument("--kinds", action="store_true", help="also questions of every kind (kinds.py)")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--process-rounds", type=int, default=21, help="0 for no whole processes")
    parser.add_argument("--cold", type=int, default=3, help="runs with dropped caches (root only); 0 for none")
    parser.add_argument("--scale", type=int, default=0, help="also Q1 to Q4 on so many times the events (10)")
    chosen = parser.parse_args()
    chosen.peers = [name for name in chosen.peers.split(",") if name]
    if unknown := [name for name in chosen.peers if name not in ENGINES]:
        parser.error(f"unknown peers {unknown}; known: {', '.join(ENGINES)}")
    for name in ("cairn", "worker", "work"):
        setattr(chosen, name, getattr(chosen, name).resolve())
    return chosen


def remotes(options: argparse.Namespace, place: Path) -> dict[str, Remote]:
    """A process for each system, with its data open."""
    commands_by_name = {"cairn": [options.worker, place / "archive"]}
    for name in options.peers:
        commands_by_name[name] = [sys.executable, "-m", "queries.worker", name, place / ENGINES[name][2]]
    found = {}
    for name, command in commands_by_name.items():
        try:
            found[name] = Remote(name, command, place / f"{name}.log")
        except (Failed, OSError) as error:
            print(f"{name} does not start: {error}", flush=True)
    return found


def main() -> None:
    options = arguments()
    place = data.place(options.work, options.events)
    archive = data.archive(options.cairn, place, options.events, data.DAYS)
    loads = [data.peer(ENGINES[name][2], place / "objects", place) for name in options.peers]
    asked = questions(data.choose(options.cairn, archive, data.DAYS)) + (kinds() if options.kinds else [])
    if options.only:
        asked = [question for question in asked if question.name in options.only.split(",")]
    duckdb = Path(sys.executable).parent / "duckdb"
    parquet = place / "duckdb-parquet-sorted" / "events.parquet"
    cold = options.cold if os.access(commands.DROP, os.W_OK) else 0
    outcome = {
        "events": options.events,
        "machine": load_report.machine(options.cairn),
        "versions": ", ".join(dict.fromkeys(load["version"] for load in loads)),
        "rounds": options.rounds,
        "cold_rounds": cold,
        "cold_said": "not asked for" if not options.cold else "/proc/sys/vm/drop_caches may not be written here",
        "sizes": data.sizes(place),
        "load_average": [os.getloadavg()[0]],
        "in_process": {},
        "processes": {},
    }
    systems = remotes(options, place)
    for question in asked:
        found = asking.in_process(question, systems, options.rounds)
        outcome["in_process"][question.name] = {"systems": found, "differences": asking.differences(found)}
        times = ", ".join(f"{name} {time:.2f}" for name, time in report.medians(found).items())
        print(f"{question.name}  {times}", flush=True)
    for system in systems.values():
        system.close()
    outcome["load_average"].append(os.getloadavg()[0])
    if options.process_rounds:
        file = data.command_line_file(duckdb, parquet, place / "command-line.duckdb")
        with tempfile.TemporaryDirectory(prefix="cairn-bench-") as scratch:
            for question in asked:
                expected = outcome["in_process"][question.name]["systems"].get("duckdb-parquet", {}).get("answer")
                lines = commands.command_lines(question, options.cairn, duckdb, archive, parquet, file)
                found = commands.measure(question, lines, expected, options.process_rounds, cold, Path(scratch))
                outcome["processes"][question.name] = found
                print(f"{question.name}  processes: " + ", ".join(
                    f"{name} {result['warm']['median']:.1f}" for name, result in found.items() if "warm" in result
                ), flush=True)
        outcome["load_average"].append(os.getloadavg()[0])
    if options.scale:
        outcome["scale"] = scale.measure(
            options.cairn, options.worker, options.work, options.events, options.scale, options.rounds
        )
        outcome["load_average"].append(os.getloadavg()[0])
    for found in outcome["in_process"].values():
        for result in found["systems"].values():
            result.pop("answer", None)
    prefix = options.out or options.work / "results" / f"queries-{options.events}"
    prefix.parent.mkdir(parents=True, exist_ok=True)
    text = report.markdown(asked, outcome)
    Path(f"{prefix}.json").write_text(json.dumps(outcome, indent=1) + "\n")
    Path(f"{prefix}.md").write_text(text)
    print(text)


main()

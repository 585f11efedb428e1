"""python -m peers: loads objects into every system, round after round, and writes JSON and a Markdown table."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from peers import report
from peers.systems import SYSTEMS

ROOT = Path(__file__).resolve().parents[2]
SLOW = "zstd-19,duckdb-parquet-19,ndjson"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="peers", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--events", type=int, help="generate this many events with cairn synth (seed 1)")
    source.add_argument("--objects", type=Path, help="an existing tree of .json.gz objects")
    parser.add_argument("--cairn", type=Path, default=ROOT / ".build-static/release/cairn")
    parser.add_argument("--work", type=Path, default=ROOT / ".bench", help="scratch directory")
    parser.add_argument("--out", type=Path, help="prefix of the .json and .md to write (default: WORK/results/NAME)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--once", default=SLOW, help="systems that run in the first round only")
    parser.add_argument("--systems", default=",".join(name for name in SYSTEMS if name != "ndjson"))
    parser.add_argument("--timeout", type=int, default=1800, help="seconds for one load")
    parser.add_argument("--budget", type=int, default=0, help="seconds after which no further round begins")
    parser.add_argument("--add", type=Path, action="append", default=[], help="earlier .json of the same data to add")
    parser.add_argument("--label", help="name of the data in the report")
    chosen = parser.parse_args()
    chosen.systems = [name for name in chosen.systems.split(",") if name]
    if unknown := [name for name in chosen.systems if name not in SYSTEMS]:
        parser.error(f"unknown systems {unknown}; known: {', '.join(SYSTEMS)}")
    return chosen


def generate(cairn: Path, events: int, work: Path) -> Path:
    tree = work / f"synth-{events}"
    complete = work / f"synth-{events}.complete"
    if not complete.exists():
        shutil.rmtree(tree, ignore_errors=True)
        subprocess.run([cairn, "synth", "--events", str(events), "--seed", "1", "--out", tree], check=True)
        complete.touch()
    return tree


def run_child(name: str, objects: Path, scratch: Path, timeout: int) -> dict:
    """One load in a fresh process and a fresh directory, with nothing left to write back from before."""
    work = scratch / name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    os.sync()
    load_before = os.getloadavg()[0]
    command = [sys.executable, "-m", "peers.child", name, str(objects), str(work), str(time.monotonic())]
    with (scratch.parent / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT / "Benchmarks", stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            output = json.dumps({"failed": f"stopped after {timeout} s"}).encode()
    try:
        result = json.loads(output.decode().strip().splitlines()[-1])
    except (IndexError, ValueError):
        result = {"failed": f"the process ended with {process.returncode} and no result"}
    result.setdefault("failed", None)
    result["load_average"] = [load_before, os.getloadavg()[0]]
    shutil.rmtree(work, ignore_errors=True)
    return result


def main() -> None:
    options = arguments()
    scratch = (options.work / f"scratch-{os.getpid()}").resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    os.environ["CAIRN_BINARY"] = str(options.cairn.resolve())
    objects = (options.objects or generate(options.cairn.resolve(), options.events, options.work)).resolve()
    label = options.label or (f"synth-{options.events}" if options.events else objects.name)
    # In a process of its own: children of a large process inherit its peak memory. Also fills the page cache.
    described = subprocess.run([sys.executable, "-m", "peers.dataset", objects], check=True, stdout=subprocess.PIPE)
    known = json.loads(described.stdout)
    megabytes = known["json_bytes"] / 1e6
    print(f"{label}: {known['objects']:,} objects, {known['events']:,} events, {megabytes:.1f} MB of JSON", flush=True)

    systems = list(options.systems)
    once = set(options.once.split(","))
    runs: dict[str, list] = {name: [] for name in systems}
    if any(SYSTEMS[name][3] for name in systems):
        runs["ndjson"] = []
    for earlier in options.add:
        outcome = json.loads(earlier.read_text())
        if outcome["known"] != known:
            sys.exit(f"{earlier} measured other data")
        for name, found in outcome["runs"].items():
            runs[name] = runs.get(name, []) + found
    options.machine = report.machine(options.cairn.resolve())
    started = time.monotonic()
    for round_number in range(options.rounds):
        if round_number and options.budget and time.monotonic() - started > options.budget:
            break
        turn = round_number * max(1, len(systems) // options.rounds) % len(systems)
        order = systems[turn:] + systems[:turn]
        for name in (["ndjson"] if "ndjson" in runs else []) + order:
            if round_number and (name in once or any(run["failed"] for run in runs[name])):
                continue
            result = run_child(name, objects, scratch, options.timeout)
            runs[name].append({"round": round_number + 1, **result})
            wall = (result.get("load") or {}).get("wall")
            said = result["failed"] or f"{result['bytes'] / known['events']:.1f} B/event, {wall or 0:.2f} s"
            print(f"round {round_number + 1}  {name:24} {said}", flush=True)
            write(options, label, known, runs)

    shutil.rmtree(scratch)
    print(write(options, label, known, runs))


def write(options: argparse.Namespace, label: str, known: dict, runs: dict) -> str:
    """Writes what has been measured so far, and returns the report."""
    outcome = {
        "label": label,
        "machine": options.machine,
        "known": known,
        "order": [name for name in SYSTEMS if runs.get(name)],
        "runs": runs,
    }
    prefix = options.out or options.work / "results" / label
    prefix.parent.mkdir(parents=True, exist_ok=True)
    Path(f"{prefix}.json").write_text(json.dumps(outcome, indent=1) + "\n")
    text = report.markdown(outcome)
    Path(f"{prefix}.md").write_text(text)
    return text


main()

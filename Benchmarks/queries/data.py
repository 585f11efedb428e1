"""What the questions are asked of: generated objects, Cairn's archive of them and every peer's load of them.

Sixty days and no duplicates: Cairn keeps an exact duplicate once and tables keep it twice, so that with duplicates
no answer would be the same. Everything is kept below WORK/queries-N: the peers until it is deleted, the archive until
the binary is another one.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

from peers.measure import file_bytes

START, DAYS = date(2025, 1, 1), 60
ROOT = Path(__file__).resolve().parents[2]


def place(work: Path, events: int, days: int = DAYS) -> Path:
    """Where the data of one history is kept."""
    return work / (f"queries-{events}" if days == DAYS else f"queries-{events}-{days}days")


def objects(cairn: Path, work: Path, events: int, days: int) -> Path:
    tree, complete = work / "objects", work / "objects.complete"
    if not complete.exists():
        shutil.rmtree(tree, ignore_errors=True)
        work.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [cairn, "synth", "--events", str(events), "--days", str(days), "--start", START.isoformat(), "--seed", "1"]
            + ["--duplicates", "0", "--out", tree],
            check=True,
            stdout=sys.stderr,
        )
        complete.touch()
    return tree


def archive(cairn: Path, work: Path, events: int, days: int) -> Path:
    """The archive, made again when the binary has changed: its format may have changed too."""
    target, made_by = work / "archive", work / "archive.made-by"
    binary = hashlib.sha256(cairn.read_bytes()).hexdigest()
    if not made_by.exists() or made_by.read_text() != binary:
        tree = objects(cairn, work, events, days)
        shutil.rmtree(target, ignore_errors=True)
        made_by.unlink(missing_ok=True)
        start = time.monotonic()
        subprocess.run([cairn, "compact", tree, "--into", target, "--quiet"], check=True, stdout=sys.stderr)
        print(f"compacted {events:,} events in {time.monotonic() - start:.1f} s", flush=True)
        made_by.write_text(binary)
    return target


def peer(system: str, tree: Path, work: Path) -> dict:
    """One of the harness's systems, loaded as the harness loads it; what it said of its load."""
    target, done = work / system, work / system / "loaded.json"
    if not done.exists():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        command = [sys.executable, "-m", "peers.child", system, tree, target, str(time.monotonic())]
        found = subprocess.run(command, cwd=ROOT / "Benchmarks", stdout=subprocess.PIPE, check=True)
        result = json.loads(found.stdout.decode().strip().splitlines()[-1])
        if result.get("failed"):
            raise RuntimeError(f"{system}: {result['failed']}")
        print(f"loaded {system} in {result['load']['wall']:.1f} s", flush=True)
        done.write_text(json.dumps(result))
    return json.loads(done.read_text())


def command_line_file(duckdb: Path, parquet: Path, target: Path) -> Path:
    """DuckDB's own file for the command-line program, which is older than the library and cannot read its file."""
    if not target.exists():
        making = target.with_suffix(".making")
        making.unlink(missing_ok=True)
        subprocess.run([duckdb, making, "-c", f"CREATE TABLE events AS FROM '{parquet}'; CHECKPOINT"], check=True)
        making.rename(target)
    return target


def choose(cairn: Path, archive_path: Path, days: int) -> dict:
    """The day, hour, keys, event and needle that the questions name: from the busiest hour of the middle day."""
    day = START + timedelta(days=days // 2)
    while day.weekday() > 4:  # a generated organisation rests on week-ends
        day += timedelta(days=1)
    next_day = day + timedelta(days=1)
    scan = [cairn, "scan", archive_path, "--since", day.isoformat(), "--until", next_day.isoformat()]
    found = subprocess.run([*scan, "--output", "jsonl"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if found.returncode:
        said = found.stderr.decode(errors="replace").strip()[-300:]
        raise RuntimeError(f"cairn scan of {day} ended with {found.returncode}: {said}")
    events = [json.loads(line) for line in found.stdout.splitlines()]
    hour = int(most_frequent(event["eventTime"][11:13] for event in events))
    since = datetime(day.year, day.month, day.day, hour)
    chosen = [event for event in events if event["eventTime"][11:13] == f"{hour:02}"]
    keys = [(event.get("userIdentity") or {}).get("accessKeyId") or "" for event in events]
    return {
        "since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "until": f"{since + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
        "day": day.isoformat(),
        "next_day": next_day.isoformat(),
        "session_key": most_frequent(key for key in keys if key.startswith("ASIA")),
        "user_key": most_frequent(key for key in keys if key.startswith("AKIA")),
        "event_id": chosen[len(chosen) // 2]["eventID"],
        "needle": needle(events),
    }


def most_frequent(values) -> str:
    """The first in order among the most frequent."""
    counts = Counter(values)
    if not counts:
        raise RuntimeError("the chosen day has too few events to choose keys from")
    return max(sorted(counts), key=counts.__getitem__)


def needle(events: list) -> str:
    """An instance that the requests of the day name: in requests, responses and messages of some events."""
    found = re.search(r'"instanceId":"(i-[0-9a-f]{17})"', json.dumps(events, separators=(",", ":")))
    if not found:
        raise RuntimeError("no instance is named on the chosen day")
    return found[1]


def sizes(work: Path) -> dict:
    """Bytes of each system's files: what the answers are found in."""
    loaded = {path.parent.name: json.loads(path.read_text())["bytes"] for path in work.glob("*/loaded.json")}
    return {"cairn": file_bytes(work / "archive"), **loaded}

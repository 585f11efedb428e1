"""Medians and spread of the runs, as a Markdown report."""

import os
import platform
import statistics
import subprocess
import time
from pathlib import Path

from peers.systems import SYSTEMS


def machine(cairn: Path) -> dict:
    model = "unknown processor"
    for row in Path("/proc/cpuinfo").read_text().splitlines():
        if row.startswith("model name"):
            model = row.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True
    ).stdout.strip()
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": commit,
        "cairn": str(cairn),
        "cairn_sha256": subprocess.run(["sha256sum", cairn], capture_output=True, text=True).stdout[:64],
        "time": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def spread(values: list, digits: int = 2) -> str:
    middle = f"{statistics.median(values):,.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def table(head: list, rows: list) -> list:
    line = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return line + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]


def good(runs: list) -> list:
    return [run for run in runs if not run["failed"]]


def differences(name: str, runs: list, known: dict) -> list:
    """What a system holds other than the known counts, and why if it is known."""
    said = []
    for run in good(runs)[:1]:
        if run.get("kept", known["distinct_events"]) != known["distinct_events"]:
            said.append(f"kept {run['kept']:,} events, but {known['distinct_events']:,} are distinct byte for byte")
        if run["events"] != known["events"]:
            said.append(f"{run['events']:,} events instead of {known['events']:,}")
        for probe, count in run.get("probes", {}).items():
            if count != known["probes"][probe] and probe != "events":
                said.append(f"{probe}: {count:,} instead of {known['probes'][probe]:,}")
    return said


def main_table(outcome: dict) -> list:
    known, rows = outcome["known"], []
    for name in outcome["order"]:
        title = SYSTEMS[name][2]
        runs = good(outcome["runs"][name])
        if name == "ndjson":
            continue
        if not runs:
            rows.append([title, "failed", "", "", "", "", "", "", ""])
            continue
        loads = [run["load"] for run in runs if run["load"]]
        size = statistics.median(run["bytes"] for run in runs)
        events = runs[-1]["events"]
        speeds = [known["json_bytes"] / load["wall"] / 1e6 for load in loads]
        rows.append(
            [
                title,
                spread([load["wall"] for load in loads]) if loads else "–",
                spread([load["user"] + load["system"] for load in loads]) if loads else "–",
                f"{statistics.median(speeds):,.1f}" if loads else "–",
                f"{statistics.median(load['peak_bytes'] for load in loads) / 1e6:,.0f}" if loads else "–",
                f"{size / 1e6:,.2f}",
                f"{size / known['events']:,.1f}",
                f"{known['json_bytes'] / size:,.1f}",
                f"{events:,}" + ("" if events == known["events"] else " ≠"),
            ]
        )
    head = ["system", "wall s", "CPU s", "MB/s of JSON", "peak MB", "MB", "B/event", "JSON : size", "events"]
    return table(head, rows)


def apart_table(outcome: dict) -> list:
    rows = []
    for name in outcome["order"]:
        runs = good(outcome["runs"][name])
        if name in ("ndjson", "gzip") or not runs:
            continue
        steps = "; ".join(f"{step} {cost['wall']:.2f} s" for step, cost in runs[-1].get("steps", {}).items())
        rows.append(
            [
                name,
                f"{statistics.median(run['interpreter_s'] for run in runs) * 1000:,.0f}",
                f"{statistics.median(run['import_s'] for run in runs) * 1000:,.0f}",
                f"{statistics.median(run['start_peak_bytes'] for run in runs) / 1e6:,.0f}",
                len(runs),
                f"{min(min(r['load_average']) for r in runs):.1f}–{max(max(r['load_average']) for r in runs):.1f}",
                steps,
            ]
        )
    head = ["system", "interpreter ms", "import ms", "MB after import", "runs", "load average", "of which"]
    return table(head, rows)


def preparation(outcome: dict) -> list:
    runs = good(outcome["runs"].get("ndjson", []))
    if not runs:
        return []
    loads = [run["load"] for run in runs]
    cpu = [load["user"] + load["system"] for load in loads]
    return [
        "",
        f"**NDJSON for zstd and clp-s** (not in their rows): {spread([load['wall'] for load in loads])} s, "
        f"{spread(cpu)} s CPU, {runs[0]['bytes'] / 1e6:,.1f} MB; every record's exact bytes, by a Python scanner "
        "with one thread, so an upper bound of what it has to cost.",
    ]


def markdown(outcome: dict) -> str:
    known, machine = outcome["known"], outcome["machine"]
    duplicates = known["events"] - known["distinct_events"]
    loads = [value for runs in outcome["runs"].values() for run in runs for value in run["load_average"]]
    lines = [
        f"# Loading {outcome['label']}",
        "",
        f"{known['objects']:,} objects, {known['delivered_bytes'] / 1e6:,.2f} MB as delivered, "
        f"{known['json_bytes'] / 1e6:,.1f} MB of JSON; {known['events']:,} events delivered, {duplicates:,} of them "
        "exact duplicates. Bytes per event divide by delivered events in every row.",
        "",
        f"{machine['time']}; {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}. Other work ran on this machine: load average {min(loads):.1f} to {max(loads):.1f}, "
        "so wall times are medians (min–max) under noise and CPU is the steadier column. Page cache warm. "
        f"Cairn's binary: SHA-256 {machine['cairn_sha256'][:12]}; harness at commit {machine['commit']}.",
        "",
        *main_table(outcome),
        *preparation(outcome),
        "",
        *apart_table(outcome),
        "",
        "Counts and failures:",
        "",
    ]
    for name in outcome["order"]:
        runs = outcome["runs"][name]
        lines += [f"- {name}: **failed**: {run['failed']}" for run in runs if run["failed"]]
        lines += [f"- {name}: {said}" for said in differences(name, runs, known)]
        notes = [run["note"] for run in good(runs) if run.get("note")]
        lines += [f"- {name}: {notes[-1]}"] if notes else []
    checked = [name for name, runs in outcome["runs"].items() if good(runs) and not differences(name, runs, known)]
    lines += [f"- Same count as known, and same non-null counts in the columns probed: {', '.join(checked)}."]
    versions = dict.fromkeys(run["version"] for runs in outcome["runs"].values() for run in good(runs)[:1])
    lines += ["", "Versions: " + "; ".join(versions) + ".", ""]
    return "\n".join(lines)

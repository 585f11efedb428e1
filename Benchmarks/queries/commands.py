"""Whole processes: `cairn query` beside DuckDB's command-line program, from start to exit, CSV into a file."""

import os
import subprocess
import time
from pathlib import Path

from queries import canonical
from queries.asking import alternate, summary
from queries.statements import Question

DROP = Path("/proc/sys/vm/drop_caches")


def command_lines(question: Question, cairn: Path, duckdb: Path, archive: Path, parquet: Path, file: Path) -> dict:
    sql = question.spelled("duckdb")
    form = ["-csv", "-nullvalue", ""] if question.form == "csv" else ["-jsonlines"]
    return {
        "cairn": [cairn, "query", archive, question.spelled("cairn"), "--output", question.form, "--quiet"],
        "duckdb-cli, Parquet": [duckdb, *form, "-c", sql.replace("{events}", f"'{parquet}'")],
        "duckdb-cli, own file": [duckdb, "-readonly", *form, file, "-c", sql.replace("{events}", "events")],
    }


def seconds(command: list, output: Path) -> float:
    """Wall time of one process. Its output goes to a file in memory or the page cache, as with `> file`."""
    with output.open("wb") as target:
        start = time.perf_counter()
        # Without descriptors to close and a session of its own the process is spawned, not forked: 1 ms less noise.
        process = subprocess.Popen(
            [str(part) for part in command], stdout=target, stderr=subprocess.DEVNULL, close_fds=False
        )
        code = process.wait()
        wall = time.perf_counter() - start
    if code:
        raise RuntimeError(f"exit code {code}")
    return wall


def drop_caches() -> None:
    os.sync()
    DROP.write_text("3")


def measure(question: Question, lines: dict, expected: list | None, rounds: int, cold: int, scratch: Path) -> dict:
    """Times of the commands, warm and with dropped caches; a command that answers otherwise has none."""
    found: dict = {}
    for name, command in lines.items():
        output = subprocess.run([str(part) for part in command], capture_output=True, timeout=300)
        if output.returncode:
            said = " ".join(output.stderr.decode(errors="replace").split())[:300]
            found[name] = {"failed": f"exit code {output.returncode}: {said}"}
            continue
        read = canonical.from_csv if question.form == "csv" else canonical.from_lines
        rows = read(output.stdout.decode(), records=question.records)
        same = expected is None or sorted(rows) == sorted(canonical.as_csv(expected))
        found[name] = {"rows": len(rows), **({} if same else {"failed": f"another answer ({len(rows)} rows)"})}
    good = {name: line for name, line in lines.items() if "failed" not in found[name]}
    target = scratch / "output"

    def warm(name: str) -> float:
        return seconds(good[name], target)

    def dropped(name: str) -> float:
        drop_caches()
        return seconds(good[name], target)

    for name, times in alternate(list(good), rounds, warm).items():
        found[name]["warm"] = summary([value * 1e9 for value in times])
    if cold:
        for name, times in alternate(list(good), cold, dropped).items():
            found[name]["cold"] = summary([value * 1e9 for value in times])
    return found

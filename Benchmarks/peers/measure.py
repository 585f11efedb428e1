"""Wall, CPU and peak memory of a phase, and bytes of files."""

import os
import resource
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path


def phase(wall: float, usage, before=None) -> dict:
    user = usage.ru_utime - (before.ru_utime if before else 0)
    system = usage.ru_stime - (before.ru_stime if before else 0)
    return {"wall": wall, "user": user, "system": system, "peak_bytes": usage.ru_maxrss * 1024}


@contextmanager
def in_process():
    """Measures a block of this process. Peak memory is that of the process until then, interpreter included."""
    result: dict = {}
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    yield result
    wall = time.monotonic() - start
    result.update(phase(wall, resource.getrusage(resource.RUSAGE_SELF), before))


def command(arguments: list, *, stdout=subprocess.DEVNULL, accept=(0,)) -> dict:
    """Runs a command and measures exactly it, with wait4. What it says on stderr is kept (and stdout, if a pipe)."""
    arguments = [str(argument) for argument in arguments]
    start = time.monotonic()
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.STDOUT
                               if stdout == subprocess.PIPE else subprocess.PIPE)
    output = (process.stdout or process.stderr).read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accept:
        raise RuntimeError(f"{Path(arguments[0]).name} exited with {process.returncode}: {output.strip()[-500:]}")
    return {**phase(wall, usage), "output": output}


def count_lines(arguments: list) -> int:
    """How many lines a command prints."""
    process = subprocess.Popen([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    count = 0
    while block := process.stdout.read(1 << 20):
        count += block.count(b"\n")
    if process.wait():
        raise RuntimeError(f"{arguments[0]} exited with {process.returncode}")
    return count


def file_bytes(path: Path) -> int:
    """Lengths of all files below a path: no directories, no block rounding."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())

"""clp-s of YScope CLP, from NDJSON: it takes one event a line, not CloudTrail's objects."""

import sys
from pathlib import Path

from peers.measure import command, count_lines, file_bytes


def prepare() -> None:
    pass


def load(objects_dir: Path, work_dir: Path) -> dict:
    binary = Path(sys.executable).parent / "clp-s"
    source, archives = work_dir.parent / "events.ndjson", work_dir / "archives"
    load = command([binary, "c", "--timestamp-key", "eventTime", archives, source])
    load.pop("output")
    size = file_bytes(archives)
    return {
        "load": load,
        "bytes": size,
        "events": count_lines([binary, "s", archives, "*"]),
        "version": f"clp-s of {package('yscope-clp-core')}",
    }


def package(name: str) -> str:
    from importlib.metadata import version

    return f"{name} {version(name)}"

"""zstd's command line on the NDJSON, one thread: the archive that nobody can query."""

from pathlib import Path

from peers.measure import command, count_lines, file_bytes


def prepare() -> None:
    pass


def load(objects_dir: Path, work_dir: Path, *, level: int) -> dict:
    source, target = work_dir.parent / "events.ndjson", work_dir / "events.ndjson.zst"
    long = ["--long=27"] if level > 3 else []
    load = command(["zstd", "-q", "-T1", f"-{level}", *long, source, "-o", target])
    load.pop("output")
    return {
        "load": load,
        "bytes": file_bytes(target),
        "events": count_lines(["zstd", "-dcq", "--long=27", target]),
        "version": "zstd " + command(["zstd", "-qV"], stdout=-1)["output"].strip(),
    }

"""Preparation for zstd and clp-s, which take no objects: every record on a line, with its exact bytes."""

from pathlib import Path

from peers import dataset
from peers.measure import file_bytes, in_process


def prepare() -> None:
    pass


def load(objects_dir: Path, work_dir: Path) -> dict:
    target = work_dir.parent / "events.ndjson"
    with in_process() as load:
        events = dataset.write_ndjson(objects_dir, target)
    return {"load": load, "bytes": file_bytes(target), "events": events, "version": "python json scanner, one thread"}

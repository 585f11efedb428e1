"""The objects as AWS delivered them: no load, only their size."""

import gzip
from pathlib import Path

from peers import dataset


def prepare() -> None:
    pass


def load(objects_dir: Path, work_dir: Path) -> dict:
    files = dataset.objects(objects_dir)
    events = sum(sum(1 for _ in dataset.records(gzip.decompress(file.read_bytes()).decode())) for file in files)
    return {
        "load": None,
        "bytes": sum(file.stat().st_size for file in files),
        "events": events,
        "version": "gzip as delivered",
    }

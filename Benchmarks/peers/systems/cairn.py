"""Cairn: cairn compact, from the delivered objects to an archive."""

import os
import re
import subprocess
from pathlib import Path

from peers.measure import command, file_bytes


def prepare() -> None:
    pass


def load(objects_dir: Path, work_dir: Path) -> dict:
    binary = os.environ["CAIRN_BINARY"]
    archive = work_dir / "archive"
    load = command([binary, "compact", objects_dir, "--into", archive], stdout=subprocess.PIPE, accept=(0, 3))
    summary = load.pop("output")
    numbers = re.search(r"records\s+([\d,]+) in = ([\d,]+) kept \+ ([\d,]+) duplicates \+ ([\d,]+) rejected", summary)
    if not numbers:
        raise RuntimeError(f"no record counts in the summary of cairn compact: {summary[-300:]}")
    _, kept, duplicates, rejected = (int(number.replace(",", "")) for number in numbers.groups())
    size = file_bytes(archive)
    inspected = command([binary, "inspect", archive], stdout=subprocess.PIPE)["output"]
    found = re.findall(r"^  (columns|packs|catalogue|provenance|row times) .*?([\d.]+) B/event", inspected, re.M)
    parts = ", ".join(f"{name} {size}" for name, size in found)
    verified = command([binary, "verify", archive], stdout=subprocess.PIPE)
    return {
        "load": load,
        "bytes": size,
        "events": kept + duplicates,
        "kept": kept,
        "duplicates": duplicates,
        "rejected": rejected,
        "note": f"{kept:,} kept + {duplicates:,} duplicates + {rejected:,} rejected; exact duplicates are stored once "
        f"with the places where they were delivered; rebuilds every object: cairn verify, "
        f"{verified['wall']:.1f} s, passed; bytes per kept event: {parts}",
        "version": "cairn " + command([binary, "--version"], stdout=subprocess.PIPE)["output"].strip(),
    }

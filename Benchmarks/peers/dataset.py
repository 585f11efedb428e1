"""What the objects hold, counted without any of the systems: the known counts that every system is held against."""

import gzip
import hashlib
import json
import sys
from pathlib import Path

DECODE = json.JSONDecoder().raw_decode


def objects(root: Path) -> list[Path]:
    return sorted(root.rglob("*.json.gz"))


def records(text: str):
    """Each record of an object: its exact text, and its value."""
    at = text.index("[", text.index('"Records"')) + 1
    while True:
        while text[at] in " \t\r\n,":
            at += 1
        if text[at] == "]":
            return
        value, end = DECODE(text, at)
        yield text[at:end], value
        at = end


def line(record: str, value) -> str:
    """A record as one line of NDJSON: its exact text, or printed anew where it was spread over lines."""
    return record if "\n" not in record else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def describe(root: Path) -> dict:
    files = objects(root)
    facts = {"objects": len(files), "delivered_bytes": 0, "json_bytes": 0, "events": 0, "distinct_events": 0}
    probes = dict.fromkeys(["eventIDs", "userIdentity.arn", "requestParameters", "eventTime"], 0)
    created = "userIdentity.sessionContext.attributes.creationDate"
    probes[created] = 0
    seen, ids = set(), set()
    for file in files:
        delivered = file.read_bytes()
        raw = gzip.decompress(delivered)
        facts["delivered_bytes"] += len(delivered)
        facts["json_bytes"] += len(raw)
        for record, event in records(raw.decode()):
            facts["events"] += 1
            seen.add(hashlib.blake2b(record.encode(), digest_size=12).digest())
            ids.add(hashlib.blake2b(event.get("eventID", "").encode(), digest_size=12).digest())
            identity = event.get("userIdentity") or {}
            probes["userIdentity.arn"] += identity.get("arn") is not None
            attributes = (identity.get("sessionContext") or {}).get("attributes") or {}
            probes[created] += attributes.get("creationDate") is not None
            probes["requestParameters"] += event.get("requestParameters") is not None
            probes["eventTime"] += event.get("eventTime") is not None
    probes["events"] = facts["events"]
    probes["eventIDs"] = len(ids)
    return {**facts, "distinct_events": len(seen), "probes": probes}


def write_ndjson(root: Path, target: Path) -> int:
    """One record a line, each as its exact bytes: what zstd and clp-s read."""
    count = 0
    with target.open("wb", buffering=1 << 20) as out:
        for file in objects(root):
            lines = [line(*pair) for pair in records(gzip.decompress(file.read_bytes()).decode())]
            count += len(lines)
            out.write("".join(text + "\n" for text in lines).encode())
    return count


if __name__ == "__main__":
    print(json.dumps(describe(Path(sys.argv[1]))))

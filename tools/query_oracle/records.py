"""The records of delivered objects as DuckDB's table `events`: top-level members as text, nested ones as JSON
with the bytes that they were delivered with, and what object keys say of account, region and date.
"""
import glob
import gzip
import hashlib
import json
import os

DECODER = json.JSONDecoder()

# The order of `*` (docs/semantics.md, S61).
DOCUMENTED = """eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode
errorMessage requestParameters responseElements additionalEventData requestID eventID readOnly resources eventType
apiVersion managementEvent recipientAccountId sharedEventID vpcEndpointId vpcEndpointAccountId eventCategory
serviceEventDetails sessionCredentialFromConsole edgeDeviceDetails tlsDetails addendum insightDetails""".split()
VIRTUAL = ["$path", "raw", "account", "region", "year", "month", "day", "date"]


def members(text):
    """The members of a compact object as (key, value, text)."""
    place = 1
    while text[place] != "}":
        key, place = DECODER.raw_decode(text, place)
        value, end = DECODER.raw_decode(text, place + 1)
        yield key, value, text[place + 1:end]
        place = end + (text[end] == ",")


def load(root):
    """(key, record text) in order of keys; a record that was delivered twice once, with its first key."""
    seen = set()
    for path in sorted(glob.glob(os.path.join(glob.escape(root), "**", "*.json.gz"), recursive=True),
                       key=lambda path: (path.split("/")[-4:-1], path)):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            text = file.read()
        start = text.index("[") + 1
        while text[start] != "]":
            _, end = DECODER.raw_decode(text, start)
            record = text[start:end]
            digest = hashlib.sha256(record.encode()).digest()
            if digest not in seen:
                seen.add(digest)
                yield os.path.relpath(path, root), record
            start = end + (text[end] == ",")


def note_names(value, names):
    """Spellings of keys by their lower case, so that queries in other cases find them."""
    if isinstance(value, dict):
        for key, member in value.items():
            names.setdefault(key.lower(), key)
            note_names(member, names)
    elif isinstance(value, list):
        for item in value:
            note_names(item, names)


def create_table(connection, root):
    """Makes the table; returns the names of nested columns and the spellings of all keys."""
    rows, keys, nested, names = [], set(), set(), {}
    for path, text in load(root):
        parts = path.split("/")
        date = parts[-4:-1]
        row = {"$path": path, "raw": text, "account": parts[1], "region": parts[3], "year": date[0],
               "month": date[1], "day": date[2], "date": "/".join(date)}
        for key, value, own in members(text):
            keys.add(key)
            names.setdefault(key.lower(), key)
            note_names(value, names)
            if value is None:
                continue
            if isinstance(value, (dict, list)):
                nested.add(key)
                row[key] = own
            else:
                row[key] = value if isinstance(value, str) else own
        rows.append(row)
    star = [key for key in DOCUMENTED if key in keys] + sorted(keys - set(DOCUMENTED))
    columns = star + VIRTUAL
    listed = ", ".join(f'"{key}" {"JSON" if key in nested else "VARCHAR"}' for key in columns)
    connection.execute(f"CREATE TABLE events ({listed})")
    marks = ", ".join("?" for _ in columns)
    connection.executemany(
        f"INSERT INTO events VALUES ({marks})", [[row.get(key) for key in columns] for row in rows])
    connection.execute(f'CREATE VIEW star AS SELECT {", ".join(chr(34) + key + chr(34) for key in star)} FROM events')
    return nested, names

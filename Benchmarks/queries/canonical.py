"""One spelling for every answer, so that answers can be compared and hashed.

Numbers as numbers, times as `2025-01-31T10:07:49Z`, objects with sorted keys. Of events as JSON only the fields that
every table keeps are compared: tables lose key order, unknown fields and the difference of null and missing.
"""

import csv
import datetime
import hashlib
import io
import json
import re
from decimal import Decimal

TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.0+)?(Z|\+00:00)?\Z")
FIELDS = ("eventID", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "errorCode", "userAgent")


def number(text: str) -> int | float:
    """A number of a JSON text: `0.0` and `0` are one."""
    value = float(text)
    return int(value) if value.is_integer() else value


def cell(value) -> str | None:
    """A value's one spelling; None for NULL."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return format(Decimal(str(value)).normalize(), "f")
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    text = str(value)
    if found := TIME.match(text):
        return f"{found[1]}T{found[2]}Z"
    if text[:1] in "{[":
        try:
            return json.dumps(json.loads(text, parse_float=number), sort_keys=True)
        except ValueError:
            pass
    return text


def event(text) -> list:
    """The fields of an event that every system must give alike."""
    fields = json.loads(text, parse_float=number) if isinstance(text, str) else text
    chosen = [cell(fields.get(name)) for name in FIELDS]
    identity = fields.get("userIdentity") or {}
    return chosen + [cell(identity.get("arn")), cell(fields.get("requestParameters"))]


def answer(rows: list, *, records: bool = False) -> list:
    return [event(row[0]) if records else [cell(value) for value in row] for row in rows]


def from_csv(text: str, *, records: bool = False) -> list:
    """What a command printed as CSV with a header; NULL and the empty string are one there."""
    csv.field_size_limit(1 << 26)
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return [[value or "" for value in row] for row in answer(rows, records=records)]


def from_lines(text: str, *, records: bool = False) -> list:
    """The same of JSON lines."""
    rows = [list(json.loads(line).values()) for line in text.splitlines()]
    return as_csv(answer(rows, records=records))


def as_csv(rows: list) -> list:
    """An answer as `from_csv` would read it."""
    return [[value or "" for value in row] for row in rows]


def digest(rows: list, order: tuple = ()) -> str:
    """A hash of the rows as a set with repetitions, and of the sequence of the ordering columns."""
    lines = sorted(json.dumps(row) for row in rows)
    sequence = [[row[column] for column in order] for row in rows]
    return hashlib.sha256(json.dumps([lines, sequence]).encode()).hexdigest()[:16]

"""Twelve questions, as `cairn query` is asked and as engines are that see the same events as the table `calls`.

The table has `eventTime` without a zone, members of events under their names, and `arn`, `type`, `ecs` (a cluster), `price`
and `tags` from within them. All statements order their rows, so that answers can be compared row by row.
"""

import datetime
import json
import subprocess

from comparison import parsed, same

#: What `calls` has, and the paths of Cairn.
COLUMNS = {
    "eventTime": "eventTime", "eventSource": "eventSource", "eventName": "eventName", "awsRegion": "awsRegion",
    "sourceIPAddress": "sourceIPAddress", "errorCode": "errorCode", "readOnly": "readOnly", "eventID": "eventID",
    "recipientAccountId": "recipientAccountId", "arn": "userIdentity.arn", "type": "userIdentity.type",
    "ecs": "requestParameters.cluster", "price": "requestParameters.price", "tags": "requestParameters.tags",
}
#: The same in exported files: columns, or paths in columns of JSON.
EXPORTED = {
    **{name: name for name, path in COLUMNS.items() if "." not in path}, "arn": "userIdentity_arn", "type": "userIdentity_type",
    "ecs": ("requestParameters", "$.cluster"), "price": ("requestParameters", "$.price"),
    "tags": ("requestParameters", "$.tags"),
}

QUESTIONS = {
    "calls by service": (
        "SELECT eventSource, eventName, count(*) AS n FROM events GROUP BY 1, 2 ORDER BY n DESC, 1, 2",
        "SELECT eventSource, eventName, count(*) AS n FROM calls GROUP BY eventSource, eventName ORDER BY n DESC, eventSource, eventName"),
    "denied by principal": (
        "SELECT userIdentity.arn AS arn, count(*) AS n, count(DISTINCT eventName) AS k FROM events"
        " WHERE errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%Unauthorized%' GROUP BY 1 ORDER BY n DESC, arn NULLS LAST",
        "SELECT arn, count(*) AS n, count(DISTINCT eventName) AS k FROM calls"
        " WHERE errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%Unauthorized%' GROUP BY arn ORDER BY n DESC, arn NULLS LAST"),
    "addresses of days": (
        "SELECT date(eventTime) AS d, count(DISTINCT sourceIPAddress) AS n FROM events GROUP BY 1 ORDER BY 1 NULLS LAST",
        "SELECT CAST(eventTime AS date) AS d, count(DISTINCT sourceIPAddress) AS n FROM calls GROUP BY CAST(eventTime AS date)"
        " ORDER BY d NULLS LAST"),
    "what is missing": (
        "SELECT readOnly, count(*) AS n, count(errorCode) AS e, count(userIdentity.arn) AS a FROM events WHERE errorCode IS NULL"
        " OR userIdentity.arn IS NULL GROUP BY 1 ORDER BY 1 NULLS LAST",
        "SELECT readOnly, count(*) AS n, count(errorCode) AS e, count(arn) AS a FROM calls WHERE errorCode IS NULL OR arn IS NULL"
        " GROUP BY readOnly ORDER BY readOnly NULLS LAST"),
    "one event": (
        "SELECT eventTime, eventName, errorCode, userIdentity.arn AS arn, requestParameters.cluster AS c, readOnly FROM events"
        " WHERE eventID = 'odd-1'",
        "SELECT eventTime, eventName, errorCode, arn, ecs AS c, readOnly FROM calls WHERE eventID = 'odd-1'"),
    "who deployed": (
        "SELECT eventTime, userIdentity.arn AS arn, requestParameters.cluster AS c, eventID FROM events WHERE eventName ="
        " 'UpdateService' AND requestParameters.cluster IS NOT NULL ORDER BY eventTime, eventID",
        "SELECT eventTime, arn, ecs AS c, eventID FROM calls WHERE eventName = 'UpdateService' AND ecs IS NOT NULL"
        " ORDER BY eventTime, eventID"),
    "sums of decimals": (
        "SELECT awsRegion, CAST(sum(CAST(requestParameters.price AS decimal(18,3))) AS decimal(38,3)) AS s FROM events"
        " WHERE requestParameters.price IS NOT NULL GROUP BY 1 ORDER BY 1",
        "SELECT awsRegion, CAST(sum(CAST(price AS decimal(18,3))) AS decimal(38,3)) AS s FROM calls WHERE price IS NOT NULL"
        " GROUP BY awsRegion ORDER BY awsRegion"),
    "other alphabets": (
        "SELECT eventName, userIdentity.arn AS arn, requestParameters.tags AS t FROM events WHERE userIdentity.arn LIKE '%Zoë%'"
        " OR requestParameters.tags LIKE '%標籤%' ORDER BY eventName, eventID",
        "SELECT eventName, arn, tags AS t FROM calls WHERE arn LIKE '%Zoë%' OR tags LIKE '%標籤%' ORDER BY eventName, eventID"),
    "what was delivered twice": (
        "SELECT count(*) AS n, count(DISTINCT eventID) AS d FROM events", "SELECT count(*) AS n, count(DISTINCT eventID) AS d FROM calls"),
    "first and last": (
        "SELECT recipientAccountId AS a, min(from_iso8601_timestamp(eventTime)) AS f, max(from_iso8601_timestamp(eventTime)) AS l FROM events GROUP BY 1 ORDER BY 1 NULLS LAST",
        "SELECT recipientAccountId AS a, min(eventTime) AS f, max(eventTime) AS l FROM calls GROUP BY recipientAccountId"
        " ORDER BY a NULLS LAST"),
    "newest of each": (
        "SELECT type, eventID FROM (SELECT userIdentity.type AS type, eventID, row_number() OVER (PARTITION BY userIdentity.type"
        " ORDER BY from_iso8601_timestamp(eventTime) DESC NULLS LAST, eventID) AS p FROM events) WHERE p = 1 ORDER BY type NULLS LAST",
        "SELECT type, eventID FROM (SELECT type, eventID, row_number() OVER (PARTITION BY type ORDER BY eventTime DESC NULLS LAST,"
        " eventID) AS p FROM calls) AS numbered WHERE p = 1 ORDER BY type NULLS LAST"),
    "what the denied did": (
        "SELECT e.eventName, count(*) AS n FROM events e WHERE e.userIdentity.arn IN (SELECT userIdentity.arn FROM events WHERE"
        " errorCode = 'AccessDenied') AND e.readOnly = false GROUP BY 1 ORDER BY n DESC, 1",
        "SELECT eventName, count(*) AS n FROM calls WHERE arn IN (SELECT arn FROM calls WHERE errorCode = 'AccessDenied')"
        " AND readOnly = false GROUP BY eventName ORDER BY n DESC, eventName"),
}


def odd_records():
    """Events that made-up histories have not."""
    base = {"eventVersion": "1.08", "eventSource": "odd.amazonaws.com", "awsRegion": "eu-odd-1", "recipientAccountId": "1" * 12}
    yield {**base, "eventTime": "2025-01-30T16:00:00Z", "eventName": "Bare", "eventID": "odd-1"}
    yield {**base, "eventTime": "no time", "eventName": "Undated", "eventID": "odd-2", "readOnly": True}
    yield {**base, "eventTime": "2025-01-30T16:00:00.123456Z", "eventName": "Fraction", "eventID": "odd-3", "errorCode": ""}
    for n in range(40):
        yield {
            **base, "eventTime": f"2025-01-30T17:{n:02}:59Z", "eventName": "UpdateService" if n % 2 else "Überprüfen",
            "eventID": f"odd-{n + 10}", "awsRegion": f"eu-odd-{n % 3}", "readOnly": n % 5 == 0,
            "userIdentity": {"type": ["IAMUser", "Rôle"][n % 2], "arn": f"arn:aws:iam::1:user/{['Zoë', 'ann', '日本'][n % 3]}"},
            "requestParameters": {"price": n * 1.25, "cluster": f"c\"{n}\\ü", "tags": [{"key": ["標籤", "a"][n % 2], "value": None}]},
            **({"errorCode": "AccessDenied"} if n % 7 == 0 else {}),
        }


def write_odd(folder):
    """Two objects, since the same event may be delivered twice."""
    every = list(odd_records())
    for name, records in (("odd-a.json", every), ("odd-b.json", every[:20])):
        (folder / name).write_text(json.dumps({"Records": records}, ensure_ascii=False))


def make(binary, root):
    """An archive of a made-up history and of what such histories have not."""
    import cairn

    subprocess.run([binary, "synth", "--events", "3000", "--out", str(root / "logs")], check=True, capture_output=True)
    write_odd(root / "logs")
    cairn.compact(root / "logs", root / "archive", progress=False)
    return root / "archive"


def answers(binary, path):
    """What the command says, by question."""
    for name, (ours, theirs) in QUESTIONS.items():
        done = subprocess.run([binary, "query", str(path), ours, "--output", "jsonl", "--quiet"], capture_output=True, text=True, check=True)
        yield name, theirs, [list(parsed(line).values()) for line in done.stdout.splitlines()]


def _aware(value):
    return value.replace(tzinfo=datetime.timezone.utc) if isinstance(value, datetime.datetime) and not value.tzinfo else value


def difference(expected, rows):
    """The first row that is not as it should be, or None."""
    rows = [[_aware(value) for value in row] for row in rows]
    for place in range(max(len(rows), len(expected))):
        row, other = (every[place] if place < len(every) else None for every in (rows, expected))
        if row is None or other is None or len(row) != len(other) or not all(map(same, row, other)):
            return f"row {place} of {len(rows)}, {len(expected)} expected: {row}, not {other}"
    return None


# The table `calls` in each engine


def duckdb_calls(connection, source, columns=COLUMNS):
    """`source` is a table expression of DuckDB."""
    def expression(path):
        if isinstance(path, tuple):
            return f"json_extract_string({path[0]}, '{path[1]}')"
        return f'make_timestamp(epoch_us("{path}"))' if path == "eventTime" else f'"{path}"'

    connection.execute(
        "CREATE OR REPLACE TEMP TABLE calls AS SELECT "
        + ", ".join(f'{expression(path)} AS "{name}"' for name, path in columns.items()) + f" FROM {source}")


def polars_calls(frame, columns=COLUMNS):
    import polars

    def expression(name, path):
        if isinstance(path, tuple):
            return polars.col(path[0]).str.json_path_match(path[1]).alias(name)
        column = polars.col(path).alias(name)
        return column.dt.replace_time_zone(None) if path == "eventTime" else column

    return polars.SQLContext(calls=frame.lazy().select(expression(name, path) for name, path in columns.items()))


def spark_calls(frame, columns=COLUMNS):
    from pyspark.sql import functions

    def expression(path):
        return functions.get_json_object(*path) if isinstance(path, tuple) else functions.col(f"`{path}`")

    frame.select(*(expression(path).alias(name) for name, path in columns.items())).createOrReplaceTempView("calls")

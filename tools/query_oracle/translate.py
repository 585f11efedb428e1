"""Athena's and CloudTrail Lake's SQL as DuckDB's, for the queries of the suite that need no hand.

Not a translator for SQL at large: it rewrites the spellings that the suite uses, and DuckDB refuses what is left.
"""
import re

NOW = "TIMESTAMP '2026-01-01 00:00:00'"
VIRTUAL = {"accountid": "account", "account_partition": "account", "region_partition": "region",
           "date_partition": "date", "timestamp": "date"}


def translate(sql, nested, names):
    """The query for DuckDB; `nested` are the JSON columns, `names` the spellings of keys by lower case."""
    columns = {name.lower(): name for name in nested}

    def chain(base, steps):
        """Steps below a JSON column as one JSONPath."""
        path = "$"
        for name, key, index in re.findall(r"\.\"?([\w-]+)\"?|\['([^']+)'\]|\[(\d+)\]", steps):
            if index:
                path += f"[{int(index) - 1}]"
            else:
                path += f'."{key or names.get(name.lower(), name)}"'
        return f"({base}->>'{path}')"

    def spelled(match):
        return columns[match.group(0).lower()]

    sql = re.sub(r"\$EDS_ID|<event_data_store_id>|\"[\w]+\"\.\"[\w]+\"|(?<=FROM )[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
                 r"|\bcloudtrail_logs\b|\baws_cloudtrail_log\b", "events", sql)
    sql = re.sub(r"SELECT \* FROM events", "SELECT * FROM star", sql)
    sql = re.sub(r"\bnow\(\)", NOW, sql)
    names_of_columns = "|".join(sorted(columns, key=len, reverse=True))
    column = rf"(?:\b[a-z]\.)?\b(?:{names_of_columns})\b"
    flags = re.IGNORECASE
    sql = re.sub(rf"\b(?:{names_of_columns})\b", spelled, sql, flags=flags)
    sql = re.sub(rf"json_extract_scalar\(({column}), '\$((?:\.\w+|\[\d+\])+)'\)", json_path(chain), sql, flags=flags)
    sql = re.sub(r"json_extract_scalar\(eventJson, '(\$[\w.]+)'\)", r"(raw->>'\1')", sql)
    sql = re.sub(rf"element_at\(({column}), '([\w-]+)'\)", lambda m: f"({m[1]}->>'$.\"{m[2]}\"')", sql, flags=flags)
    sql = re.sub(rf"({column})((?:\.\"?[\w-]+\"?|\['[^']+'\]|\[\d+\])+)", lambda m: chain(m[1], m[2]), sql, flags=flags)
    sql = re.sub(r"from_iso8601_timestamp\((\w+)\)", r"CAST(\1 AS TIMESTAMP)", sql, flags=flags)
    sql = re.sub(r"\beventTime ([<>=]+) ('\d{4}-\d\d-\d\d \d\d:\d\d:\d\d')", r"CAST(eventTime AS TIMESTAMP) \1 TIMESTAMP \2",
                 sql, flags=flags)
    sql = re.sub(r"\b(accountid|account_partition|region_partition|date_partition|timestamp)\b(?! ')(?!\))",
                 lambda m: VIRTUAL.get(m[1], m[1]) if m[1].islower() else m[1], sql)
    sql = sql.replace("regexp_like(", "regexp_matches(").replace("date_format(", "strftime(")
    sql = re.sub(r"\bsplit\(", "string_split(", sql)
    sql = re.sub(r"\beventJson\b", "raw", sql)
    return sql


def json_path(chain):
    """JSONPath counts from 0, `chain` takes steps that count from 1."""
    def rewrite(match):
        steps = re.sub(r"\[(\d+)\]", lambda index: f"[{int(index[1]) + 1}]", match[2])
        return chain(match[1], steps)
    return rewrite

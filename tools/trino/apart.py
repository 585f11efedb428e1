"""Which cases say nothing about Cairn: types and statements that it is not meant to have, tables of Trino's tests."""
import json
import re

RULES = [
    ("type char", r"\bchar\s*\(|\bas char\b"),
    ("type time", r"\btime\s*'|\bas time\b|\bcurrent_time\b|\blocaltime\b|\btime\s*\(\d+\)"),
    ("type uuid", r"\buuid\b"),
    ("type number", r"\bnumber\b\s*('|\b\))|\bas number\b"),
    ("type variant", r"\bvariant\b"),
    ("IP types", r"\bipaddress\b|\bipprefix\b|\bip_prefix\b"),
    ("geometry", r"\bst_\w+|geometry|spheric"),
    ("sketches", r"hyperloglog|qdigest|tdigest|setdigest|_digest|make_set_digest|approx_set|empty_approx_set|tdigest_agg"),
    ("row patterns", r"match_recognize|\bmeasures\b"),
    ("color", r"\bcolor\b|\brgb\(|\brender\(|\bbar\("),
    ("Trino's own", r"\bsession\s*\(|\bwith session\b|current_(catalog|schema|path|user)|\bfail\s*\(|\$internal|\$operator|\$literal|custom_|json_2016|\bapply\(|\bvar_args_sum\b|\btest_\w+\(|\bgeneric_\w+\(|\bnull_function\b|\bidentity\w*\(|\bcreate function\b|with function"),
    ("statements", r"^\s*(create|insert|drop|show|describe|explain|prepare|execute|set|reset|use|alter|update|delete|merge|call|grant|revoke|deny|deallocate|start|commit|rollback|comment|analyze|truncate|refresh)\b"),
    ("inline functions", r"^\s*with\s+function\b"),
]
COMPILED = [(name, re.compile(rule, re.I)) for name, rule in RULES]
NOT_TABLES = {"unnest", "lateral", "table", "json_table", "values", "select", "distinct"}


def tables(sql):
    """Names after FROM and JOIN that no WITH of the statement defines."""
    plain = re.sub(r"'(?:[^']|'')*'", "''", sql)
    plain = re.sub(r"\b(distinct|extract\s*\([^()]*|trim\s*\([^()]*|substring\s*\([^()]*)\s+from\b", " ", plain, flags=re.I)
    defined = {name.lower() for name in re.findall(r"(?:\bwith(?:\s+recursive)?|,)\s*\"?(\w+)\"?\s*(?:\([^()]*\))?\s+as\s*\(", plain, re.I)}
    found = set()
    for match in re.finditer(r"\b(?:from|join|,)\s+((?:\"[^\"]*\"|[\w$]+)(?:\.(?:\"[^\"]*\"|[\w$]+))*)(\s*\()?", plain, re.I):
        if match.group(0)[0] == ",":
            continue
        name = match.group(1).strip('"').lower()
        if match.group(2) or name in NOT_TABLES or name in defined:
            continue
        found.add(name)
    return found


def reason(case):
    """Why a case is left out, or None."""
    expected = json.dumps(case.expected)
    for name, rule in COMPILED:
        if rule.search(case.sql) or (case.type and rule.search(case.type)):
            return name
    if "number" in expected and '{"number"' in expected:
        return "type number"
    if "Pacific/Apia" in expected and "Apia" not in case.sql:
        return "session"
    if re.search(r"to_unixtime\((localtimestamp|timestamp '[\d\-:. ]*')", case.sql, re.I):
        # The session's zone says which point that is.
        return "session"
    if case.kind in ("query",) and tables(case.sql):
        return "tables of Trino's tests"
    return None

"""Which wrong answers "Differences from Trino" of docs/semantics.md names: a phrase of the row, and the cases.

A rule looks at the place, the SQL and what is expected, with tabs between them.
"""
import os
import re

RULES = [
    ("numbers have no declared types", r"typeof"),
    ("a number of JSON keeps its spelling", r"json_array_contains|^(TestJsonOperators|TestArrayOperators|TestMapOperators):.*(?i:cast\(a as ).*JSON '"),
    ("JSON's null is NULL", r"^TestJsonOperators:.*(JSON 'null'|\"p_3\":null)"),
    ("a real has as many digits", r"REAL '12345678.9e0'"),
    ("a timestamp without a zone, and one in UTC", r"^TestFormatFunction.*UTC'"),
    ("a minus or more digits before a year", r"^TestDate:.*cast\(a as date\)|'2001-1-22 (\+07:09|Asia/Oral)' AS timestamp"),
    ("writes the zone's name", r"%1\$tc.*New_York"),
    ("leaves out NULL in the place of an array", r"concat_ws"),
    ("read offsets, no names of zones", r"parse_datetime\(.*Asia/Oral"),
    ("a text is read as JSON", r"json_extract_scalar\(e, '\$'\)"),
    ("the double nearest to the point", r"to_unixtime"),
    ("knows no intervals as keys", r"^TestWindowFrameRange"),
    ("names inside window functions", r"ORDER BY (row_number|count|lead|first_value|array_agg)\(|ORDER BY a\+b"),
    ("statements may be of any length", r"Query text length"),
    ("names of windows ignore case", r"WINDOW \"w\""),
    ("members of `JSON_OBJECT` stand as they are written", r"^TestJson(Array|Object|Query)Function:"),
    ("may differ in the last digits", r"cosine_|_cdf\(|_pdf\(|corr\("),
    ("keep the query's rows once", r"(RIGHT|FULL) JOIN LATERAL"),
    ("without a path reads the key spelled as its name", r"^TestJsonTable:.*COLUMNS\( ?a integer, \"b\""),
]


def differences(root):
    """The text of the section, or None where the document is not there."""
    path = os.path.join(root, "docs", "semantics.md")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return file.read().partition("## Differences from Trino")[2].partition("\n## ")[0]


def listed(place, sql, expected):
    """The phrase of the row that says why an answer differs, or None."""
    text = f"{place}\t{sql}\t{expected}"
    return next((phrase for phrase, rule in RULES if re.search(rule, text)), None)


def missing(section):
    """Phrases that the section does not have."""
    return [phrase for phrase, _ in RULES if phrase not in section]

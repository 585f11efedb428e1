"""Whether an outcome is what Trino's test expects."""
import json
import re
from decimal import Decimal, InvalidOperation

from engine import Members, Number, parse
from java_syntax import Float32
from java_text import float_text

# Verdicts, from good to bad.
RIGHT, FORM, NO_NUMBER, WRONG, UNSUPPORTED, LAX, LAX_NULL = (
    "right", "form", "no number", "wrong", "unsupported", "lax", "lax null")


def decimal(text):
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def timestamp(text):
    """Without what is a matter of precision: zeros at the end of the fraction, the zone UTC."""
    if not isinstance(text, str):
        return text
    clock, space, zone = text, "", ""
    parts = text.split(" ")
    if len(parts) > 2:
        clock, space, zone = " ".join(parts[:2]), " ", " ".join(parts[2:])
    if "." in clock:
        clock = clock.rstrip("0").rstrip(".")
    return clock if zone in ("", "UTC") else clock + space + zone


def same_time(actual, expected):
    """Whether two texts are one time but for zeros at the end of the fraction and the mark of UTC."""
    if not re.match(r"-?\d{4,}-\d\d-\d\d[T ]", expected):
        return False

    def plain(text):
        match = re.match(r"(.*:\d\d)(\.\d+)?(Z|\[UTC\])?(.*)$", text)
        if not match:
            return text
        return match[1] + (match[2] or "").rstrip("0").rstrip(".") + match[4]

    return plain(actual.replace("T", " ")) == plain(expected.replace("T", " "))


def worst(verdicts):
    order = [RIGHT, FORM, NO_NUMBER, WRONG]
    return max(verdicts, key=order.index, default=RIGHT)


def compare(actual, expected, kind):
    """A value that we gave with one that a test expects; kind is Trino's type, where it is known."""
    if expected is None:
        return RIGHT if actual is None else WRONG
    if isinstance(expected, bool):
        return RIGHT if actual is expected else WRONG
    if isinstance(expected, int):
        return RIGHT if isinstance(actual, Number) and actual == str(expected) else WRONG
    if isinstance(expected, str):
        if actual is None and expected in ("NaN", "Infinity", "-Infinity"):
            return NO_NUMBER
        if kind == "json":
            return compare_json(actual, expected)
        if kind and "timestamp" in kind:
            return RIGHT if timestamp(actual) == timestamp(expected) else WRONG
        if type(actual) is not str:
            return WRONG
        return RIGHT if actual == expected else FORM if same_time(actual, expected) else WRONG
    if isinstance(expected, list):
        return compare_list(actual, expected, kind)
    (form, text), = expected.items()
    if form == "map":
        return compare_map(actual, text, kind)
    return compare_tagged(actual, form, text)


def compare_tagged(actual, form, text):
    if form in ("double", "real"):
        value = Float32(text) if form == "real" else float(text)
        if value != value or value in (float("inf"), float("-inf")):
            return NO_NUMBER if actual is None else WRONG
        if not isinstance(actual, Number):
            return WRONG
        if actual == float_text(value):
            return RIGHT
        return FORM if decimal(actual) == decimal(float_text(value)) and "." not in actual else WRONG
    if form == "decimal":
        if not isinstance(actual, Number) or decimal(actual) != decimal(text):
            return WRONG
        return RIGHT if actual == text.lstrip("0") or f"{decimal(text):f}" == actual else FORM
    if form in ("timestamp", "zoned"):
        return RIGHT if timestamp(actual) == timestamp(text) else WRONG
    if form == "bytes":
        # In base 16 where the whole value is asked for, as text inside of others.
        texts = (actual.lower(), actual.encode().hex()) if type(actual) is str else ()
        return RIGHT if text in texts else WRONG
    return RIGHT if actual == text else WRONG


def inside(kind, prefix):
    return kind[len(prefix) + 1 : -1] if kind and kind.startswith(prefix + "(") else None


def parts(kinds):
    """The types between commas, without the names of fields."""
    result, depth = [""], 0
    for letter in kinds or "":
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            result.append("")
        else:
            result[-1] += letter
    return [re.sub(r"^\w+ (?!with )", "", part) for part in result]


def compare_list(actual, expected, kind):
    """An array or a row, the latter an object where its fields have names."""
    if isinstance(actual, Members):
        actual = [value for _, value in actual]
    if not isinstance(actual, list) or len(actual) != len(expected):
        return WRONG
    kinds = parts(inside(kind, "row"))
    if len(kinds) != len(expected):
        kinds = [inside(kind, "array")] * len(expected)
    return worst([compare(a, e, k) for a, e, k in zip(actual, expected, kinds)])


def key_texts(key):
    if isinstance(key, bool):
        return {"true" if key else "false"}
    if isinstance(key, dict):
        (form, text), = key.items()
        if form in ("double", "real"):
            java = float_text(Float32(text) if form == "real" else float(text))
            return {java, scientific(text)}
        return {text, timestamp(text)} if isinstance(text, str) else {json.dumps(text)}
    return {str(key)}


def scientific(text):
    value = Decimal(repr(float(text)))
    digits, exponent = f"{value.normalize():E}".split("E")
    return f"{digits if '.' in digits else digits + '.0'}E{int(exponent)}"


def compare_map(actual, pairs, kind):
    if not isinstance(actual, Members) or len(actual) != len(pairs):
        return WRONG
    kinds = parts(inside(kind, "map"))
    value_kind = kinds[1] if len(kinds) == 2 else None
    verdicts = []
    for key, value in pairs:
        if isinstance(key, list):
            found = [v for k, v in actual if parse_or_none(k) is not None and compare(parse_or_none(k), key, None) != WRONG]
        else:
            texts = key_texts(key)
            found = [v for k, v in actual if k in texts or timestamp(k) in texts]
            if not found and isinstance(key, dict) and "decimal" in key:
                found = [v for k, v in actual if decimal(k) == decimal(key["decimal"])]
                verdicts.append(FORM)
        verdicts.append(compare(found[0], value, value_kind) if found else WRONG)
    return worst(verdicts)


def parse_or_none(text):
    try:
        return parse(text)
    except ValueError:
        return None


def compare_json(actual, expected):
    """JSON's values as values: the text of a JSON value is not what we print."""
    value = parse_or_none(expected)
    if value is None:
        return RIGHT if actual is None or actual == expected else WRONG
    return RIGHT if same_json(actual, value) else WRONG


def same_json(actual, value):
    if isinstance(value, Number):
        return isinstance(actual, Number) and decimal(actual) == decimal(value)
    if isinstance(value, Members):
        if not isinstance(actual, Members) or len(actual) != len(value):
            return False
        # Trino sorts members by key.
        pairs = zip(sorted(actual, key=lambda p: p[0]), sorted(value, key=lambda p: p[0]))
        return all(a[0] == b[0] and same_json(a[1], b[1]) for a, b in pairs)
    if isinstance(value, list):
        return type(actual) is list and len(actual) == len(value) and all(map(same_json, actual, value))
    return type(actual) is type(value) and actual == value


def compare_same(actual, other):
    """Two values that we gave ourselves, the second for what Trino's test says the first is."""
    if isinstance(actual, Number) and isinstance(other, Number):
        if actual == other:
            return RIGHT
        if decimal(actual) != decimal(other):
            return WRONG
        return FORM if ("E" in actual) == ("E" in other) else WRONG
    if isinstance(actual, Members) and isinstance(other, Members):
        if len(actual) != len(other):
            return WRONG
        if [k for k, _ in actual] != [k for k, _ in other]:
            actual, other = sorted(actual, key=lambda p: p[0]), sorted(other, key=lambda p: p[0])
            if [k for k, _ in actual] != [k for k, _ in other]:
                return WRONG
        return worst([compare_same(a[1], b[1]) for a, b in zip(actual, other)])
    if isinstance(actual, list) and isinstance(other, list):
        # The fields of a row have names on one side only.
        actual = [v for _, v in actual] if isinstance(actual, Members) else actual
        other = [v for _, v in other] if isinstance(other, Members) else other
        if len(actual) != len(other):
            return WRONG
        return worst([compare_same(a, b) for a, b in zip(actual, other)])
    if type(actual) is str and type(other) is str:
        return RIGHT if actual == other or timestamp(actual) == timestamp(other) else WRONG
    return RIGHT if type(actual) is type(other) and actual == other else WRONG


def compare_rows(rows, others, ordered):
    if len(rows) != len(others):
        return WRONG
    if ordered:
        return worst([compare_same(a, b) for a, b in zip(rows, others)])
    rest, verdicts = list(others), []
    for row in rows:
        found = [(compare_same(row, other), index) for index, other in enumerate(rest)]
        good = [(v, i) for v, i in found if v != WRONG]
        if not good:
            return WRONG
        verdict, index = min(good, key=lambda g: [RIGHT, FORM, NO_NUMBER].index(g[0]))
        rest.pop(index)
        verdicts.append(verdict)
    return worst(verdicts)


def judge(case, outcome, other):
    """The verdict, and what to show of it."""
    sort, *rest = case["expected"]
    if sort == "refused":
        if outcome.error:
            return ("wrong", outcome.error) if "CRASH" in outcome.error else (RIGHT, "")
        if all(value is None for row in outcome.rows for value in row):
            return LAX_NULL, "NULL"
        return LAX, json.dumps(outcome.rows[:3])
    if outcome.error:
        return ("wrong" if "CRASH" in outcome.error or "no JSON" in outcome.error else UNSUPPORTED), outcome.error
    shown = json.dumps(outcome.rows[:5], ensure_ascii=False)
    if sort != "empty" and NO_NUMBERS.search(case["sql"]) and outcome.rows:
        verdict, shown = decide(case, outcome, other, shown)
        return (NO_NUMBER if verdict == WRONG else verdict), shown
    return decide(case, outcome, other, shown)


NO_NUMBERS = re.compile(r"\bnan\b|infinity", re.I)


def as_numbers(rows):
    return [[Number(int(v)) if isinstance(v, bool) else v for v in row] for row in rows]


def decide(case, outcome, other, shown):
    sort, *rest = case["expected"]
    if sort == "empty":
        return (RIGHT if not outcome.rows else WRONG), shown
    if sort in ("same", "rows"):
        if other.error:
            return UNSUPPORTED, other.error
        verdict = compare_rows(outcome.rows, other.rows, case["ordered"])
        if verdict == WRONG and case["file"].startswith("testing/"):
            # H2, which those tests compare with, has 1 for TRUE.
            verdict = compare_rows(as_numbers(outcome.rows), as_numbers(other.rows), case["ordered"])
        return verdict, shown + "  expected " + json.dumps(other.rows[:5], ensure_ascii=False)
    if len(outcome.rows) != 1 or len(outcome.rows[0]) != 1:
        return WRONG, shown
    return compare(outcome.rows[0][0], rest[0], case["type"]), shown

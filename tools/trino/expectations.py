"""What a test asserts about an SQL statement: the cases."""
import collections
import datetime
import decimal

from java_machine import Lambda, Reference
from java_operations import UNKNOWN
from java_syntax import Float32
from java_text import decimal_text

# A value that JSON has no form for: date, timestamp, zoned, interval, decimal, bytes, real.
Tagged = collections.namedtuple("Tagged", "kind text")
JavaType = collections.namedtuple("JavaType", "text")

OPERATORS = {
    "ADD": "({0}) + ({1})", "SUBTRACT": "({0}) - ({1})", "MULTIPLY": "({0}) * ({1})", "DIVIDE": "({0}) / ({1})",
    "MODULUS": "({0}) % ({1})", "NEGATION": "-({0})", "EQUAL": "({0}) = ({1})", "LESS_THAN": "({0}) < ({1})",
    "LESS_THAN_OR_EQUAL": "({0}) <= ({1})", "IDENTICAL": "({0}) IS NOT DISTINCT FROM ({1})",
    "SUBSCRIPT": "({0})[{1}]",
}


class Case:
    """A statement and what Trino says of it."""

    def __init__(self, file, line, sql, kind):
        self.file, self.line, self.sql, self.kind = file, line, sql, kind
        self.expected = None  # ["value", v], ["same", sql], ["rows", sql], ["empty"], ["refused", code, message]
        self.type, self.ordered, self.apart = None, False, None

    def as_json(self):
        return {
            "file": self.file, "line": self.line, "kind": self.kind, "sql": self.sql, "expected": self.expected,
            "type": self.type, "ordered": self.ordered, "apart": self.apart,
        }


class Provider:
    """A statement that a test is about to assert something of."""

    def __init__(self, form, text, arguments=(), line=0):
        self.form, self.text, self.arguments, self.line = form, text, list(arguments), line
        self.bindings, self.has_session = [], False

    @property
    def sql(self):
        if self.form == "query":
            return self.text
        if self.form == "operator":
            return "SELECT " + OPERATORS[self.text].format(*self.arguments)
        if self.form == "function":
            return f"SELECT {self.text}({', '.join(self.arguments)})"
        if not self.bindings:
            return f"SELECT {self.text}"
        columns = ", ".join(f"{value} AS {name}" for name, value in self.bindings)
        return f"SELECT {self.text} FROM (SELECT {columns}) t"

    @property
    def kind(self):
        return self.text if self.form in ("function", "operator") else self.form

    @property
    def is_known(self):
        parts = [self.text, *self.arguments, *[part for pair in self.bindings for part in pair]]
        if self.form == "operator" and (self.text not in OPERATORS or "{1}" in OPERATORS[self.text] and len(self.arguments) != 2):
            return False
        return all(isinstance(part, str) for part in parts)


def expectation(value):
    """A value in JSON's terms, kinds that JSON lacks as {"kind": text}; raises ValueError where it is not known."""
    if value is None or isinstance(value, (bool, str)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return {"real" if isinstance(value, Float32) else "double": repr(float(value))}
    if isinstance(value, decimal.Decimal):
        return {"decimal": decimal_text(value)}
    if isinstance(value, Tagged):
        return {value.kind: value.text}
    if isinstance(value, JavaType):
        raise ValueError("type")
    if isinstance(value, (list, tuple)):
        return [expectation(item) for item in value]
    if isinstance(value, dict):
        return {"map": [[expectation(k), expectation(v)] for k, v in value.items()]}
    raise ValueError(type(value).__name__)


class Assertion:
    """What follows assertThat(statement)."""

    def __init__(self, library, provider):
        self.library, self.provider = library, provider
        self.case, self.type, self.ordered = None, None, False

    def record(self, expected, line):
        case = self.library.record(self.provider, expected, line)
        if case:
            case.type, case.ordered = self.type, self.ordered
            self.case = case
        return self

    def method(self, name, arguments, line):
        rule = getattr(self, "on_" + name, None)
        if rule:
            return rule(arguments, line)
        if name in ("isInstanceOf", "isNotNull", "isNotEqualTo", "satisfies", "hasCorrectResultsRegardlessOfPushdown",
                    "isFullyPushedDown", "containsAll", "hasSize", "isGreaterThan", "isLessThan", "isCloseTo"):
            self.library.unread("assertion " + name)
        return self

    def on_isEqualTo(self, arguments, line):
        try:
            return self.record(["value", expectation(arguments[0])], line)
        except ValueError as error:
            self.library.unread(f"value {error}")
            return self

    def on_isTrue(self, arguments, line):
        return self.record(["value", True], line)

    def on_isFalse(self, arguments, line):
        return self.record(["value", False], line)

    def on_isNull(self, arguments, line):
        if arguments and isinstance(arguments[0], JavaType):
            self.type = arguments[0].text
        return self.record(["value", None], line)

    def on_matches(self, arguments, line):
        if not isinstance(arguments[-1], str):
            self.library.unread("matches a plan or materialized rows")
            return self
        is_query = self.provider.form == "query"
        return self.record(["rows" if is_query else "same", arguments[-1]], line)

    def on_returnsEmptyResult(self, arguments, line):
        return self.record(["empty"], line)

    on_isEmpty = on_returnsEmptyResult

    def on_hasType(self, arguments, line):
        if isinstance(arguments[-1], JavaType):
            self.type = arguments[-1].text
            if self.case:
                self.case.type = self.type
        return self

    def on_ordered(self, arguments, line):
        self.ordered = True
        return self

    def on_failure(self, arguments, line):
        return Refusal(self.library, self.provider, line)

    on_nonTrinoExceptionFailure = on_failure


class Refusal:
    """What follows assertTrinoExceptionThrownBy(statement::evaluate)."""

    def __init__(self, library, provider, line):
        self.case = library.record(provider, ["refused", None, None], line)

    def method(self, name, arguments, line):
        if self.case and arguments:
            value = arguments[0]
            if name in ("hasErrorCode", "hasSqlState"):
                self.case.expected[1] = getattr(value, "name", None)
            elif name.startswith("hasMessage") and isinstance(value, str):
                self.case.expected[2] = value
        return self


class Assertions:
    """The vocabulary of Trino's test assertions."""

    own = {
        "assertThat", "assertTrinoExceptionThrownBy", "assertThatThrownBy", "query", "assertQuery", "assertQueryOrdered",
        "assertQueryFails", "assertQueryReturnsEmptyResult", "assertAggregation", "computeScalar", "assertFunction",
        "assertAggregationFails",
    }

    def provider(self, form, arguments, line):
        text = arguments[0] if arguments else UNKNOWN
        if form == "query":
            text = next((a for a in arguments if isinstance(a, str)), UNKNOWN)
            result = Provider(form, text, (), line)
            result.has_session = len(arguments) > 1
            return result
        if form == "expression":
            result = Provider(form, text, (), line)
            result.has_session = len(arguments) > 1
            return result
        if form == "operator":
            text = getattr(text, "name", UNKNOWN)
        rest = arguments[1:]
        if len(rest) == 1 and isinstance(rest[0], (list, tuple)):
            rest = rest[0]
        return Provider(form, text, rest, line)

    def record(self, provider, expected, line):
        if not isinstance(provider, Provider) or not provider.is_known:
            self.unread("statement not known")
            return None
        case = Case(self.file, line or provider.line, provider.sql, provider.kind)
        case.expected = expected
        if provider.has_session:
            case.apart = "session"
        self.found(case)
        return case

    # assertThat and its kin

    def call_assertThat(self, arguments, line):
        target = arguments[0] if arguments else UNKNOWN
        return Assertion(self, target) if isinstance(target, Provider) else UNKNOWN

    def call_assertTrinoExceptionThrownBy(self, arguments, line):
        target = arguments[0] if arguments else UNKNOWN
        if isinstance(target, Reference):
            target = target.target
        elif isinstance(target, Lambda):
            target = self.machine.apply(target, [])
        if isinstance(target, Assertion):
            target = target.provider
        if not isinstance(target, Provider):
            self.unread("refusal of what is not known")
            return UNKNOWN
        return Refusal(self, target, line)

    call_assertThatThrownBy = call_assertTrinoExceptionThrownBy

    def call_query(self, arguments, line):
        return self.provider("query", arguments, line)

    def call_computeScalar(self, arguments, line):
        return self.provider("query", arguments, line)

    def call_assertFunction(self, arguments, line):
        if len(arguments) == 3:
            assertion = Assertion(self, self.provider("expression", arguments[:1], line))
            assertion.method("hasType", arguments[1:2], line)
            return assertion.method("isEqualTo", arguments[2:], line)
        return UNKNOWN

    def call_assertQuery(self, arguments, line, ordered=False):
        texts = [a for a in arguments if isinstance(a, str)]
        if len(texts) < 2:
            self.unread("query whose answer H2 computes")
            return UNKNOWN
        case = self.record(self.provider("query", texts[:1], line), ["rows", texts[1]], line)
        if case:
            case.ordered = ordered
            if not isinstance(arguments[0], str):
                case.apart = "session"
        return UNKNOWN

    def call_assertQueryOrdered(self, arguments, line):
        return self.call_assertQuery(arguments, line, ordered=True)

    def call_assertQueryFails(self, arguments, line):
        texts = [a for a in arguments if isinstance(a, str)]
        if len(texts) == 2:
            self.record(self.provider("query", texts[:1], line), ["refused", None, texts[1]], line)
        return UNKNOWN

    def call_assertQueryReturnsEmptyResult(self, arguments, line):
        texts = [a for a in arguments if isinstance(a, str)]
        self.record(self.provider("query", texts[:1], line), ["empty"], line)
        return UNKNOWN

    def call_assertAggregation(self, arguments, line, refused=False):
        """assertAggregation(functions, name, types, expected, blocks…): a statement over VALUES."""
        if len(arguments) < 4 or not isinstance(arguments[1], str) or not isinstance(arguments[2], list):
            self.unread("aggregation not known")
            return UNKNOWN
        types, rest = arguments[2], arguments[3:]
        expected = None if refused else rest.pop(0)
        blocks = rest[0] if len(rest) == 1 and isinstance(rest[0], list) and rest[0] and isinstance(rest[0][0], list) else rest
        if len(blocks) != len(types) or not all(isinstance(b, list) for b in blocks):
            self.unread("aggregation of blocks that are not known")
            return UNKNOWN
        try:
            rows = [
                "(" + ", ".join(literal(v, t) for v, t in zip(row, types)) + ")" for row in zip(*blocks)
            ]
            value = expectation(expected)
        except ValueError as error:
            self.unread(f"aggregation of {error}")
            return UNKNOWN
        columns = ", ".join(f"c{index}" for index in range(len(types)))
        source = f"(VALUES {', '.join(rows)}) t({columns})"
        if not rows or not types:
            source = f"(SELECT * FROM (VALUES ({', '.join('CAST(NULL AS ' + t.text + ')' for t in types) or '1'})) t({columns or 'c'}) WHERE false) t"
        provider = Provider("query", f"SELECT {arguments[1]}({columns or '*'}) FROM {source}", (), line)
        case = self.record(provider, ["refused", None, None] if refused else ["value", value], line)
        if case:
            case.kind = arguments[1]
        return UNKNOWN

    def call_assertAggregationFails(self, arguments, line):
        return self.call_assertAggregation(arguments, line, refused=True)


def literal(value, kind):
    """An SQL literal of a type."""
    if not isinstance(kind, JavaType):
        raise ValueError("type")
    if value is None:
        return f"CAST(NULL AS {kind.text})"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Tagged):
        value = value.text
    if isinstance(value, list):
        inner = JavaType(kind.text[6:-1]) if kind.text.startswith("array(") else None
        return "ARRAY[" + ", ".join(literal(v, inner) for v in value) + "]"
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return f"CAST('{'NaN' if value != value else 'Infinity' if value > 0 else '-Infinity'}' AS {kind.text})"
        return f"CAST({float(value)!r}e0 AS {kind.text})" if "e" not in repr(float(value)) else f"CAST({float(value)!r} AS {kind.text})"
    if isinstance(value, int):
        if kind.text == "date":
            return f"DATE '{datetime.date(1970, 1, 1) + datetime.timedelta(days=int(value))}'"
        return f"CAST({int(value)} AS {kind.text})"
    if isinstance(value, (str, decimal.Decimal)):
        text = str(value).replace("'", "''")
        return f"CAST('{text}' AS {kind.text})"
    raise ValueError(type(value).__name__)

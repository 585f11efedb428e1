"""What the tests use of Java's, Guava's and Trino's libraries."""
import decimal
import math
from decimal import Decimal

from expectations import Assertion, Assertions, JavaType, Provider, Refusal, Tagged
from java_machine import Reference, Symbol, Thrown
from java_operations import UNKNOWN, JavaArray, as_float32, wrapped
from java_syntax import Char, Float32, Long
from java_text import float_text, java_format, java_text
from trino_values import CONSTRUCTORS, VALUE_FUNCTIONS

TYPES = {
    name: JavaType(name.lower())
    for name in (
        "BIGINT INTEGER SMALLINT TINYINT DOUBLE REAL BOOLEAN VARCHAR VARBINARY DATE JSON UNKNOWN IPADDRESS IPPREFIX UUID"
        " NUMBER VARIANT HYPER_LOG_LOG COLOR TDIGEST CODE_POINTS LIKE_PATTERN"
    ).split()
}
for _digits, _name in ((0, "SECONDS"), (3, "MILLIS"), (6, "MICROS"), (9, "NANOS"), (12, "PICOS")):
    TYPES[f"TIMESTAMP_{_name}"] = JavaType(f"timestamp({_digits})")
    TYPES[f"TIMESTAMP_TZ_{_name}"] = JavaType(f"timestamp({_digits}) with time zone")
    TYPES[f"TIME_{_name}"] = JavaType(f"time({_digits})")
    TYPES[f"TIME_TZ_{_name}"] = JavaType(f"time({_digits}) with time zone")
TYPES["INTERVAL_DAY_TIME"] = JavaType("interval day to second")
TYPES["INTERVAL_YEAR_MONTH"] = JavaType("interval year to month")
TYPES["IPADDRESS"] = JavaType("ipaddress")

CONSTANTS = {
    ("Long", "MAX_VALUE"): Long(2**63 - 1), ("Long", "MIN_VALUE"): Long(-(2**63)),
    ("Integer", "MAX_VALUE"): 2**31 - 1, ("Integer", "MIN_VALUE"): -(2**31),
    ("Short", "MAX_VALUE"): 2**15 - 1, ("Short", "MIN_VALUE"): -(2**15),
    ("Byte", "MAX_VALUE"): 127, ("Byte", "MIN_VALUE"): -128,
    ("Double", "MAX_VALUE"): 1.7976931348623157e308, ("Double", "MIN_VALUE"): 5e-324,
    ("Double", "MIN_NORMAL"): 2.2250738585072014e-308, ("Double", "NaN"): float("nan"),
    ("Double", "POSITIVE_INFINITY"): float("inf"), ("Double", "NEGATIVE_INFINITY"): float("-inf"),
    ("Float", "MAX_VALUE"): Float32(3.4028234663852886e38), ("Float", "MIN_VALUE"): Float32(1.401298464324817e-45),
    ("Float", "MIN_NORMAL"): Float32(1.1754943508222875e-38), ("Float", "NaN"): Float32("nan"),
    ("Float", "POSITIVE_INFINITY"): Float32("inf"), ("Float", "NEGATIVE_INFINITY"): Float32("-inf"),
    ("Math", "PI"): math.pi, ("Math", "E"): math.e, ("Boolean", "TRUE"): True, ("Boolean", "FALSE"): False,
    ("BigDecimal", "ZERO"): Decimal(0), ("BigDecimal", "ONE"): Decimal(1), ("BigDecimal", "TEN"): Decimal(10),
    ("BigInteger", "ZERO"): Long(0), ("BigInteger", "ONE"): Long(1), ("BigInteger", "TEN"): Long(10),
    ("Decimals", "MAX_PRECISION"): 38, ("Decimals", "MAX_SHORT_PRECISION"): 18,
    ("Slices", "EMPTY_SLICE"): Tagged("bytes", ""),
}
BARE = {
    "NaN": float("nan"), "POSITIVE_INFINITY": float("inf"), "NEGATIVE_INFINITY": float("-inf"), "PI": math.pi,
    "MAX_SHORT_PRECISION": 18, "MAX_PRECISION": 38, "EMPTY_SLICE": Tagged("bytes", ""),
    "MICROSECONDS_PER_MILLISECOND": 1000,
}


class Builder:
    """StringBuilder and Guava's builders."""

    def __init__(self, kind):
        self.kind, self.items = kind, [] if kind != "map" else {}


class Library(Assertions):
    machine = None

    def begin(self, java_class, found):
        self.file, self.found = java_class.file, found

    def unread(self, reason):
        self.machine.unread[reason] += 1

    def is_own(self, name):
        return name in self.own

    # Names and fields

    def constant(self, name):
        if name in TYPES:
            return TYPES[name]
        return BARE.get(name, Symbol(name))

    def field(self, target, name):
        if isinstance(target, Symbol):
            value = CONSTANTS.get((target.name, name))
            if value is not None:
                return value
            if name in TYPES:
                return TYPES[name]
            if name in BARE:
                return BARE[name]
            return Symbol(name)
        return UNKNOWN

    # Calls

    def function(self, name, arguments, line):
        rule = getattr(self, "call_" + name, None)
        if rule:
            return rule(arguments, line)
        return self.static(None, name, arguments)

    def method(self, target, name, arguments, line):
        if isinstance(target, Provider):
            return self.provider_method(target, name, arguments)
        if isinstance(target, (Assertion, Refusal)):
            return target.method(name, arguments, line)
        if name in ("expression", "function", "operator", "query") and (target is UNKNOWN or isinstance(target, Symbol)):
            return self.provider(name, arguments, line)
        if name in ("assertQueryReturnsEmptyResult", "assertQueryAndPlan"):
            return self.function(name.replace("AndPlan", ""), arguments, line)
        if isinstance(target, Symbol):
            if target.name == "assertions" and name == "execute":
                return self.provider("query", arguments, line)
            return self.static(target.name, name, arguments)
        if target is UNKNOWN:
            return UNKNOWN
        try:
            return self.value_method(target, name, arguments)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError, decimal.DecimalException):
            return UNKNOWN

    def provider_method(self, provider, name, arguments):
        if name == "binding" and len(arguments) == 2:
            provider.bindings.append(tuple(arguments))
        if name == "assertThat":
            return Assertion(self, provider)
        return provider

    def static(self, owner, name, arguments):
        """A function of a class of a library, or one that is imported."""
        if any(a is UNKNOWN for a in arguments) and name not in ("asList", "of", "copyOf"):
            return UNKNOWN
        for table in (STATIC, VALUE_FUNCTIONS):
            rule = table.get((owner, name)) or table.get(name)
            if rule:
                try:
                    return rule(self, *arguments)
                except (TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError):
                    return UNKNOWN
        self.unread(f"function {owner or ''}.{name}")
        return UNKNOWN

    def create(self, kind, arguments):
        if any(a is UNKNOWN for a in arguments):
            return UNKNOWN
        rule = CONSTRUCTORS.get(kind) or CREATED.get(kind)
        try:
            if rule:
                return rule(self, *arguments)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError):
            return UNKNOWN
        self.unread(f"new {kind}")
        return UNKNOWN

    def apply_reference(self, target, name, arguments):
        if isinstance(target, Symbol):
            result = self.static(target.name, name, arguments)
            if result is UNKNOWN and arguments:
                return self.method(arguments[0], name, arguments[1:], 0)
            return result
        return self.method(target, name, arguments, 0)

    # Methods of values

    def value_method(self, target, name, arguments):
        if isinstance(target, Builder):
            return self.builder_method(target, name, arguments)
        if name == "equals":
            return target == arguments[0]
        if name == "toString":
            return java_text(target) or UNKNOWN
        if isinstance(target, JavaType):
            if name in ("getDisplayName", "getTypeId", "getTypeSignature"):
                return target.text
            return UNKNOWN
        for kinds, table in METHODS:
            if isinstance(target, kinds) and name in table:
                return table[name](self, target, *arguments)
        self.unread(f"method {type(target).__name__}.{name}")
        return UNKNOWN

    def builder_method(self, target, name, arguments):
        if name in ("add", "append"):
            target.items += arguments
        elif name == "addAll":
            target.items += list(arguments[0])
        elif name in ("put",) and target.kind == "map":
            target.items[hashable(arguments[0])] = arguments[1]
        elif name.startswith("build"):
            return target.items
        elif name == "toString":
            parts = [java_text(item) for item in target.items]
            return UNKNOWN if None in parts else "".join(parts)
        elif name == "length":
            return len("".join(java_text(item) for item in target.items))
        return target

    def apply(self, function, *arguments):
        return self.machine.apply(function, list(arguments))


def hashable(value):
    return tuple(hashable(v) for v in value) if isinstance(value, list) else value


def map_of(library, *items):
    return {hashable(items[i]): items[i + 1] for i in range(0, len(items), 2)}


def list_of(library, *items):
    if len(items) == 1 and isinstance(items[0], JavaArray):
        return list(items[0])
    return list(items)


def one_list(library, *items):
    return list(items)


def big_decimal(library, value, scale=None):
    if scale is not None and isinstance(value, int):
        return Decimal(int(value)).scaleb(-scale)
    return Decimal(value) if isinstance(value, (str, int)) else Decimal(float(value))


ROUNDING = {
    "HALF_UP": decimal.ROUND_HALF_UP, "DOWN": decimal.ROUND_DOWN, "UP": decimal.ROUND_UP, "FLOOR": decimal.ROUND_FLOOR,
    "CEILING": decimal.ROUND_CEILING, "HALF_EVEN": decimal.ROUND_HALF_EVEN,
}


def set_scale(library, value, scale, mode=Symbol("HALF_UP")):
    return value.quantize(Decimal(1).scaleb(-scale), ROUNDING[mode.name])


def range_list(library, start, end):
    return list(range(start, end))


def format_text(library, pattern, *arguments):
    arguments = list(arguments)
    if len(arguments) == 1 and isinstance(arguments[0], JavaArray):
        arguments = arguments[0]
    result = java_format(pattern, arguments)
    return UNKNOWN if result is None else result


def math_function(function, count=1):
    def rule(library, *arguments):
        try:
            return float(function(*[float(a) for a in arguments]))
        except ValueError:
            # Python refuses what is an infinity or no number in Java.
            return float("-inf") if function in (math.log, math.log10) and arguments[0] == 0 else float("nan")
        except OverflowError:
            return float("inf")

    return rule


def next_double(step):
    return lambda library, x: math.nextafter(float(x), step * math.inf)


STATIC = {
    ("ImmutableList", "of"): one_list, ("List", "of"): list_of, ("ImmutableSet", "of"): one_list, ("Set", "of"): list_of,
    ("Stream", "of"): list_of, ("DoubleStream", "of"): list_of, ("LongStream", "of"): list_of, ("IntStream", "of"): list_of,
    ("Optional", "of"): lambda l, x: x, ("Optional", "empty"): lambda l: None,
    "asList": list_of, ("Arrays", "asList"): list_of, ("Arrays", "stream"): list_of, "newArrayList": list_of,
    "singletonList": one_list, "emptyList": lambda l: [], "emptyMap": lambda l: {},
    ("ImmutableList", "copyOf"): lambda l, x: list(x), ("ImmutableList", "builder"): lambda l: Builder("list"),
    ("ImmutableMap", "builder"): lambda l: Builder("map"), ("ImmutableMap", "of"): map_of, ("Map", "of"): map_of,
    "asMap": lambda l, keys, values: {hashable(k): v for k, v in zip(keys, values)},
    "singletonMap": map_of, ("Collections", "nCopies"): lambda l, n, x: [x] * n, "nCopies": lambda l, n, x: [x] * n,
    ("ObjectArrays", "concat"): lambda l, a, b, c=None: JavaArray(
        (a if isinstance(a, list) else [a]) + (b if isinstance(b, list) else [b])),
    "range": range_list, ("IntStream", "range"): range_list, ("LongStream", "range"): range_list,
    "rangeClosed": lambda l, a, b: list(range(a, b + 1)),
    ("String", "format"): format_text, "format": format_text, ("String", "valueOf"): lambda l, x: java_text(x),
    ("String", "join"): lambda l, s, *x: s.join(x[0] if len(x) == 1 and isinstance(x[0], list) else x),
    ("Integer", "toString"): lambda l, x: java_text(x), ("Long", "toString"): lambda l, x: java_text(x),
    ("Double", "toString"): lambda l, x: float_text(float(x)), ("Float", "toString"): lambda l, x: float_text(Float32(x)),
    ("Long", "valueOf"): lambda l, x: Long(x), ("Integer", "valueOf"): lambda l, x: int(x),
    ("Double", "valueOf"): lambda l, x: float(x), ("Boolean", "valueOf"): lambda l, x: x,
    ("Float", "valueOf"): lambda l, x: as_float32(float(x)), ("Long", "parseLong"): lambda l, x: Long(x),
    ("Double", "parseDouble"): lambda l, x: float(x), "parseDouble": lambda l, x: float(x),
    ("Float", "parseFloat"): lambda l, x: as_float32(float(x)), ("Integer", "parseInt"): lambda l, x: int(x),
    ("Long", "compare"): lambda l, a, b: (a > b) - (a < b), ("Boolean", "toString"): lambda l, x: java_text(x),
    ("Byte", "toUnsignedInt"): lambda l, x: x & 255, "isFinite": lambda l, x: math.isfinite(x),
    ("Double", "isNaN"): lambda l, x: x != x, ("Float", "isNaN"): lambda l, x: x != x,
    ("Double", "compare"): lambda l, a, b: (a > b) - (a < b),
    "floatToIntBits": lambda l, x: UNKNOWN,
    ("Objects", "equals"): lambda l, a, b: a == b, ("Objects", "isNull"): lambda l, a: a is None,
    ("BigDecimal", "valueOf"): big_decimal, ("BigInteger", "valueOf"): lambda l, x: Long(x),
    ("Joiner", "on"): lambda l, x: Tagged("joiner", x),
    ("LocalDate", "of"): lambda l, y, m, d: Tagged("date", f"{y:04}-{m:02}-{d:02}"),
    "utf8Slice": lambda l, x: x, ("Slices", "utf8Slice"): lambda l, x: x,
    "joining": lambda l, x="": Tagged("joining", x), "toList": lambda l: Tagged("collector", ""),
    "toImmutableList": lambda l: Tagged("collector", ""),
    "requireNonNull": lambda l, x, *r: x, ("Function", "identity"): lambda l: Reference(Symbol("Function"), "same"),
    ("Function", "same"): lambda l, x: x,
    "abs": lambda l, x: abs(x) if isinstance(x, float) else type(x)(abs(x)), "max": lambda l, a, b: max(a, b),
    "min": lambda l, a, b: min(a, b), ("Math", "floorMod"): lambda l, a, b: type(a)(a % b),
    ("Math", "round"): lambda l, x: Long(math.floor(x + 0.5)), ("Math", "nextUp"): next_double(1),
    ("Math", "nextDown"): next_double(-1), ("Math", "pow"): math_function(math.pow), "pow": math_function(math.pow),
    ("Math", "cbrt"): math_function(math.cbrt),
}
for _name in "sin cos tan asin acos atan atan2 sinh cosh tanh exp sqrt log10 log ceil floor".split():
    _python = {"ceil": lambda x: float(math.ceil(x)), "floor": lambda x: float(math.floor(x))}.get(
        _name, getattr(math, _name))
    STATIC[("Math", _name)] = STATIC[("StrictMath", _name)] = math_function(_python)
    if _name in ("cos", "sin", "ceil", "floor"):
        STATIC[_name] = math_function(_python)

CREATED = {
    "StringBuilder": lambda l, *a: (lambda b: (b.items.extend(x for x in a if isinstance(x, str)), b)[1])(Builder("text")),
    "ArrayList": lambda l, *a: list(a[0]) if a and isinstance(a[0], list) else [], "HashMap": lambda l, *a: {},
    "LinkedHashMap": lambda l, *a: {}, "String": lambda l, x: x if isinstance(x, str) else "".join(x),
    "BigDecimal": big_decimal, "BigInteger": lambda l, x, radix=10: Long(int(x, radix)),
    "AssertionError": lambda l, *a: UNKNOWN,
}


def divide(library, value, other, *rest):
    if other == 0:
        raise Thrown()
    scale = rest[0] if rest and isinstance(rest[0], int) else None
    mode = next((r for r in rest if isinstance(r, Symbol)), Symbol("HALF_UP"))
    result = value / other
    if scale is None:
        return result
    return set_scale(library, result, scale, mode)


def stripped(value):
    normal = value.normalize()
    return normal if normal != 0 else Decimal(0)


def mapped(library, items, function):
    return [library.apply(function, item) for item in items]


def collected(library, items, collector):
    if collector.kind == "joining":
        return collector.text.join(java_text(i) for i in items)
    return list(items)


def same(library, items, *arguments):
    return items


def mutate_list(library, items, *arguments):
    items.append(arguments[-1])
    return True


STRINGS = {
    "formatted": format_text, "length": lambda l, s: len(s.encode("utf-16-le", "surrogatepass")) // 2,
    "repeat": lambda l, s, n: s * n if n * len(s) < 1 << 22 else UNKNOWN,
    "toUpperCase": lambda l, s, *a: s.upper(), "toLowerCase": lambda l, s, *a: s.lower(),
    "replace": lambda l, s, a, b: s.replace(a, b), "substring": lambda l, s, a, b=None: s[a:b],
    "isEmpty": lambda l, s: not s, "startsWith": lambda l, s, p: s.startswith(p), "endsWith": lambda l, s, p: s.endswith(p),
    "contains": lambda l, s, p: p in s, "trim": lambda l, s: s.strip(), "concat": lambda l, s, t: s + t,
    "charAt": lambda l, s, i: Char(s[i]), "indexOf": lambda l, s, t: s.find(t), "split": lambda l, s, t: s.split(t),
    "toStringUtf8": lambda l, s: s, "getBytes": lambda l, s, *a: Tagged("bytes", s.encode().hex()),
    "stripIndent": lambda l, s: s, "compareTo": lambda l, s, t: (s > t) - (s < t), "name": lambda l, s: s,
}
DECIMALS = {
    "add": lambda l, a, b: a + b, "subtract": lambda l, a, b: a - b, "multiply": lambda l, a, b: a * b,
    "divide": divide, "remainder": lambda l, a, b: a % b, "negate": lambda l, a: -a if a else a, "abs": lambda l, a: abs(a),
    "setScale": set_scale, "toPlainString": lambda l, a: f"{a:f}", "precision": lambda l, a: max(1, len(a.as_tuple().digits)),
    "scale": lambda l, a: -a.as_tuple().exponent, "stripTrailingZeros": lambda l, a: stripped(a),
    "unscaledValue": lambda l, a: Long(int(a.scaleb(-a.as_tuple().exponent))), "doubleValue": lambda l, a: float(a),
    "intValue": lambda l, a: int(a), "longValue": lambda l, a: Long(int(a)), "signum": lambda l, a: (a > 0) - (a < 0),
    "compareTo": lambda l, a, b: (a > b) - (a < b), "pow": lambda l, a, n: a**n, "floatValue": lambda l, a: as_float32(float(a)),
}
NUMBERS = {
    "doubleValue": lambda l, a: float(a), "intValue": lambda l, a: wrapped(int(a), 32), "longValue": lambda l, a: Long(int(a)),
    "floatValue": lambda l, a: as_float32(float(a)), "compareTo": lambda l, a, b: (a > b) - (a < b),
    "add": lambda l, a, b: Long(a + b), "subtract": lambda l, a, b: Long(a - b), "multiply": lambda l, a, b: Long(a * b),
    "negate": lambda l, a: Long(-a), "pow": lambda l, a, n: Long(a**n), "signum": lambda l, a: (a > 0) - (a < 0),
    "byteValue": lambda l, a: wrapped(int(a), 8), "shortValue": lambda l, a: wrapped(int(a), 16),
}
LISTS = {
    "stream": same, "boxed": same, "parallel": same, "mapToObj": mapped, "map": mapped, "mapToInt": mapped,
    "mapToLong": mapped, "collect": collected, "toList": same, "iterator": same, "asList": same,
    "toArray": lambda l, x, *a: JavaArray(x), "filter": lambda l, x, f: [i for i in x if l.apply(f, i) is True], "add": mutate_list,
    "forEach": lambda l, x, f: [l.apply(f, i) for i in x] and None, "size": lambda l, x: len(x), "get": lambda l, x, i: x[i],
    "addAll": lambda l, x, y: x.extend(y), "isEmpty": lambda l, x: not x, "contains": lambda l, x, y: y in x,
    "sum": lambda l, x: sum(x), "max": lambda l, x, *a: max(x), "min": lambda l, x, *a: min(x),
    "anyMatch": lambda l, x, f: any(l.apply(f, i) is True for i in x), "flatMap": lambda l, x, f: [j for i in x for j in l.apply(f, i)],
    "limit": lambda l, x, n: x[:n], "toString": lambda l, x: java_text(x), "sorted": lambda l, x, *a: sorted(x), "reversed": lambda l, x: x[::-1],
    "clone": lambda l, x: list(x), "average": lambda l, x: sum(x) / len(x), "getFirst": lambda l, x: x[0],
}
MAPS = {
    "put": lambda l, m, k, v: m.__setitem__(hashable(k), v), "get": lambda l, m, k: m.get(hashable(k)),
    "entrySet": lambda l, m: [Tagged("entry", pair) for pair in m.items()], "keySet": lambda l, m: list(m),
    "values": lambda l, m: list(m.values()), "size": lambda l, m: len(m), "containsKey": lambda l, m, k: k in m,
    "forEach": lambda l, m, f: [l.apply(f, k, v) for k, v in m.items()] and None,
}
TAGGED = {
    "join": lambda l, t, *x: t.text.join(java_text(i) for i in (x[0] if len(x) == 1 and isinstance(x[0], list) else x)), "getKey": lambda l, t: t.text[0],
    "getValue": lambda l, t: t.text[1], "getBytes": lambda l, t, *a: t, "toStringUtf8": lambda l, t: bytes.fromhex(t.text).decode(),
}
METHODS = [
    (Tagged, TAGGED), (str, STRINGS), (Decimal, DECIMALS), ((int, float), NUMBERS), (dict, MAPS), ((list, tuple), LISTS),
]
# Values that tests ask of what maximum and minimum gave: already unwrapped.
for _table in (NUMBERS, STRINGS, DECIMALS):
    for _name in ("get", "getAsInt", "getAsLong", "getAsDouble", "orElseThrow", "orElse"):
        _table.setdefault(_name, lambda l, x, *a: x)

"""Java's arithmetic, and the value that is not known."""
import math
import struct

from java_syntax import Float32, Long


class JavaArray(list):
    """An array, which a variadic parameter takes apart, where a List is one argument."""


class Unknown:
    def __repr__(self):
        return "UNKNOWN"

    def __bool__(self):
        return False


UNKNOWN = Unknown()


def coerced(value, kind):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if kind in ("long", "Long"):
        return Long(int(value))
    if kind in ("double", "Double"):
        return float(value)
    if kind in ("float", "Float"):
        return Float32(value)
    return value


def wrapped(value, bits):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def as_float32(value):
    try:
        return Float32(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return Float32("inf" if value > 0 else "-inf")


def float_operation(sign, left, right):
    try:
        if sign == "+":
            return left + right
        if sign == "-":
            return left - right
        if sign == "*":
            return left * right
        if sign == "/":
            if right == 0:
                nan = left == 0 or left != left
                sign_of = math.copysign(1, left) * math.copysign(1, right)
                return float("nan") if nan else float("inf") * sign_of
            return left / right
        if sign == "%":
            return math.fmod(left, right) if right != 0 and math.isfinite(left) else float("nan")
    except OverflowError:
        return float("inf")
    return UNKNOWN


def integer_operation(sign, left, right, bits):
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    if sign in ("/", "%"):
        if right == 0:
            raise Thrown()
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if sign == "/" else left - quotient * right
    if sign == "<<":
        return left << (right % bits)
    if sign == ">>":
        return left >> (right % bits)
    if sign == ">>>":
        return (left & ((1 << bits) - 1)) >> (right % bits)
    if sign == "&":
        return left & right
    if sign == "|":
        return left | right
    return left ^ right if sign == "^" else UNKNOWN

"""How Java writes values as text."""
import decimal
import re
import struct

from java_syntax import Float32

decimal.getcontext().prec = 400
decimal.getcontext().Emax = 999999
decimal.getcontext().Emin = -999999


def shortest(value):
    """Digits and exponent of the shortest decimal that is nearest: 0.DIGITS times 10 to the exponent."""
    if isinstance(value, Float32):
        for places in range(1, 10):
            text = f"{float(value):.{places - 1}e}"
            if struct.pack("f", float(text)) == struct.pack("f", float(value)):
                break
    else:
        text = repr(float(value))
    mantissa, _, exponent = f"{decimal.Decimal(text):e}".partition("e")
    digits = mantissa.replace(".", "").replace("-", "").rstrip("0") or "0"
    return digits, int(exponent or 0)


def float_text(value):
    """Java's text of a double or float."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if str(float(value)).startswith("-") else ""
    if value == 0:
        return sign + "0.0"
    digits, exponent = shortest(value)
    if -3 <= exponent < 7:
        if exponent >= 0:
            digits = digits.ljust(exponent + 2, "0")
            return f"{sign}{digits[:exponent + 1]}.{digits[exponent + 1:]}"
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{exponent}"


def decimal_text(value):
    """BigDecimal's toString."""
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits))
    adjusted = exponent + len(text) - 1
    mark = "-" if sign else ""
    if exponent <= 0 and adjusted >= -6:
        if exponent == 0:
            return mark + text
        text = text.rjust(-exponent + 1, "0")
        return f"{mark}{text[:exponent]}.{text[exponent:]}"
    body = text[0] + ("." + text[1:] if len(text) > 1 else "")
    return f"{mark}{body}E{'+' if adjusted >= 0 else ''}{adjusted}"


def java_text(value):
    """The text of a value, or None where it is not known."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, decimal.Decimal):
        return decimal_text(value)
    if hasattr(value, "text"):
        return value.text if isinstance(value.text, str) else None
    if isinstance(value, (list, tuple)):
        parts = [java_text(item) for item in value]
        return None if None in parts else "[" + ", ".join(parts) + "]"
    return None


SPECIFIER = re.compile(r"%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")


def java_format(pattern, arguments):
    """String.format for what tests use; None where it is not known."""
    if not isinstance(pattern, str):
        return None
    result, at, next_argument = [], 0, 0
    for match in SPECIFIER.finditer(pattern):
        result.append(pattern[at : match.start()])
        at = match.end()
        index, flags, width, precision, letter = match.groups()
        if letter in "%n":
            result.append("%" if letter == "%" else "\n")
            continue
        if index:
            place = int(index) - 1
        else:
            place, next_argument = next_argument, next_argument + 1
        if place >= len(arguments):
            return None
        text = specified(arguments[place], letter, flags, precision)
        if text is None:
            return None
        if width:
            fill = "0" if "0" in flags else " "
            text = text.ljust(int(width)) if "-" in flags else text.rjust(int(width), fill)
        result.append(text)
    result.append(pattern[at:])
    return "".join(result)


def specified(value, letter, flags, precision):
    if letter in "sS":
        text = java_text(value)
        return text and text.upper() if letter == "S" else text
    if letter in "dxX" and isinstance(value, int) and not isinstance(value, bool):
        text = f"{value:,d}" if "," in flags else f"{value:d}"
        return text if letter == "d" else f"{value & (2**64 - 1):x}"
    if letter == "f" and isinstance(value, float):
        return f"{value:.{precision or 6}f}"
    if letter == "c" and isinstance(value, str):
        return value
    return None

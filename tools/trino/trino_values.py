"""Trino's values, types and columns of tests, as far as they are written as calls."""
import base64
import datetime
from decimal import Decimal

from expectations import JavaType, Tagged
from java_operations import UNKNOWN


# Values


def decimal_value(library, value, *rest):
    if isinstance(value, str):
        return Tagged("decimal", value)
    if len(rest) == 2:
        return Tagged("decimal", f"{Decimal(int(value)).scaleb(-rest[1]):f}")
    return UNKNOWN


def interval_text(milliseconds):
    sign, rest = ("-" if milliseconds < 0 else ""), abs(int(milliseconds))
    days, rest = divmod(rest, 86_400_000)
    hours, rest = divmod(rest, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{sign}{days} {hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def day_interval(library, *parts):
    if len(parts) == 1:
        return Tagged("interval", interval_text(parts[0]))
    days, hours, minutes, seconds, milliseconds = parts
    return Tagged(
        "interval", interval_text((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds))


def month_interval(library, *parts):
    months = parts[0] if len(parts) == 1 else parts[0] * 12 + parts[1]
    return Tagged("interval", f"{'-' if months < 0 else ''}{abs(months) // 12}-{abs(months) % 12}")


def date_of_days(library, days):
    return Tagged("date", str(datetime.date(1970, 1, 1) + datetime.timedelta(days=int(days))))


def fraction(picoseconds):
    text = f"{int(picoseconds):012}".rstrip("0")
    return "." + text if text else ""


def timestamp(library, precision, year, month, day, hour, minute, second, picoseconds=0):
    return Tagged(
        "timestamp", f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction(picoseconds)}")


def timestamp_of_millis(library, precision, year, month, day, hour, minute, second, milliseconds=0):
    return timestamp(library, precision, year, month, day, hour, minute, second, milliseconds * 10**9)


def timestamp_of_micros(library, precision, micros, picos):
    point = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=int(micros) // 10**6 * 10**6)
    return Tagged("timestamp", f"{point:%Y-%m-%d %H:%M:%S}{fraction(int(micros) % 10**6 * 10**6 + int(picos))}")


def zoned(library, precision, *parts):
    *clock, zone = parts
    text = timestamp(library, precision, *clock).text
    name = zone if isinstance(zone, str) else getattr(zone, "text", None) or getattr(zone, "name", None)
    name = {"UTC_KEY": "UTC", "UTC": "UTC", "DEFAULT_TIME_ZONE_KEY": "Pacific/Apia"}.get(name, name)
    return Tagged("zoned", f"{text} {name}")


def varbinary(library, value):
    if isinstance(value, str):
        return Tagged("bytes", value.encode("utf-8", "surrogatepass").hex())
    if isinstance(value, list):
        return Tagged("bytes", bytes(b & 255 for b in value).hex())
    return Tagged("bytes", value.text)


# Types


def sized(name):
    return lambda library, *sizes: JavaType(f"{name}({','.join(str(int(s)) for s in sizes)})" if sizes else name)


def decimal_type(library, precision=38, scale=0):
    return JavaType(f"decimal({int(precision)},{int(scale)})")


def with_zone(name):
    return lambda library, digits: JavaType(f"{name}({int(digits)}) with time zone")


def array_type(library, element):
    return JavaType(f"array({element.text})")


def map_type(library, key, value, *rest):
    return JavaType(f"map({key.text},{value.text})")


def row_type(library, *fields):
    if len(fields) == 1 and isinstance(fields[0], list):
        fields = fields[0]
    return JavaType(f"row({','.join(f.text for f in fields)})")


def row_field(library, *parts):
    return JavaType(f"{parts[0]} {parts[1].text}" if len(parts) == 2 else parts[0].text)


# Columns


def column(library, *values):
    if len(values) == 1 and isinstance(values[0], list):
        return list(values[0])
    return list(values)


def doubles(library, *values):
    return [None if v is None else float(v) for v in column(library, *values)]


def repeated(library, value, count):
    return [value] * count


def sequence(kind):
    return lambda library, start, end: [kind(v) for v in range(start, end)]


CONSTRUCTORS = {
    "SqlDecimal": decimal_value, "SqlIntervalDayTime": day_interval, "SqlIntervalYearMonth": month_interval,
    "SqlDate": date_of_days, "SqlVarbinary": varbinary, "ArrayType": array_type, "MapType": map_type,
}
VALUE_FUNCTIONS = {
    "decimal": decimal_value, ("SqlDecimal", "of"): decimal_value, "maxPrecisionDecimal": lambda l, v: Tagged("decimal", f"{int(v)}"),
    "timestampWithTimeZone": zoned, ("SqlTimestampWithTimeZone", "newInstance"): lambda l, *a: UNKNOWN,
    "timestamp": timestamp, "sqlTimestampOf": timestamp_of_millis, ("SqlTimestamp", "newInstance"): timestamp_of_micros,
    "sqlVarbinary": varbinary, "sqlVarbinaryFromHex": lambda l, h: Tagged("bytes", h.lower()), "varbinary": varbinary,
    "sqlVarbinaryFromBase64": lambda l, h: Tagged("bytes", base64.b64decode(h).hex()),
    "getTimeZoneKey": lambda l, name: Tagged("zone", name), "getTimeZoneKeyForOffset": lambda l, m: Tagged(
        "zone", f"{'-' if m < 0 else '+'}{abs(m) // 60:02}:{abs(m) % 60:02}"),
    "createDecimalType": decimal_type, "createVarcharType": sized("varchar"), "createCharType": sized("char"),
    "createUnboundedVarcharType": lambda l: JavaType("varchar"), "createTimestampType": sized("timestamp"),
    "createTimeType": sized("time"), "createTimestampWithTimeZoneType": with_zone("timestamp"),
    "createTimeWithTimeZoneType": with_zone("time"), "mapType": map_type, "arrayType": array_type,
    "anonymousRow": row_type, "rowType": row_type, ("RowType", "anonymous"): row_type, ("RowType", "from"): row_type,
    ("RowType", "anonymousRow"): row_type, ("RowType", "rowType"): row_type, ("RowType", "field"): row_field, "field": row_field,
    "number": lambda l, *a: Tagged("number", str(a[0])), ("SqlNumber", "of"): lambda l, *a: Tagged("number", str(a[0])),
    "fromTypes": column, "createDoublesBlock": doubles, "createLongsBlock": column, "createStringsBlock": column,
    "createBooleansBlock": column, "createIntsBlock": column, "createRealsBlock": column, "createSlicesBlock": column,
    "createTypedLongsBlock": lambda l, kind, *v: column(l, *v), "createRepeatedValuesBlock": repeated,
    "createRLEBlock": repeated, "createDoubleRepeatBlock": repeated, "createLongRepeatBlock": repeated,
    "createDoubleSequenceBlock": sequence(float), "createLongSequenceBlock": sequence(int),
    "createArrayBigintBlock": column, "createShortDecimalsBlock": column, "createLongDecimalsBlock": column,
}

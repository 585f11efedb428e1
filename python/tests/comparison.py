"""Values of the package against those that the command writes as JSON.

Values are equal if their texts are; timestamps if they are the same microsecond; text that is JSON if its values are.
"""

import datetime
import decimal
import json


class Number(str):
    """A number as it is spelled."""


def time(text):
    spelled = text.replace(" UTC", "").replace(" ", "T", 1)
    value = datetime.datetime.fromisoformat(spelled.replace("Z", "+00:00"))
    return value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)


def same(ours, theirs):
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(ours, bool):
        return theirs == ours or theirs == str(ours).lower()
    if isinstance(ours, datetime.datetime):
        return time(theirs) == ours
    if isinstance(ours, datetime.date):
        return theirs == ours.isoformat()
    if isinstance(ours, (int, decimal.Decimal)):
        return isinstance(theirs, Number) and decimal.Decimal(theirs) == ours
    if isinstance(ours, float):
        return isinstance(theirs, Number) and float(theirs) == ours
    if isinstance(theirs, bool):
        return ours == str(theirs).lower()
    if isinstance(theirs, str):
        return ours == theirs
    return parsed(ours) == theirs


def parsed(text):
    return json.loads(text, parse_float=Number, parse_int=Number)

"""AWS CloudTrail in Cairn archives, by SQL and scans, as Arrow.

>>> import cairn
>>> cairn.open("trail").sql("SELECT eventName, count(*) AS n FROM events GROUP BY 1 ORDER BY n DESC").df()
"""

# Modules are imported when a name of theirs is first used: programs that only may ask an archive do not wait for it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._archive import Archive, compact, open
    from ._columns import COLUMNS
    from ._filters import Condition, col
    from ._native import CairnError, CairnWarning, CancelledError, DamagedError, UsageError
    from ._result import Result

__all__ = [
    "COLUMNS", "Archive", "CairnError", "CairnWarning", "CancelledError", "Condition", "DamagedError", "Result",
    "UsageError", "col", "compact", "open",
]
__version__ = "0.1.0"

_PLACES = {"Archive": "_archive", "compact": "_archive", "open": "_archive", "COLUMNS": "_columns", "Result": "_result",
           "Condition": "_filters", "col": "_filters"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'cairn' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f".{_PLACES.get(name, '_native')}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

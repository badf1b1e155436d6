"""Kinds of drift: several tests can find the same drift, which should be handled once."""

from collections.abc import Iterable

KINDS = {  # by the start of a test's name; other names are kinds themselves
    "closed store": "store",
    "gross total": "total",
    "low tenth": "series",
    "high tenth": "series",
    "spread": "series",
    "MAPE in percent": "errors",
    "WAPE in percent": "errors",
    "distance from a year before": "features",
}
# following a break of the sales level handles these
SALES_LEVEL_KINDS = frozenset({"total", "store", "item", "series"})
SYMPTOMS = frozenset({"errors", "features"})  # consequences of any drift


def kinds_of(tests: Iterable[str]) -> tuple[str, ...]:
    """Kinds of drift of tests with these names, each once, in order."""
    names = (name.split(",")[0] for name in tests)
    return tuple(dict.fromkeys(KINDS.get(name, name) for name in names))

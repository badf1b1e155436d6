"""Kinds of drift: tests that tell of the same thing, so that one drift is acted on once."""

from __future__ import annotations

from collections.abc import Iterable

KINDS = {  # by what a test's name starts with; the others are kinds of their own
    "closed store": "store",
    "gross total": "total",
    "low tenth": "series",
    "high tenth": "series",
    "spread": "series",
    "MAPE in percent": "errors",
    "WAPE in percent": "errors",
    "distance from a year before": "features",
}
SALES_LEVEL_KINDS = frozenset({"total", "store", "item", "series"})  # what a new level of each series answers
SYMPTOMS = frozenset({"errors", "features"})  # what any drift does to a model


def kinds_of(tests: Iterable[str]) -> tuple[str, ...]:
    """The kinds that tests of these names tell of, each once, in order."""
    names = (name.split(",")[0] for name in tests)
    return tuple(dict.fromkeys(KINDS.get(name, name) for name in names))

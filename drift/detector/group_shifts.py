"""Shift of a group: a robust mean of the relative changes of its series."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from data.panel.series_index import SeriesIndex
from drift.detector.windows import Floats, Ints, Windows

HUBER = 1.5
PASSES = 8
LOWEST_SHIFT = -0.95
OWN_STORE_SHARE = 0.7  # with more stores per series a store is about one item


@dataclass(frozen=True)
class Groups:
    """Which store and item each series is, as codes (n_series,), and how many there are."""

    store: Ints
    item: Ints
    n_stores: int
    n_items: int

    @classmethod
    def of(cls, series: SeriesIndex) -> Self:
        codes = series.store_codes, series.item_codes
        return cls(*codes, len(series.store_names), len(series.item_names))

    @property
    def groupings(self) -> Iterator[tuple[str, Ints, int]]:
        """Name, codes and size of each grouping between the total and single series."""
        if self.n_stores > 1:
            yield "store", self.store, self.n_stores
        if 1 < self.n_items < len(self.item):
            yield "item", self.item, self.n_items

    @property
    def series_say_more(self) -> bool:
        """Whether series vary beyond their stores; not where a store is about one item."""
        few_stores = self.n_stores == 1 or self.n_stores < OWN_STORE_SHARE * len(self.store)
        return len(self.store) >= 5 and few_stores


@dataclass(frozen=True)
class Shift:
    """Relative shifts (n, n_groups), 0.1 is a tenth above forecast, and the information in each."""

    shift: Floats
    information: Floats


def robust_shift(windows: Windows, expected: Floats, variance: Floats, group: Ints, n_groups: int) -> Shift:
    """Shift m of each group for which sold ≈ expected · (1 + m), by iterated Huber weights (Huber 1964).

    `expected` and `variance` are (n, n_series). The ratio of sums would have twice the noise, as a few large
    series dominate it.
    """
    member = np.eye(n_groups)[group]
    precision, deviation = expected / variance, np.sqrt(variance)
    shift = np.zeros((len(windows), n_groups))
    for _ in range(PASSES):
        off = np.abs(windows.sold - expected * (1 + shift[:, group])) / deviation
        weight = precision * np.minimum(1.0, HUBER / np.maximum(off, 1e-12))
        above = ((windows.sold - expected) * weight) @ member
        shift = above / np.maximum((expected * weight) @ member, 1e-9)
    return Shift(shift, (expected * precision) @ member)


def floored(shift: Floats) -> Floats:
    """1 + shift, at least .05, so that something is left to compare single series with."""
    return np.asarray(1 + np.maximum(shift, LOWEST_SHIFT))

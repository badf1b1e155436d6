"""The labels of series: which store and item each row of a panel is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import DataContractError

SeriesId = int | str
IntArray = NDArray[np.int64]

NUMBER = re.compile(
    r"-?(0|[1-9][0-9]*)(\.[0-9]*)?(e[+-]?[0-9]{1,3}|E[+-][0-9]{1,3})?|-?[0-9]\.[0-9]+E[0-9]{1,3}"
)
MAX_DIGITS = 40


def canonical_label(text: str) -> str:
    """Return the one spelling of a label: its digits if the text spells a whole number, else the text itself.

    "7", "7.0", "7.00" and "7e0" are all "7". "1.5" and "A" stay, and so do the codes "007" and "12E4".
    """
    if len(text) > MAX_DIGITS or not NUMBER.fullmatch(text):
        return text
    number = Decimal(text)
    is_whole = number.adjusted() < MAX_DIGITS and number == number.to_integral_value()
    return str(int(number)) if is_whole else text


@dataclass(frozen=True)
class SeriesIndex:
    """The labels of a panel's rows, sorted by (store, item): integers as numbers, text as text."""

    stores: tuple[SeriesId, ...]
    items: tuple[SeriesId, ...]

    @classmethod
    def from_labels(cls, stores: Sequence[SeriesId], items: Sequence[SeriesId]) -> Self:
        """Build from one label each per row; raises `DataContractError` unless sorted and distinct."""
        index = cls(tuple(stores), tuple(items))
        for kind, labels in (("store", index.stores), ("item", index.items)):
            types = {type(label) for label in labels}
            if not types <= {int} and not types <= {str}:
                names = ", ".join(sorted(found.__name__ for found in types))
                raise DataContractError(
                    f"The {kind} labels are of type {names}, expected only int or only str."
                )
        rows = list(zip(index.stores, index.items, strict=True))
        for before, after in pairwise(rows):
            if not before < after:
                raise DataContractError(
                    f"Series {after} follows {before}, expected distinct series in order.",
                    hint="Sort them, or build the panel from rows.",
                )
        return index

    def __len__(self) -> int:
        return len(self.stores)

    def find(self, store: SeriesId, item: SeriesId) -> int | None:
        """Row of a series, None when unknown; 1, "1" and "1.0" are the same label."""
        row = self._row(str(store), str(item))
        return None if row < 0 else row

    def rows_of(self, other: SeriesIndex) -> IntArray:
        """Row in this index of each series of `other`, −1 where it is unknown, (len(other),)."""
        if other is self:
            return np.arange(len(self))
        pairs = zip(other.stores, other.items, strict=True)
        return np.array([self._row(str(store), str(item)) for store, item in pairs], np.int64)

    def _row(self, store: str, item: str) -> int:
        row = self._row_of.get((store, item), -1)
        return row if row >= 0 else self._row_of.get((canonical_label(store), canonical_label(item)), -1)

    @cached_property
    def _row_of(self) -> dict[tuple[str, str], int]:
        return {(str(s), str(i)): row for row, (s, i) in enumerate(zip(self.stores, self.items, strict=True))}

    @cached_property
    def store_names(self) -> tuple[SeriesId, ...]:
        """Distinct stores in order; the position of a store is its code."""
        return tuple(sorted(set(self.stores)))

    @cached_property
    def item_names(self) -> tuple[SeriesId, ...]:
        """Distinct items in order; the position of an item is its code."""
        return tuple(sorted(set(self.items)))

    @cached_property
    def store_codes(self) -> IntArray:
        """Code of each row's store, (n_series,)."""
        return _codes(self.stores, self.store_names)

    @cached_property
    def item_codes(self) -> IntArray:
        """Code of each row's item, (n_series,)."""
        return _codes(self.items, self.item_names)

    def select(self, rows: ArrayLike) -> Self:
        """Some of the rows, by position or mask, in panel order; codes start again at 0."""
        positions = np.arange(len(self))[np.asarray(rows)]
        return type(self)(tuple(self.stores[r] for r in positions), tuple(self.items[r] for r in positions))

    def to_json(self) -> dict[str, list[SeriesId]]:
        """Plain lists under "stores" and "items"."""
        return {"stores": list(self.stores), "items": list(self.items)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`; other keys are left alone."""
        return cls.from_labels(content["stores"], content["items"])


def _codes(labels: Sequence[SeriesId], names: Sequence[SeriesId]) -> IntArray:
    code_of = {name: code for code, name in enumerate(names)}
    return np.array([code_of[label] for label in labels], dtype=np.int64)

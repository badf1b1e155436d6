"""Raw sales: one entry per row of a file, before cleaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.loading.text_values import parse_labels
from data.panel.series_index import SeriesId


@dataclass(frozen=True)
class EncodedColumn:
    """A column with few distinct texts: `texts` and, for each row, its position among them (n_rows,)."""

    texts: Sequence[str]
    codes: NDArray[np.integer[Any]]
    is_text: bool = False  # by the type of the column in the file: "1" stays "1"
    is_typed: bool = False  # numbers or days by that type, so that nothing has to be guessed from the text


@dataclass(frozen=True)
class FileRows:
    """Rows of one file. `times` is datetime64[s], `sales` float64 with NaN where there is no number."""

    name: str
    times: NDArray[np.datetime64]
    stores: EncodedColumn
    items: EncodedColumn
    sales: NDArray[np.float64]
    n_empty: int
    n_not_numeric: int
    not_numeric_examples: tuple[str, ...]


@dataclass(frozen=True)
class Labels:
    """A column of store or item labels over all files: distinct names in order, and each row's code."""

    names: tuple[SeriesId, ...]
    codes: NDArray[np.int32]


@dataclass(frozen=True)
class SalesRows:
    """All rows of all files in their order, (n_rows,) each; rows without a number have been left out."""

    times: NDArray[np.datetime64]
    stores: Labels
    items: Labels
    sales: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.sales)

    def take(self, rows: NDArray[np.integer[Any]] | NDArray[np.bool_] | slice) -> SalesRows:
        """Some of the rows, by position, mask or slice, with the same names."""
        return SalesRows(
            self.times[rows],
            Labels(self.stores.names, self.stores.codes[rows]),
            Labels(self.items.names, self.items.codes[rows]),
            self.sales[rows],
        )

    def followed_by(self, later: SalesRows) -> SalesRows:
        """These rows and then others that have the same names."""
        return SalesRows(
            np.concatenate([self.times, later.times]),
            Labels(self.stores.names, np.concatenate([self.stores.codes, later.stores.codes])),
            Labels(self.items.names, np.concatenate([self.items.codes, later.items.codes])),
            np.concatenate([self.sales, later.sales]),
        )


def combine_rows(files: Sequence[FileRows]) -> SalesRows:
    """Join files one after another; labels are integers only if all of them are."""
    rows = SalesRows(
        np.concatenate([file.times for file in files]),
        _combine_labels([file.stores for file in files]),
        _combine_labels([file.items for file in files]),
        np.concatenate([file.sales for file in files]),
    )
    is_known = ~np.isnan(rows.sales)
    return rows if is_known.all() else rows.take(is_known)


def _combine_labels(columns: Sequence[EncodedColumn]) -> Labels:
    per_column = [parse_labels(column.texts, column.is_text) for column in columns]
    labels = [label for column in per_column for label in column]
    if any(isinstance(label, str) for label in labels):
        labels = [str(label) for label in labels]
    names: list[Any] = sorted(set(labels))  # all int or all str
    code_of = {name: code for code, name in enumerate(names)}
    new_codes = np.array([code_of[label] for label in labels], dtype=np.int32)
    offsets = np.cumsum([0, *(len(column.texts) for column in columns)])
    codes = [new_codes[column.codes + offset] for column, offset in zip(columns, offsets, strict=False)]
    return Labels(tuple(names), np.concatenate(codes))

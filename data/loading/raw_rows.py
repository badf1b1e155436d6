"""Raw sales: one entry per row of a file, before cleaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.loading.read_file import ParsedFile
from data.loading.text_values import EncodedColumn, parse_labels
from data.panel.sales_panel import SalesPanel, SeriesId, panel_from_codes
from data.panel.schema import ITEM, STORE


@dataclass(frozen=True)
class SalesRows:
    """Rows of files in their order, (n_rows,) each, without those that have no number.

    `series` is the code of a store times the number of items, plus the code of an item. A code is a position
    in `stores` or `items`, which hold the distinct names in order.
    """

    times: NDArray[np.datetime64]
    series: NDArray[np.int64]
    sales: NDArray[np.float64]
    stores: tuple[SeriesId, ...]
    items: tuple[SeriesId, ...]

    def __len__(self) -> int:
        return len(self.sales)

    @property
    def days(self) -> NDArray[np.datetime64]:
        """The day of each row, datetime64[D]."""
        return self.times.astype("datetime64[D]")

    def panel(self) -> SalesPanel:
        """Arrange the rows as a panel; raises `DataContractError` unless there is one per series and day."""
        sales = self.sales.astype(np.float32)
        return panel_from_codes(self.days, self.series, self.stores, self.items, sales)

    def take(self, rows: NDArray[np.integer[Any]] | NDArray[np.bool_] | slice) -> SalesRows:
        """Some of the rows, by position, mask or slice, with the same names."""
        return replace(self, times=self.times[rows], series=self.series[rows], sales=self.sales[rows])

    def followed_by(self, later: SalesRows) -> SalesRows:
        """These rows and then others that have the same names."""
        return replace(
            self,
            times=np.concatenate([self.times, later.times]),
            series=np.concatenate([self.series, later.series]),
            sales=np.concatenate([self.sales, later.sales]),
        )


def rows_of_files(files: Sequence[ParsedFile]) -> list[SalesRows]:
    """Rows of each file, with the same names in all; labels are integers only if all of them are."""
    stores, store_codes = _shared_names([file.columns[STORE] for file in files])
    items, item_codes = _shared_names([file.columns[ITEM] for file in files])
    split = []
    for file, store_code, item_code in zip(files, store_codes, item_codes, strict=True):
        rows = SalesRows(file.times, store_code * len(items) + item_code, file.sales, stores, items)
        is_known = ~np.isnan(rows.sales)
        split.append(rows if is_known.all() else rows.take(is_known))
    return split


def _shared_names(columns: Sequence[EncodedColumn]) -> tuple[tuple[SeriesId, ...], list[NDArray[np.int64]]]:
    """Distinct names of all columns in order, and for each column the codes of its rows, (n_rows,)."""
    labels = [parse_labels(column.texts, column.is_text) for column in columns]
    if any(isinstance(label, str) for column in labels for label in column):
        labels = [[str(label) for label in column] for column in labels]
    names: list[Any] = sorted({label for column in labels for label in column})  # all int or all str
    code_of = {name: code for code, name in enumerate(names)}
    codes = [np.array([code_of[label] for label in column], dtype=np.int64) for column in labels]
    return tuple(names), [code[column.codes] for code, column in zip(codes, columns, strict=True)]

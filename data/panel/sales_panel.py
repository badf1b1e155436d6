"""The panel: all history as one float32 matrix, series by days, with the labels of its rows and columns."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.atomic_files import atomic_write_bytes
from data.dates.calendar_days import as_day, days_between
from data.errors import ArtifactError, DataContractError
from data.panel.series_index import SeriesId, SeriesIndex

__all__ = ["SalesPanel", "SeriesId", "SeriesIndex", "panel_from_codes"]


@dataclass(frozen=True)
class SalesPanel:
    """Daily sales of all series: what every calculation of the project reads.

    `sales` is (n_series, n_days), units sold a day, NaN where nothing was recorded; column 0 is day `start`.
    Known covariates would be further matrices of the same shape.
    """

    sales: NDArray[np.float32]
    start: np.datetime64
    series: SeriesIndex

    def __post_init__(self) -> None:
        if self.sales.ndim != 2 or len(self.sales) != len(self.series):
            raise DataContractError(
                f"Sales of shape {self.sales.shape} do not fit {len(self.series)} series."
            )

    @property
    def n_series(self) -> int:
        """Rows."""
        return int(self.sales.shape[0])

    @property
    def n_days(self) -> int:
        """Columns."""
        return int(self.sales.shape[1])

    @property
    def end(self) -> np.datetime64:
        """Last day; for a model fitted on this panel, the cutoff."""
        return as_day(self.start + np.timedelta64(self.n_days - 1, "D"))

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """Day of each column, datetime64[D] (n_days,)."""
        return self.start + np.arange(self.n_days)

    def until(self, day: np.datetime64) -> SalesPanel:
        """History up to and including `day`; raises `DataContractError` if nothing is that old."""
        if day < self.start:
            raise DataContractError(f"No history up to {day}: it starts on {self.start}.")
        return SalesPanel(self.sales[:, : days_between(self.start, day) + 1], self.start, self.series)

    def window(self, first: np.datetime64, last: np.datetime64) -> SalesPanel:
        """Days `first` to `last`, both included; days outside the panel become columns of NaN."""
        offset, n_days = days_between(self.start, first), days_between(first, last) + 1
        sales = np.full((self.n_series, n_days), np.nan, dtype=np.float32)
        begin, stop = max(offset, 0), max(min(offset + n_days, self.n_days), 0)
        if begin < stop:
            sales[:, begin - offset : stop - offset] = self.sales[:, begin:stop]
        return SalesPanel(sales, as_day(first), self.series)

    def select(self, rows: ArrayLike) -> SalesPanel:
        """Some of the series, by position or mask."""
        return SalesPanel(self.sales[np.asarray(rows)], self.start, self.series.select(rows))

    def content_hash(self) -> str:
        """sha256 in hex over labels, days and sales: equal history, equal hash, whatever its files were."""
        described = json.dumps([self.series.to_json(), str(self.start), self.sales.shape])
        plain_nan = np.where(np.isnan(self.sales), np.float32(np.nan), self.sales + np.float32(0))
        return hashlib.sha256(described.encode() + plain_nan.astype("<f4").tobytes()).hexdigest()

    def save(self, path: Path) -> None:
        """Write labels and sales as one .npz without pickled objects."""
        buffer, labels = io.BytesIO(), json.dumps(self.series.to_json())
        np.savez(buffer, sales=self.sales, start=np.array(str(self.start)), series=np.array(labels))
        atomic_write_bytes(path, buffer.getvalue())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Inverse of `save`; raises `ArtifactError` when the file is no panel."""
        try:
            with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                index = SeriesIndex.from_json(json.loads(str(stored["series"])))
                return cls(stored["sales"], as_day(str(stored["start"])), index)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, DataContractError) as error:
            raise ArtifactError(
                f"{path} cannot be read as a panel: {error}.", hint="Restore it from DVC or make it again."
            ) from error


def panel_from_codes(
    dates: NDArray[np.datetime64],
    codes: NDArray[np.int64],
    stores: Sequence[SeriesId],
    items: Sequence[SeriesId],
    sales: NDArray[np.float32],
) -> SalesPanel:
    """Arrange one row per series and day, in any order, as a panel.

    `stores` and `items` are labels in order; `codes` are (n_rows,), a row's store * len(items) + its item.
    Raises `DataContractError` when there is no row, or a series has two rows on one day.
    """
    if len(dates) == 0:
        raise DataContractError("There are no sales at all, expected at least one row.")
    pairs = np.unique(codes)
    rows = np.searchsorted(pairs, codes)  # takes half the memory of unique's own inverse
    series = SeriesIndex.from_labels(
        [stores[pair // len(items)] for pair in pairs], [items[pair % len(items)] for pair in pairs]
    )
    start, end = dates.min(), dates.max()
    columns = (dates - start).astype(np.int64)
    matrix = np.full((len(series), days_between(start, end) + 1), np.nan, dtype=np.float32)
    is_taken = np.zeros(matrix.shape, dtype=bool)
    is_taken[rows, columns] = True
    n_repeats = len(rows) - np.count_nonzero(is_taken)
    if n_repeats:
        cells, counts = np.unique(rows * matrix.shape[1] + columns, return_counts=True)
        row, column = divmod(int(cells[counts > 1][0]), matrix.shape[1])
        raise DataContractError(
            f"Store {series.stores[row]}, item {series.items[row]} has more than one row on {start + column};"
            f" {n_repeats} rows too many in all.",
            hint="Keep one row per store, item and day, or merge duplicates first.",
        )
    matrix[rows, columns] = sales
    return SalesPanel(matrix, as_day(start), series)

"""The panel: all history as one float32 matrix, series by days, with the labels of its rows and columns."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import ArtifactError, DataContractError
from data.files import atomic_write_bytes

SeriesId = int | str
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class SeriesIndex:
    """The labels of a panel's rows, sorted by (store, item): integers as numbers, text as text."""

    stores: tuple[SeriesId, ...]
    items: tuple[SeriesId, ...]

    @classmethod
    def from_labels(cls, stores: Sequence[SeriesId], items: Sequence[SeriesId]) -> Self:
        """Build from one label each per row; raises `DataContractError` unless sorted and distinct."""
        index = cls(tuple(stores), tuple(items))
        rows = list(zip(index.stores, index.items, strict=True))
        for before, after in pairwise(rows):
            if not before < after:
                raise DataContractError(
                    f"Series {after} follows {before}, expected distinct series in order.",
                    hint="Build panels with panel_from_columns, which sorts.",
                )
        return index

    def __len__(self) -> int:
        return len(self.stores)

    def find(self, store: SeriesId, item: SeriesId) -> int | None:
        """Row of a series, None when unknown; "1" and 1 are the same label."""
        return self._row_of.get((str(store), str(item)))

    @cached_property
    def _row_of(self) -> dict[tuple[str, str], int]:
        return {(str(s), str(i)): row for row, (s, i) in enumerate(zip(self.stores, self.items, strict=True))}

    @cached_property
    def store_names(self) -> tuple[SeriesId, ...]:
        """Distinct stores in order; the position of a store is its code."""
        return tuple(sorted(set(self.stores)))  # type: ignore[type-var]

    @cached_property
    def item_names(self) -> tuple[SeriesId, ...]:
        """Distinct items in order; the position of an item is its code."""
        return tuple(sorted(set(self.items)))  # type: ignore[type-var]

    @cached_property
    def store_codes(self) -> IntArray:
        """Code of each row's store, (n_series,)."""
        return _codes(self.stores, self.store_names)

    @cached_property
    def item_codes(self) -> IntArray:
        """Code of each row's item, (n_series,)."""
        return _codes(self.items, self.item_names)

    def select(self, rows: ArrayLike) -> Self:
        """Some of the rows, by position or mask, in panel order; codes are counted anew."""
        positions = np.arange(len(self))[np.asarray(rows)]
        return type(self)(tuple(self.stores[r] for r in positions), tuple(self.items[r] for r in positions))

    def to_json(self) -> dict[str, list[SeriesId]]:
        """Plain lists under "stores" and "items"."""
        return {"stores": list(self.stores), "items": list(self.items)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`; other keys are left alone."""
        return cls.from_labels(content["stores"], content["items"])


@dataclass(frozen=True)
class SalesPanel:
    """Daily sales of all series: what every calculation of the project reads.

    `sales` is (n_series, n_days), units sold a day, NaN where nothing was recorded; column 0 is day `start`.
    Known covariates are to join as further matrices of the same shape.
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
        return np.datetime64(self.start + np.timedelta64(self.n_days - 1, "D"), "D")

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """Day of each column, datetime64[D] (n_days,)."""
        dates: NDArray[np.datetime64] = np.datetime64(self.start, "D") + np.arange(self.n_days)
        return dates

    def until(self, day: np.datetime64) -> SalesPanel:
        """History up to and including `day`; raises `DataContractError` if nothing is that old."""
        if day < self.start:
            raise DataContractError(f"No history up to {day}: it starts on {self.start}.")
        return SalesPanel(self.sales[:, : _days_between(self.start, day) + 1], self.start, self.series)

    def window(self, first: np.datetime64, last: np.datetime64) -> SalesPanel:
        """Days `first` to `last`, both included; days outside the panel become columns of NaN."""
        offset, n_days = _days_between(self.start, first), _days_between(first, last) + 1
        sales = np.full((self.n_series, n_days), np.nan, dtype=np.float32)
        begin, stop = max(offset, 0), max(min(offset + n_days, self.n_days), 0)
        if begin < stop:
            sales[:, begin - offset : stop - offset] = self.sales[:, begin:stop]
        return SalesPanel(sales, np.datetime64(first, "D"), self.series)

    def select(self, rows: ArrayLike) -> SalesPanel:
        """Some of the series, by position or mask."""
        return SalesPanel(self.sales[np.asarray(rows)], self.start, self.series.select(rows))

    def content_hash(self) -> str:
        """sha256 in hex over labels, days and sales: equal history, equal hash, whatever files it came from."""
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
            with np.load(path, allow_pickle=False) as stored:
                index = SeriesIndex.from_json(json.loads(str(stored["series"])))
                return cls(stored["sales"], np.datetime64(str(stored["start"]), "D"), index)
        except (OSError, ValueError, KeyError, EOFError, DataContractError) as error:
            raise ArtifactError(
                f"{path} cannot be read as a panel: {error}.",
                hint="Restore it from DVC or make it again.",
            ) from error


def panel_from_columns(dates: ArrayLike, stores: ArrayLike, items: ArrayLike, sales: ArrayLike) -> SalesPanel:
    """Arrange one row per series and day, in any order, as a panel.

    Raises `DataContractError` when there is no row, or a series has two rows on one day.
    """
    store_names, store_codes = np.unique(_plain_labels(stores), return_inverse=True)
    item_names, item_codes = np.unique(_plain_labels(items), return_inverse=True)
    return panel_from_codes(
        np.asarray(dates, dtype="datetime64[D]"),
        (store_names.tolist(), store_codes),
        (item_names.tolist(), item_codes),
        np.asarray(sales, dtype=np.float32),
    )


def panel_from_codes(
    dates: NDArray[np.datetime64],
    stores: tuple[Sequence[SeriesId], NDArray[np.integer]],
    items: tuple[Sequence[SeriesId], NDArray[np.integer]],
    sales: NDArray[np.float32],
) -> SalesPanel:
    """As `panel_from_columns`, from labels in order and each row's position among them."""
    if len(dates) == 0:
        raise DataContractError("There are no sales at all, expected at least one row.")
    (store_names, store_codes), (item_names, item_codes) = stores, items
    pairs, rows = np.unique(store_codes.astype(np.int64) * len(item_names) + item_codes, return_inverse=True)
    series = SeriesIndex.from_labels(
        [store_names[pair // len(item_names)] for pair in pairs],
        [item_names[pair % len(item_names)] for pair in pairs],
    )
    start, end = dates.min(), dates.max()
    columns = (dates - start).astype(np.int64)
    matrix = np.full((len(series), _days_between(start, end) + 1), np.nan, dtype=np.float32)
    _require_distinct_cells(rows, columns, matrix.shape, series, start)
    matrix[rows, columns] = sales
    return SalesPanel(matrix, np.datetime64(start, "D"), series)


def _require_distinct_cells(
    rows: IntArray, columns: IntArray, shape: tuple[int, ...], series: SeriesIndex, start: np.datetime64
) -> None:
    taken = np.zeros(shape, dtype=bool)
    taken[rows, columns] = True
    if np.count_nonzero(taken) == len(rows):
        return
    cells, counts = np.unique(rows * shape[1] + columns, return_counts=True)
    row, column = divmod(int(cells[counts > 1][0]), shape[1])
    raise DataContractError(
        f"Store {series.stores[row]}, item {series.items[row]} has more than one row on {start + column}; "
        f"{len(rows) - len(cells)} rows too many in all.",
        hint="Keep one row per store, item and day, or let data.cleaning settle duplicates.",
    )


def _plain_labels(labels: ArrayLike) -> NDArray[Any]:
    array = np.asarray(labels)
    if np.issubdtype(array.dtype, np.integer):
        return array.astype(np.int64)
    if array.dtype == object and all(isinstance(label, int | np.integer) for label in array):
        return array.astype(np.int64)
    return array.astype(np.str_)


def _codes(labels: Sequence[SeriesId], names: Sequence[SeriesId]) -> IntArray:
    code_of = {name: code for code, name in enumerate(names)}
    return np.array([code_of[label] for label in labels], dtype=np.int64)


def _days_between(first: np.datetime64, last: np.datetime64) -> int:
    return int((np.datetime64(last, "D") - np.datetime64(first, "D")).astype(np.int64))

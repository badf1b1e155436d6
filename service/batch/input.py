"""Input of a batch: a history file, a file of requested rows, and the rows of either that are rejected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import DataContractError
from data.loading.cleaning import clean_panel
from data.loading.cleaning_rules import DataParams
from data.loading.file_formats import read_columns
from data.loading.load_history import merge_layers, panel_from_rows, split_layers
from data.loading.raw_rows import EncodedColumn, FileRows
from data.loading.text_values import SPELT_MISSING, parse_labels, parse_number, parse_times
from data.panel.sales_panel import SalesPanel
from data.panel.schema import COLUMNS, DATE, ITEM, SALES, STORE
from data.panel.series_index import SeriesIndex

KEYS = (DATE, STORE, ITEM)


@dataclass(frozen=True)
class Reject:
    """A rejected row as it is in the file, and the reason; rows count from 1 below the header."""

    row: int
    date: str
    store: str
    item: str
    reason: str


def read_history(path: Path, params: DataParams) -> tuple[SalesPanel, list[Reject]]:
    """Read sales and clean them as training does, but reject rows without date, store, item or number.

    Raises `DataContractError` when the file cannot be read or no row can be used.
    """
    columns = read_columns(path, {name: getattr(params.columns, name) for name in COLUMNS})
    times = _times(path, columns[DATE], params)
    sales = _mapped(columns[SALES], parse_number)
    is_empty = _mapped(columns[SALES], lambda text: text in SPELT_MISSING).astype(bool)
    latest = np.datetime64("today") + np.timedelta64(params.max_days_ahead, "D")
    problems = _key_problems(columns, times)
    problems[~is_empty & np.isnan(sales)] = "sales is not a number"
    problems[times > latest] = "date is in the future"
    is_good = problems == ""
    rejects = _rejects(columns, problems)
    if not is_good.any():
        first = f"in row {rejects[0].row}, {rejects[0].reason}" if rejects else "it has no rows"
        raise DataContractError(
            f"{path.name} has no row that can be used: {first}.",
            hint="Expected are date, store, item, sales; data.columns in params.yaml maps other names.",
        )
    rows = FileRows(
        name=path.name,
        times=times[is_good],
        stores=_taken(columns[STORE], is_good),
        items=_taken(columns[ITEM], is_good),
        sales=sales[is_good],
        n_empty=int(is_empty[is_good].sum()),
        n_not_numeric=0,
        not_numeric_examples=(),
    )
    settled, _ = merge_layers(split_layers([[rows]]), params)
    panel, _ = clean_panel(panel_from_rows(settled), params)
    return panel, rejects


def read_requested_rows(
    path: Path, params: DataParams, series: SeriesIndex, cutoff: np.datetime64, horizon_days: int
) -> tuple[NDArray[np.bool_], list[Reject]]:
    """Read dates, stores and items to forecast, as bool (n_series, horizon_days); others are rejected."""
    columns = read_columns(path, {name: getattr(params.columns, name) for name in KEYS})
    times = _times(path, columns[DATE], params)
    problems = _key_problems(columns, times)
    rows = _series_of(columns, series, problems == "")
    steps = (times.astype("datetime64[D]") - cutoff).astype(np.int64)
    is_in_reach = (steps >= 1) & (steps <= horizon_days)
    problems[(problems == "") & (rows < 0)] = "the model does not know this series"
    problems[(problems == "") & ~is_in_reach] = f"date is not within {horizon_days} days after {cutoff}"
    is_good = problems == ""
    requested = np.zeros((len(series), horizon_days), bool)
    requested[rows[is_good], steps[is_good] - 1] = True
    return requested, _rejects(columns, problems)


def _key_problems(columns: dict[str, EncodedColumn], times: NDArray[np.datetime64]) -> NDArray[Any]:
    """The problem of each row's date, store or item, as object (n_rows,); empty where there is none."""
    problems = np.full(len(times), "", dtype=object)
    for name in (ITEM, STORE):
        problems[_mapped(columns[name], lambda text: text == "").astype(bool)] = f"{name} is empty"
    problems[np.isnat(times)] = "date cannot be read"
    return problems


def _times(path: Path, column: EncodedColumn, params: DataParams) -> NDArray[np.datetime64]:
    try:
        times: NDArray[np.datetime64] = parse_times(column.texts, params.date_format)[column.codes]
    except DataContractError as error:
        raise DataContractError(f"{path.name}: {error.message}", hint=error.hint) from error
    return times


def _mapped(column: EncodedColumn, read: Callable[[str], float]) -> NDArray[np.float64]:
    """A number for each row, parsed once for each distinct text, (n_rows,)."""
    numbers: NDArray[np.float64] = np.array([read(text) for text in column.texts], np.float64)[column.codes]
    return numbers


def _taken(column: EncodedColumn, is_good: NDArray[np.bool_]) -> EncodedColumn:
    """Some rows of a column, with their texts alone: texts of other rows would affect the type of labels."""
    used, codes = np.unique(column.codes[is_good], return_inverse=True)
    return replace(column, texts=[column.texts[code] for code in used.tolist()], codes=codes)


def _series_of(
    columns: dict[str, EncodedColumn], known: SeriesIndex, is_good: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Each row's series in the table, −1 where it is unknown or the row is bad, (n_rows,)."""
    stores, items = (_taken(columns[name], is_good) for name in (STORE, ITEM))
    labels = [parse_labels(column.texts, column.is_text) for column in (stores, items)]
    pairs, pair_of_row = np.unique(np.stack([stores.codes, items.codes]), axis=1, return_inverse=True)
    rows = [known.find(labels[0][store], labels[1][item]) for store, item in pairs.T.tolist()]
    found = np.array([-1 if row is None else row for row in rows], np.int64)
    series = np.full(len(is_good), -1, np.int64)
    series[is_good] = found[pair_of_row.ravel()]
    return series


def _rejects(columns: dict[str, EncodedColumn], problems: NDArray[Any]) -> list[Reject]:
    bad = np.flatnonzero(problems != "")
    texts = {name: [columns[name].texts[code] for code in columns[name].codes[bad]] for name in KEYS}
    rows = zip((bad + 1).tolist(), *texts.values(), problems[bad].tolist(), strict=True)
    return [Reject(*row) for row in rows]

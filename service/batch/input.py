"""Input of a batch: a history file, a file of requested rows, and the rows of either that are rejected."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import DataContractError
from data.loading.cleaning_rules import DataParams
from data.loading.load_history import clean_layers
from data.loading.read_file import ParsedFile, parse_file
from data.loading.text_values import EncodedColumn, parse_labels
from data.panel.sales_panel import SalesPanel
from data.panel.schema import DATE, ITEM, STORE
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
    file = parse_file(path, params)
    reasons = _reasons(file)
    is_good = reasons == ""
    rejects = _rejects(file, reasons)
    if not is_good.any():
        raise DataContractError(
            f"{path.name} has no row that can be used: row {rejects[0].row} has {rejects[0].reason}.",
            hint="Expected are date, store, item, sales; data.columns in params.yaml maps other names.",
        )
    columns = {name: _taken(column, is_good) for name, column in file.columns.items()}
    rows = replace(
        file,
        columns=columns,
        times=file.times[is_good],
        sales=file.sales[is_good],
        is_empty=file.is_empty[is_good],
        problems=(),
    )
    return clean_layers([[rows]], params)[0], rejects


def read_requested_rows(
    path: Path, params: DataParams, series: SeriesIndex, cutoff: np.datetime64, horizon_days: int
) -> tuple[NDArray[np.bool_], list[Reject]]:
    """Read dates, stores and items to forecast, as bool (n_series, horizon_days); others are rejected."""
    file = parse_file(path, params, KEYS)
    reasons = _reasons(file)
    rows = _series_of(file.columns, series, reasons == "")
    steps = (file.times.astype("datetime64[D]") - cutoff).astype(np.int64)
    is_in_reach = (steps >= 1) & (steps <= horizon_days)
    reasons[(reasons == "") & (rows < 0)] = "the model does not know this series"
    reasons[(reasons == "") & ~is_in_reach] = f"date is not within {horizon_days} days after {cutoff}"
    is_good = reasons == ""
    requested = np.zeros((len(series), horizon_days), bool)
    requested[rows[is_good], steps[is_good] - 1] = True
    return requested, _rejects(file, reasons)


def _reasons(file: ParsedFile) -> NDArray[Any]:
    """The first problem of each row, as object (n_rows,); empty where there is none."""
    reasons = np.full(len(file.times), "", dtype=object)
    for problem in reversed(file.problems):
        reasons[problem.rows] = problem.reason
    return reasons


def _taken(column: EncodedColumn, is_good: NDArray[np.bool_]) -> EncodedColumn:
    """Some rows of a column, with their texts alone."""
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


def _rejects(file: ParsedFile, reasons: NDArray[Any]) -> list[Reject]:
    bad = np.flatnonzero(reasons != "")
    columns = [file.columns[name] for name in KEYS]
    texts = [[column.texts[code] for code in column.codes[bad]] for column in columns]
    rows = zip((bad + 1).tolist(), *texts, reasons[bad].tolist(), strict=True)
    return [Reject(*row) for row in rows]

"""One raw file as rows of sales, or an error that names file, line, value, what was expected and the fix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import DataContractError
from data.loading.cleaning_rules import DataParams
from data.loading.file_formats import read_columns, row_locations
from data.loading.raw_rows import EncodedColumn, FileRows
from data.loading.text_values import SPELT_MISSING, hint_for_dates, parse_number, parse_times
from data.panel.schema import COLUMNS, DATE, ITEM, MAX_EXAMPLES, SALES, STORE
from data.text import counted

BoolArray = NDArray[np.bool_]


def read_sales(path: Path, params: DataParams) -> FileRows:
    """Read one file; raises `DataContractError` when it is not what `params` say, first bad rows named."""
    columns = read_columns(path, {name: getattr(params.columns, name) for name in COLUMNS})
    if len(columns[DATE].codes) == 0:
        raise DataContractError(f"{path.name} has no rows, expected sales.", hint="Remove or refill it.")
    for name in (STORE, ITEM):
        is_nameless = _where(columns[name], [text == "" for text in columns[name].texts])
        _refuse(path, columns[name], is_nameless, f"no {name}", f"Give every row a {name}.")
    sales, is_empty, is_unreadable = _numbers(columns[SALES])
    _require_mostly_numbers(path, columns[SALES], is_unreadable, params)
    return FileRows(
        name=path.name,
        times=_times(path, columns[DATE], params),
        stores=columns[STORE],
        items=columns[ITEM],
        sales=sales,
        n_empty=int(is_empty.sum()),
        n_not_numeric=int(is_unreadable.sum()),
        not_numeric_examples=_examples(path, columns[SALES], is_unreadable),
        n_commas=int(
            _where(columns[SALES], [_is_number_with_comma(text) for text in columns[SALES].texts]).sum()
        ),
    )


def _numbers(column: EncodedColumn) -> tuple[NDArray[np.float64], BoolArray, BoolArray]:
    """Each row's number, whether its cell is empty, and whether it holds something else than a number."""
    numbers = np.array([parse_number(text) for text in column.texts])
    is_empty = _where(column, [text in SPELT_MISSING for text in column.texts])
    sales: NDArray[np.float64] = numbers[column.codes]
    return sales, is_empty, np.isnan(sales) & ~is_empty


def _is_number_with_comma(text: str) -> bool:
    return "," in text and not np.isnan(parse_number(text.replace(",", "")))


def _require_mostly_numbers(
    path: Path, column: EncodedColumn, is_unreadable: BoolArray, params: DataParams
) -> None:
    allowed_share = 0.0 if params.not_numeric == "error" else params.max_not_numeric_share
    if is_unreadable.mean() > allowed_share:
        hint = "Write numbers with a decimal point and no thousands separator."
        _refuse(path, column, is_unreadable, "sales that are no number", hint)


def _times(path: Path, column: EncodedColumn, params: DataParams) -> NDArray[np.datetime64]:
    try:
        times: NDArray[np.datetime64] = parse_times(column.texts, params.date_format)[column.codes]
    except DataContractError as error:
        raise DataContractError(f"{path.name}: {error.message}", hint=error.hint) from error
    _refuse(path, column, np.isnat(times), "no readable date", hint_for_dates(params.date_format))
    latest = np.datetime64("today") + np.timedelta64(params.max_days_ahead, "D")
    hint = f"Correct them, or raise data.max_days_ahead ({params.max_days_ahead}) in params.yaml."
    _refuse(path, column, times > latest, "a date that is still far ahead", hint)
    return times


def _where(column: EncodedColumn, is_so: list[bool]) -> BoolArray:
    """For each row whether it is so of its text, (n_rows,)."""
    rows: BoolArray = np.array(is_so, dtype=bool)[column.codes]
    return rows


def _refuse(path: Path, column: EncodedColumn, is_bad: BoolArray, what: str, hint: str) -> None:
    if is_bad.any():
        found = ", ".join(_examples(path, column, is_bad))
        raise DataContractError(
            f"{path.name}: {what} in {counted(int(is_bad.sum()), 'row')}; {found}.", hint=hint
        )


def _examples(path: Path, column: EncodedColumn, is_bad: NDArray[Any]) -> tuple[str, ...]:
    rows = np.flatnonzero(is_bad)[:MAX_EXAMPLES].tolist()
    places = row_locations(path, rows)
    texts = [column.texts[column.codes[row]] for row in rows]
    return tuple(f"{place}: {text!r}" for place, text in zip(places, texts, strict=True))

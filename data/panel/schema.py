"""The one table everybody's sales become: column names, and what has to hold for a frame to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.errors import DataContractError
from data.text import counted

if TYPE_CHECKING:
    import pandas as pd

DATE, STORE, ITEM, SALES = COLUMNS = ("date", "store", "item", "sales")
KEY = [STORE, ITEM, DATE]
MAX_EXAMPLES = 3


def validate_sales(frame: pd.DataFrame) -> pd.DataFrame:
    """Check a long frame and return its four columns as datetime64[s], labels, labels and float32.

    Sales may be missing (NaN). Raises `DataContractError` naming the first rows and series at fault.
    """
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise DataContractError(
            f"Columns {', '.join(missing)} are missing; found {', '.join(map(str, frame.columns))}.",
            hint="Rename them, or map them under data.columns in params.yaml.",
        )
    if frame.empty:
        raise DataContractError("There are no sales at all, expected at least one row.")
    _require_days(frame)
    for name in (STORE, ITEM):
        _refuse(frame, frame[name].isna(), f"No {name}", f"Give every row a {name}.")
    if frame[SALES].dtype.kind not in "iuf":
        raise DataContractError(f"Sales are of type {frame[SALES].dtype}, expected numbers.")
    sales = frame[SALES].astype("float32")
    _refuse(frame, sales.abs() == np.inf, "Sales too large to be counted", "Correct or remove them.")
    _refuse(frame, frame.duplicated(KEY, keep=False), "Another row of the same day", "Keep one row each.")
    return frame[list(COLUMNS)].astype({DATE: "datetime64[s]", SALES: "float32"})


def _require_days(frame: pd.DataFrame) -> None:
    dates = frame[DATE]
    if dates.dtype.kind != "M" or getattr(dates.dt, "tz", None) is not None:
        raise DataContractError(
            f"Dates are of type {dates.dtype}, expected datetime64 without a time zone.",
            hint="Convert them with pandas.to_datetime.",
        )
    _refuse(frame, dates.isna(), "No date", "Give every row a date.")
    _refuse(frame, dates != dates.dt.normalize(), "A time of day", "Add up the rows of a day first.")


def _refuse(frame: pd.DataFrame, is_wrong: pd.Series[bool], what: str, hint: str) -> None:
    if not is_wrong.any():
        return
    rows = frame[is_wrong].head(MAX_EXAMPLES)
    named = "; ".join(
        f"row {label}: store {row[STORE]}, item {row[ITEM]}, {str(row[DATE])[:19]}"
        for label, row in rows.iterrows()
    )
    raise DataContractError(f"{what} in {counted(int(is_wrong.sum()), 'row')}; {named}.", hint=hint)

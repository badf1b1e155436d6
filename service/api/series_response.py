"""One series' part of an answer: its days, with the bounds asked for and how they were found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.storage.forecast_table import CLOSED, COLD_START, COLUMNS, METHODS, MODEL, ForecastTable
from service.core import metrics

DECIMALS = 4


def rounded(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Units as they are told, online and in batch: more digits would only show that they are float32."""
    return np.asarray(values, np.float64).round(DECIMALS)


def series_response(
    table: ForecastTable, row: int, dates: Sequence[str], levels: Sequence[int]
) -> dict[str, Any]:
    """One series of /forecast; bounds are put in column by column, in half the time of day by day."""
    n_days = len(dates)
    columns = dict(zip(COLUMNS, rounded(np.asarray(table.values)[row, :n_days]).T.tolist(), strict=True))
    days: list[dict[str, Any]] = [
        {"date": date, "forecast": value} for date, value in zip(dates, columns["forecast"], strict=True)
    ]
    for name in [f"{side}_{level}" for level in levels for side in ("lower", "upper")]:
        for day, value in zip(days, columns[name], strict=True):
            day[name] = value
    methods = np.asarray(table.methods)[row, :n_days]
    method = series_method(methods)
    for step in np.flatnonzero(methods != method):
        days[step]["method"] = METHODS[methods[step]]
    metrics.count_forecast("forecast", sum(columns["forecast"]) / n_days, n_days, n_days)
    return {
        "method": METHODS[method],
        "cutoff": str(table.cutoff),
        "days": days,
    }


def series_method(methods: NDArray[np.uint8]) -> int:
    """How a series was answered on the whole: closed only when it never opens."""
    is_open = methods != CLOSED
    if not is_open.any():
        return CLOSED
    return COLD_START if (methods[is_open] == COLD_START).any() else MODEL

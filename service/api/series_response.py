"""One series of a response: its days, with the bounds requested and the method of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.storage.forecast_table import CLOSED, METHODS, MODEL
from models.storage.quantile_curve import interval, quantile
from service.api.request_models import ForecastRequest
from service.core import metrics

DECIMALS = 4


def rounded(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Units as responses and batch files give them: more digits would only show that they are float32."""
    return np.asarray(values, np.float64).round(DECIMALS)


@dataclass(frozen=True)
class Found:
    """Forecasts of one series, from the table or the model; `dates` are the days requested.

    `values` are (n_days or more, 18) in the order of `COLUMNS`, `methods` (n_days or more,).
    """

    values: NDArray[np.float32]
    methods: NDArray[np.uint8]
    dates: Sequence[str]
    cutoff: str


def series_response(found: Found, request: ForecastRequest) -> dict[str, Any]:
    """One series of /forecast; bounds are put in column by column, in half the time of day by day."""
    n_days = len(found.dates)
    values = found.values[:n_days]
    if request.point == "median":
        values = values.copy()
        values[:, 0] = quantile(values, 0.5)  # the ranges then contain it
    forecasts = rounded(values[:, 0]).tolist()
    days: list[dict[str, Any]] = [
        {"date": date, "forecast": value} for date, value in zip(found.dates, forecasts, strict=True)
    ]
    for level in request.levels:
        for side, bound in zip(("lower", "upper"), interval(values, level), strict=True):
            name = f"{side}_{level}"
            for day, value in zip(days, rounded(bound).tolist(), strict=True):
                day[name] = value
    if request.quantiles:
        names = [f"{probability:g}" for probability in request.quantiles]
        columns = np.stack([quantile(values, probability) for probability in request.quantiles], axis=1)
        for day, row in zip(days, rounded(columns).tolist(), strict=True):
            day["quantiles"] = dict(zip(names, row, strict=True))
    methods = found.methods[:n_days]
    [method] = series_methods(methods[np.newaxis]).tolist()
    for step in np.flatnonzero(methods != method):
        days[step]["method"] = METHODS[methods[step]]
    metrics.count_forecast("forecast", sum(forecasts) / n_days, n_days, n_days)
    return {"method": METHODS[method], "cutoff": found.cutoff, "days": days}


def series_methods(methods: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The method of each series as a whole, (n_series,), from those of its days, (n_series, n_days).

    Closed only when it never opens, cold start if any day is.
    """
    is_closed = methods == CLOSED
    of_open_days = np.where(is_closed, MODEL, methods).max(axis=1)
    return np.where(is_closed.all(axis=1), CLOSED, of_open_days).astype(np.uint8)

"""Who answers a batch: the bento's service class in this process, or a server somewhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import httpx
import numpy as np
from numpy.typing import NDArray

from data.errors import StorecastError
from data.panel import SalesPanel
from data.series import SeriesIndex
from models.table import COLUMNS, METHODS, ForecastTable

LEVELS = (80, 95)
PAGE = 10_000
TRIES, LONGEST_WAIT_SECONDS = 5, 30.0
PATIENCE_SECONDS = 120.0
HISTORY_DAY_BYTES, BODY_BYTES = 40, 8_000_000
BUSY = frozenset((429, 503, 504))


class Answers(Protocol):
    """Forecasts for many series of one model; `series` and `cutoff` are the history's when one was given."""

    version: str
    series: SeriesIndex
    cutoff: np.datetime64
    chunk: int

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> ForecastTable:
        """All days of some of the series."""
        ...


class OwnAnswers:
    """BentoML's service class used in this process, which since 1.2 is what a runner is."""

    chunk = 1_000

    def __init__(self, history: SalesPanel | None) -> None:
        from service.app import ForecastService  # imports BentoML, which asking a server does not take

        self._forecasts = ForecastService().live_model.forecasts
        table = self._forecasts.table
        self._history = history
        self.version = self._forecasts.version
        self.series, self.cutoff = (history.series, history.end) if history else (table.series, table.cutoff)

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> ForecastTable:
        """From the champion's table, or from its model when there is a history."""
        if self._history is not None:
            return self._forecasts.from_history(self._history.select(rows), horizon_days)
        return self._forecasts.from_table(rows, horizon_days)


class RemoteAnswers:
    """A running server, asked over HTTP in pieces it takes; asked again while it is busy."""

    def __init__(self, url: str, key: str | None, history: SalesPanel | None) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=PATIENCE_SECONDS)
        self._history = history
        model = self._ask("GET", "/health")["model"]
        if model is None:
            raise StorecastError(f"{url} has no model to answer with.", hint="GET /health there says why.")
        self.version = model["version"]
        if history is None:
            self.series, self.cutoff = self._known_series(), np.datetime64(model["cutoff"], "D")
        else:
            self.series, self.cutoff = history.series, history.end
        n_days = history.n_days if history else 0
        self.chunk = min(1_000, max(1, BODY_BYTES // (HISTORY_DAY_BYTES * max(n_days, 1))))

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> ForecastTable:
        """One request; raises `StorecastError` when the server's model is no longer the one begun with."""
        body = {"series": list(self._asked(rows)), "horizon_days": horizon_days, "levels": LEVELS}
        answer = self._ask("POST", "/forecast", body)
        if answer["model_version"] != self.version:
            raise StorecastError(
                f"The server changed its model from {self.version} to {answer['model_version']} half-way.",
                hint="Start the batch again.",
            )
        series = self.series.select(rows)
        return _table_of(answer["forecasts"], series, self.cutoff, horizon_days)

    def _asked(self, rows: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
        for row in rows.tolist():
            asked: dict[str, Any] = {"store": self.series.stores[row], "item": self.series.items[row]}
            if self._history is not None:
                asked["history"] = _days_of(self._history, row)
            yield asked

    def _known_series(self) -> SeriesIndex:
        listed: list[dict[str, Any]] = []
        while True:
            page = self._ask("GET", f"/series?limit={PAGE}&offset={len(listed)}")
            listed += page["series"]
            if len(listed) >= page["total"] or not page["series"]:
                return SeriesIndex.from_labels([s["store"] for s in listed], [s["item"] for s in listed])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        for left in reversed(range(TRIES)):
            try:
                answer = self._client.request(method, path, json=body)
            except httpx.TransportError as error:
                problem, wait = f"{type(error).__name__}: {error}", 1.0
            else:
                if answer.is_success:
                    return answer.json()
                problem, wait = answer.text[:500], float(answer.headers.get("retry-after", 1))
                if answer.status_code not in BUSY:
                    break
            if left:
                time.sleep(min(wait, LONGEST_WAIT_SECONDS))
        raise StorecastError(f"{method} {path} at {self._client.base_url} was not answered: {problem}.")


def _days_of(history: SalesPanel, row: int) -> list[dict[str, Any]]:
    """One series' known days, and the last day of all series, known or not: forecasts start after it."""
    known = np.flatnonzero(np.isfinite(history.sales[row]))
    days = [
        {"date": str(day), "sales": float(sales)}
        for day, sales in zip(history.dates[known], history.sales[row, known], strict=True)
    ]
    if not len(known) or known[-1] < history.n_days - 1:
        days.append({"date": str(history.end), "sales": None})
    return days


def _table_of(
    forecasts: Sequence[dict[str, Any]], series: SeriesIndex, cutoff: np.datetime64, horizon_days: int
) -> ForecastTable:
    """Answers of /forecast as a table; levels that were not asked for are NaN."""
    values = np.full((len(series), horizon_days, len(COLUMNS)), np.nan, np.float32)
    methods = np.zeros((len(series), horizon_days), np.uint8)
    for row, forecast in enumerate(forecasts):
        for step, day in enumerate(forecast["days"]):
            methods[row, step] = METHODS.index(day.get("method", forecast["method"]))
            for column, name in enumerate(COLUMNS):
                values[row, step, column] = day.get(name, np.nan)
    return ForecastTable(series, cutoff, values, methods, np.zeros(len(series), np.float32))

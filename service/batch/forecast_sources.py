"""Who answers a batch: the bento's service class in this process, or a server somewhere else."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import httpx
import numpy as np
from numpy.typing import NDArray

from data.errors import StorecastError
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.storage.forecast_table import COLUMNS, METHODS, ForecastTable
from service.api.caller_history import newest_days

LEVELS = (80, 95)
PAGE = 10_000
TRIES, LONGEST_WAIT_SECONDS = 5, 30.0
PATIENCE_SECONDS = 120.0
HISTORY_DAY_BYTES, BODY_BYTES = 40, 8_000_000
BUSY = frozenset((429, 503, 504))


class ForecastSource(Protocol):
    """Forecasts for many series of one model; `series` and `cutoff` are the history's when one was given."""

    version: str
    series: SeriesIndex
    cutoff: np.datetime64
    chunk: int

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> ForecastTable:
        """All days of some of the series."""
        ...


class LocalForecasts:
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


class RemoteForecasts:
    """A running server, called over HTTP in requests it accepts, and again while it is busy."""

    def __init__(self, client: httpx.Client, history: SalesPanel | None) -> None:
        self._client, url = client, client.base_url
        self._history = newest_days(history) if history else None
        health = self._send("GET", "/health")
        if not isinstance(health, dict) or health.get("service") != "storecast":
            raise StorecastError(f"{url} is no Storecast server.", hint="Give the address of its page.")
        model = health["model"]
        if model is None:
            raise StorecastError(f"{url} has no model to answer with.", hint="GET /health there says why.")
        self.version = model["version"]
        if history is None:
            self.series, self.cutoff = self._known_series(), np.datetime64(model["cutoff"], "D")
        else:
            self.series, self.cutoff = history.series, history.end
        n_days = self._history.n_days if self._history else 0
        self.chunk = min(1_000, max(1, BODY_BYTES // (HISTORY_DAY_BYTES * max(n_days, 1))))

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> ForecastTable:
        """One request; raises `StorecastError` when the server's model is no longer the one begun with."""
        body = {"series": list(self._series_bodies(rows)), "horizon_days": horizon_days, "levels": LEVELS}
        answer = self._send("POST", "/forecast", body)
        if answer["model_version"] != self.version:
            raise StorecastError(
                f"The server changed its model from {self.version} to {answer['model_version']} half-way.",
                hint="Start the batch again.",
            )
        series = self.series.select(rows)
        return _table_of(answer["forecasts"], series, self.cutoff, horizon_days)

    def _series_bodies(self, rows: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
        for row in rows.tolist():
            series: dict[str, Any] = {"store": self.series.stores[row], "item": self.series.items[row]}
            if self._history is not None:
                series["history"] = _days_of(self._history, row)
            yield series

    def _known_series(self) -> SeriesIndex:
        listed: list[dict[str, Any]] = []
        while True:
            page = self._send("GET", f"/series?limit={PAGE}&offset={len(listed)}")
            listed += page["series"]
            if len(listed) >= page["total"] or not page["series"]:
                return SeriesIndex.from_labels([s["store"] for s in listed], [s["item"] for s in listed])

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        for left in reversed(range(TRIES)):
            try:
                answer = self._client.request(method, path, json=body)
            except httpx.TransportError as error:
                problem, wait = f"{str(error).rstrip('.') or type(error).__name__}.", 1.0
            else:
                content = _json_of(answer)
                if answer.is_success:
                    return content
                problem, wait = _problem_of(answer, content), _wait_seconds(answer)
                if answer.status_code not in BUSY:
                    break
            if left:
                time.sleep(min(wait, LONGEST_WAIT_SECONDS))
        raise StorecastError(f"{method} {path} at {self._client.base_url} was not answered: {problem}")


def connect(url: str, key: str | None) -> httpx.Client:
    """The HTTP client of `RemoteForecasts`."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=url, headers=headers, timeout=PATIENCE_SECONDS)


def _json_of(answer: httpx.Response) -> Any:
    """What was answered; None when it is no JSON, as from a proxy or a server of another kind."""
    try:
        return answer.json()
    except ValueError:
        return None


def _wait_seconds(answer: httpx.Response) -> float:
    """What the server asks for; a second where it names a date, as one in front of it may."""
    given = answer.headers.get("retry-after", "")
    return float(given) if re.fullmatch(r"\d{1,9}", given, re.ASCII) else 1.0


def _problem_of(answer: httpx.Response, content: Any) -> str:
    error = content.get("error") if isinstance(content, dict) else None
    told = error.get("message") if isinstance(error, dict) else None
    return f"{answer.status_code}, {told or answer.reason_phrase or 'without a reason.'}"


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
    """Responses of /forecast as a table; levels that were not requested are NaN."""
    values = np.full((len(series), horizon_days, len(COLUMNS)), np.nan, np.float32)
    methods = np.zeros((len(series), horizon_days), np.uint8)
    for row, forecast in enumerate(forecasts):
        for step, day in enumerate(forecast["days"]):
            methods[row, step] = METHODS.index(day.get("method", forecast["method"]))
            for column, name in enumerate(COLUMNS):
                values[row, step, column] = day.get(name, np.nan)
    return ForecastTable(series, cutoff, values, methods, np.zeros(len(series), np.float32))

"""Where a batch gets its forecasts: the service class in this process, or a running server."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import httpx
import numpy as np
from numpy.typing import NDArray

from data.errors import StorecastError
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from data.text import shortened
from models.storage.forecast_table import METHODS, ForecastTable
from service.api.caller_history import newest_days
from service.api.series_response import rounded

LEVELS = (80, 95)
NO_NUMBERS = ("date", "method", "quantiles")
PAGE = 10_000
TRIES, LONGEST_WAIT_SECONDS = 5, 30.0
TIMEOUT_SECONDS = 120.0
HISTORY_DAY_BYTES, BODY_BYTES = 40, 8_000_000
BUSY = frozenset((429, 503, 504))
ADDRESS_HINT = "Give the address of its page."


@dataclass(frozen=True)
class BatchForecasts:
    """The output's columns of numbers for some series, each (n_series, horizon_days), rounded."""

    series: SeriesIndex
    cutoff: np.datetime64
    columns: dict[str, NDArray[np.float64]]
    methods: NDArray[np.uint8]

    @classmethod
    def of(cls, table: ForecastTable, quantiles: Sequence[float] = ()) -> Self:
        """Forecasts, intervals and quantiles of a table."""
        columns = {"forecast": rounded(table.forecast)}
        for level in LEVELS:
            for side, bound in zip(("lower", "upper"), table.bounds(level), strict=True):
                columns[f"{side}_{level}"] = rounded(bound)
        for probability in quantiles:
            columns[f"quantile_{probability:g}"] = rounded(table.quantile(probability))
        return cls(table.series, table.cutoff, columns, table.methods)


class ForecastSource(Protocol):
    """Forecasts of one model; `series` and `cutoff` are those of your own history where there is one."""

    version: str
    series: SeriesIndex
    cutoff: np.datetime64
    horizon_days: int
    chunk: int

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> BatchForecasts:
        """All days of some of the series."""
        ...


class LocalForecasts:
    """BentoML's service class in this process."""

    chunk = 1_000

    def __init__(self, history: SalesPanel | None, quantiles: Sequence[float] = ()) -> None:
        from service.app import ForecastService  # imports BentoML, which a remote batch does not need

        self._forecasts = ForecastService().live_model.forecasts
        table = self._forecasts.table
        self._history, self._quantiles = history, quantiles
        self.version, self.horizon_days = self._forecasts.version, table.horizon_days
        self.series, self.cutoff = (history.series, history.end) if history else (table.series, table.cutoff)

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> BatchForecasts:
        """From the champion's table, or from its model where there is a history."""
        if self._history is not None:
            table = self._forecasts.from_history(self._history.select(rows), horizon_days)
        else:
            table = self._forecasts.from_table(rows, horizon_days)
        return BatchForecasts.of(table, self._quantiles)


class RemoteForecasts:
    """A running server, called over HTTP in requests it accepts, and again while it is busy."""

    def __init__(
        self, client: httpx.Client, history: SalesPanel | None, quantiles: Sequence[float] = ()
    ) -> None:
        self._client, self._quantiles, url = client, list(quantiles), client.base_url
        self._history = newest_days(history) if history else None
        health = self._send("GET", "/health")
        if health.get("service") != "storecast":
            raise StorecastError(f"{url} is not a Storecast server.", hint=ADDRESS_HINT)
        model = health["model"]
        if model is None:
            raise StorecastError(f"{url} has no model.", hint=f"GET {url}/health gives the reason.")
        self.version = model["version"]
        self.horizon_days = self._send("GET", "/model")["horizon_days"]
        if history is None:
            self.series, self.cutoff = self._known_series(), np.datetime64(model["cutoff"], "D")
        else:
            self.series, self.cutoff = history.series, history.end
        n_days = self._history.n_days if self._history else 0
        self.chunk = min(1_000, max(1, BODY_BYTES // (HISTORY_DAY_BYTES * max(n_days, 1))))

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> BatchForecasts:
        """One request; raises `StorecastError` when the server has loaded another model since the start."""
        body: dict[str, Any] = {"series": list(self._series_bodies(rows)), "horizon_days": horizon_days}
        body |= {"levels": LEVELS} | ({"quantiles": self._quantiles} if self._quantiles else {})
        answer = self._send("POST", "/forecast", body)
        if answer["model_version"] != self.version:
            raise StorecastError(
                f"The server replaced model {self.version} by {answer['model_version']} during the batch.",
                hint="Run the batch again.",
            )
        series = self.series.select(rows)
        return _read_response(answer["forecasts"], series, self.cutoff, horizon_days)

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

    def _send(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        for left in reversed(range(TRIES)):
            try:
                answer = self._client.request(method, path, json=body)
            except httpx.RequestError as error:
                problem, wait = f"{str(error).rstrip('.') or type(error).__name__}.", 1.0
            else:
                content = _json_of(answer)
                if answer.is_success and isinstance(content, dict):
                    return content
                if answer.is_success:
                    found = f"{method} {path} answered no JSON object"
                    url = self._client.base_url
                    raise StorecastError(f"{url} is not a Storecast server: {found}.", hint=ADDRESS_HINT)
                problem, wait = _problem_of(answer, content), _wait_seconds(answer)
                if answer.status_code not in BUSY:
                    break
            if left:
                time.sleep(min(wait, LONGEST_WAIT_SECONDS))
        raise StorecastError(f"{method} {path} at {self._client.base_url} failed: {problem}")


def _json_of(answer: httpx.Response) -> Any:
    """The body of a response; None when it is not JSON, as from a proxy or another kind of server."""
    try:
        return answer.json()
    except ValueError:
        return None


def _wait_seconds(answer: httpx.Response) -> float:
    """Seconds the server asks to wait; 1 where it names a date instead, as a proxy may."""
    given = answer.headers.get("retry-after", "")
    return float(given) if re.fullmatch(r"\d{1,9}", given, re.ASCII) else 1.0


def _problem_of(answer: httpx.Response, content: Any) -> str:
    error = content.get("error") if isinstance(content, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return shortened(f"{answer.status_code}, {message or answer.reason_phrase or 'no reason given.'}", 300)


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


def _read_response(
    forecasts: Sequence[dict[str, Any]], series: SeriesIndex, cutoff: np.datetime64, horizon_days: int
) -> BatchForecasts:
    """The series of a response of /forecast."""
    methods = np.zeros((len(series), horizon_days), np.uint8)
    for row, forecast in enumerate(forecasts):
        for step, day in enumerate(forecast["days"]):
            methods[row, step] = METHODS.index(day.get("method", forecast["method"]))
    by_day = [[_numbers(day) for day in forecast["days"]] for forecast in forecasts]
    columns = {name: np.array([[day[name] for day in days] for days in by_day]) for name in by_day[0][0]}
    return BatchForecasts(series, cutoff, columns, methods)


def _numbers(day: dict[str, Any]) -> dict[str, float]:
    """One day's columns of numbers."""
    quantiles = {f"quantile_{name}": value for name, value in day.get("quantiles", {}).items()}
    return {name: value for name, value in day.items() if name not in NO_NUMBERS} | quantiles

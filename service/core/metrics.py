"""Every metric of the service beside BentoML's own. No label holds a value that a client chooses."""

import datetime
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from prometheus_client import Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from models.storage.version_record import ChampionRecord
from service.core.supervisor import is_running

FORECASTS = Counter(
    "storecast_forecasts_total", "Forecasts given, one for each series and day.", ["endpoint"]
)
UNKNOWN = Counter(
    "storecast_unknown_series_total", "Requested series that the model does not know.", ["endpoint"]
)
SALES = Histogram(
    "storecast_forecast_sales",
    "Units a day forecast: each /predict answer, and the mean of each series of /forecast.",
    buckets=(0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000),
)
HORIZON = Histogram(
    "storecast_forecast_horizon_days",
    "Days from the cutoff to the last day forecast.",
    buckets=(1, 2, 3, 7, 14, 28, 56, 90),
)
DRIFT_CHECKS = Counter("storecast_drift_checks_total", "Answers of /drift-check, by verdict.", ["verdict"])
ERRORS = Counter("storecast_errors_total", "Answers that were errors, by the code in their body.", ["code"])
SWAPS = Counter("storecast_model_swaps_total", "Champions taken into service, the first one included.")
FAILED_SWAPS = Counter(
    "storecast_model_swap_failures_total",
    "Champions that could not be fetched or loaded; the one before kept serving.",
    ["stage"],
)
for _stage in ("remote", "load"):  # a counter that first appears at 1 has no increase to alert on
    FAILED_SWAPS.labels(_stage)

_forecasts_of, _unknown_of = cache(FORECASTS.labels), cache(UNKNOWN.labels)


def start_at_zero(endpoints: Iterable[str]) -> None:
    """Show the counters of each endpoint before its first request, for the same reason."""
    for endpoint in endpoints:
        _forecasts_of(endpoint)
        _unknown_of(endpoint)


def count_forecast(endpoint: str, sales: float, last_step: int, n_days: int = 1) -> None:
    """Count one series' answer: `n_days` forecasts of `sales` units a day on the mean, up to `last_step`."""
    _forecasts_of(endpoint).inc(n_days)
    SALES.observe(sales)
    HORIZON.observe(last_step)


def count_unknown(endpoint: str) -> None:
    """Count one request for a series the model does not know."""
    _unknown_of(endpoint).inc()


class LiveModelCollector(Collector):
    """Version, cutoff and age of the model that serves, as the worker that is scraped knows them.

    Created for each scrape: files shared by workers would keep gauges of dead workers and of old models.
    """

    def __init__(self, record: ChampionRecord, card: Mapping[str, Any]) -> None:
        self._record, self._range = record, card.get("adaptive_range", {})

    def collect(self) -> Iterable[Metric]:
        """One family each for identity, last day seen, time of creation, and for its ranges."""
        record, midnight = self._record, datetime.time(tzinfo=datetime.UTC)
        labels = {"version": record.version, "kind": record.kind, "cutoff": str(record.cutoff)}
        info = GaugeMetricFamily("storecast_model_info", "The model that serves.", labels=list(labels))
        info.add_metric(list(labels.values()), 1)
        cutoff = datetime.datetime.combine(record.cutoff, midnight)
        created = record.created_at.timestamp()
        width = GaugeMetricFamily("storecast_range_width", "Of ranges, 1 after a training.", labels=["side"])
        for side in ("lower", "upper"):
            width.add_metric([side], self._range.get(side, 1.0))
        coverage = GaugeMetricFamily("storecast_realised_coverage_share", "Of new sales, in the 80 % range.")
        if self._range.get("days"):
            coverage.add_metric([], self._range["coverage_80"])
        return [
            info,
            GaugeMetricFamily(
                "storecast_model_cutoff_timestamp_seconds", "Last day the model has seen.", cutoff.timestamp()
            ),
            GaugeMetricFamily("storecast_model_created_timestamp_seconds", "When it was made.", created),
            *(width, coverage),
        ]

    def text(self) -> str:
        """The families as Prometheus reads them."""
        return generate_latest(self).decode()


def forget_dead_workers(folder: Path | None) -> None:
    """Drop the in-progress gauges of workers that were killed; their counters stay and keep counting."""
    pids = {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*_*.db")} if folder else ()
    for pid in pids:
        if not is_running(pid):
            multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]

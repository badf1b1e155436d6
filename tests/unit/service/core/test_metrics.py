"""service.core.metrics: what is counted, and under which names."""

import datetime
import os
import subprocess
import sys
from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from models.champion import Champion
from service.api.endpoints import ENDPOINTS
from service.core import metrics
from service.core.metrics import LiveModelCollector, count_forecast, count_unknown, forget_dead_workers


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_forecast_is_counted_with_its_days_value_and_horizon() -> None:
    def read() -> tuple[float, ...]:
        return (
            value("storecast_forecasts_total", endpoint="forecast"),
            value("storecast_forecast_sales_sum"),
            value("storecast_forecast_horizon_days_sum"),
        )

    before = read()
    count_forecast("forecast", 12.5, 28, 28)
    assert [after - then for after, then in zip(read(), before, strict=True)] == [28, 12.5, 28]


def test_unknown_series_are_counted_by_endpoint() -> None:
    before = value("storecast_unknown_series_total", endpoint="predict")
    count_unknown("predict")
    assert value("storecast_unknown_series_total", endpoint="predict") == before + 1


def test_every_name_follows_the_conventions() -> None:
    ours = [family for family in REGISTRY.collect() if family.name.startswith("storecast_")]
    assert ours
    for family in ours:
        assert family.documentation.endswith(".")
        assert family.name == family.name.lower()
        if family.type == "counter":
            assert any(sample.name.endswith("_total") for sample in family.samples) or not family.samples


def test_the_live_model_reports_its_version_and_age(champion: Champion) -> None:
    text = LiveModelCollector(champion.record, champion.card).text()
    families = {f.name: f for f in text_string_to_metric_families(text)}
    (info,) = families["storecast_model_info"].samples
    assert info.labels == {"version": champion.record.version, "kind": "trained", "cutoff": "2017-12-31"}
    (cutoff,) = families["storecast_model_cutoff_timestamp_seconds"].samples
    assert datetime.datetime.fromtimestamp(cutoff.value, datetime.UTC).date() == champion.record.cutoff
    (created,) = families["storecast_model_created_timestamp_seconds"].samples
    assert created.value == champion.record.created_at.timestamp()
    assert [sample.value for sample in families["storecast_range_width"].samples] == [1, 1]
    assert not families["storecast_realised_coverage_share"].samples  # no new sales since the training


def test_ranges_that_were_adapted_are_reported(champion: Champion) -> None:
    card = {"adaptive_range": {"lower": 0.9, "upper": 1.3, "days": 14, "coverage_80": 0.71}}
    text = LiveModelCollector(champion.record, card).text()
    assert 'storecast_range_width{side="lower"} 0.9' in text
    assert 'storecast_range_width{side="upper"} 1.3' in text
    assert "storecast_realised_coverage_share 0.71" in text


def test_gauges_of_dead_workers_are_dropped_and_those_of_live_ones_stay(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for pid in (ended.pid, os.getpid()):
        (tmp_path / f"gauge_livesum_{pid}.db").touch()
        (tmp_path / f"counter_{pid}.db").touch()
    forget_dead_workers(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"gauge_livesum_{os.getpid()}.db", f"counter_{os.getpid()}.db", f"counter_{ended.pid}.db"}
    forget_dead_workers(None)


def test_labels_are_bounded_by_what_is_written_here() -> None:
    metrics.start_at_zero(endpoint.name for endpoint in ENDPOINTS)
    assert metrics.FORECASTS._labelnames == metrics.UNKNOWN._labelnames == ("endpoint",)
    names = {endpoint.name for endpoint in ENDPOINTS}
    assert {labels for (labels,) in metrics.FORECASTS._metrics} == names
    assert {labels for (labels,) in metrics.UNKNOWN._metrics} == names

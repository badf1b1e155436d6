"""Evidently's reports: the same numbers as the monitors, in files without network access."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from drift.checking.evidently_reports import (
    data_drift,
    regression_quality,
    write_data_drift,
    write_performance,
)
from drift.monitors.error_drift import Performance
from drift.monitors.input_drift import COLUMNS, InputWindows
from models.evaluation.scores import bias, mae, mape, rmse

RNG = np.random.default_rng(1)
INPUTS = InputWindows(RNG.gamma(2, 5, (400, 9)), RNG.gamma(2.2, 5, (500, 9)))
ACTUAL = RNG.poisson(20, (6, 28)).astype(np.float32) + 1
ACTUAL[0, 3] = np.nan
FORECAST = RNG.gamma(10, 2, (6, 28)).astype(np.float32)
PERFORMANCE = Performance(ACTUAL, FORECAST, (ACTUAL + 1, FORECAST))


def metrics(snapshot: Any) -> dict[str, Any]:
    return {one["metric_name"]: one["value"] for one in json.loads(snapshot.json())["metrics"]}


def test_evidently_finds_the_same_distances() -> None:
    values = metrics(data_drift(INPUTS, 0.1))
    for column, ours in zip(COLUMNS, INPUTS.distances, strict=True):
        theirs = next(
            v for name, v in values.items() if name.startswith("ValueDrift") and f"={column}," in name
        )
        assert theirs == pytest.approx(ours, rel=1e-9), column


def test_evidently_finds_the_same_errors() -> None:
    values = metrics(regression_quality(PERFORMANCE))

    def theirs(name: str) -> Any:
        found = next(value for metric, value in values.items() if metric.startswith(f"{name}("))
        return found["mean"] if isinstance(found, dict) else found

    assert theirs("MAE") == pytest.approx(mae(ACTUAL, FORECAST), rel=1e-5)
    assert theirs("RMSE") == pytest.approx(rmse(ACTUAL, FORECAST), rel=1e-5)
    assert theirs("MAPE") == pytest.approx(mape(ACTUAL, FORECAST), rel=1e-5)
    mean_error = bias(ACTUAL, FORECAST) / 100 * np.nansum(ACTUAL) / np.isfinite(ACTUAL).sum()
    assert abs(theirs("MeanError")) == pytest.approx(abs(mean_error), rel=1e-4)


def test_a_column_without_values_or_variation_is_left_out() -> None:
    current = INPUTS.current.copy()
    current[:, COLUMNS.index("lag_30")] = np.nan
    reference = INPUTS.reference.copy()
    reference[:, COLUMNS.index("lag_1")] = 0
    names = metrics(data_drift(InputWindows(current, reference), 0.1))
    assert not [name for name in names if "=lag_30," in name or "=lag_1," in name]
    assert [name for name in names if "=lag_7," in name]


def test_a_window_in_which_nothing_was_sold_still_has_a_page(tmp_path: Path) -> None:
    page = tmp_path / "performance.html"
    write_performance(Performance(np.zeros_like(ACTUAL), FORECAST, None), page)
    assert "Nothing was sold" in page.read_text(encoding="utf-8")


def test_a_year_before_without_records_is_left_out() -> None:
    alone = metrics(regression_quality(Performance(ACTUAL, FORECAST, None)))
    unknown = np.full_like(ACTUAL, np.nan)
    assert metrics(regression_quality(Performance(ACTUAL, FORECAST, (unknown, FORECAST)))) == alone


def test_a_year_before_in_which_nothing_was_sold_is_left_out(tmp_path: Path) -> None:
    page, nothing = tmp_path / "performance.html", np.zeros_like(ACTUAL)
    write_performance(Performance(ACTUAL, FORECAST, (nothing, nothing)), page)
    assert "Regression" in page.read_text(encoding="utf-8")


def test_reports_are_single_files_that_load_nothing(tmp_path: Path) -> None:
    write_data_drift(INPUTS, 0.1, tmp_path / "drift.html")
    write_performance(PERFORMANCE, tmp_path / "performance.html")
    for path in tmp_path.iterdir():
        page = path.read_text(encoding="utf-8")
        assert page.index("<title>Storecast: ") < page.index("<body><p") < page.index("decides nothing")
        assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']?https?:", page)

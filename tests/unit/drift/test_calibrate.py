"""The calibration job, on ordinary and on unusual sales."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel, SeriesIndex
from data.params import Paths
from data.synthetic import write_sales
from drift.calibrate import calibrate, main, write_reports
from drift.calibration.thresholds import Calibration
from drift.detector.expectations import forecast_from
from drift.detector.extreme_quantile import FEWEST_WEEKS
from drift.detector.group_shifts import Groups
from drift.detector.windows import LENGTHS_DAYS, LONGEST_DAYS, Windows
from drift.params import DriftParams
from tests.unit.drift.conftest import PARAMS

START = np.datetime64("2015-01-05", "D")
SHORT = DriftParams(replay_weeks=40, evidence_weeks=0)


def draw(n_stores: int, n_items: int, n_days: int, mean: float = 8.0) -> SalesPanel:
    rng = np.random.default_rng(1)
    labels = [(store, item) for store in range(n_stores) for item in range(n_items)]
    weekday = np.array([0.8, 0.9, 1.0, 1.0, 1.1, 1.3, 0.9])[np.arange(n_days) % 7]
    sales_level = mean * rng.lognormal(0, 0.3, len(labels))
    sales = rng.poisson(sales_level[:, None] * weekday).astype(np.float32)
    return SalesPanel(sales, START, SeriesIndex.from_labels(*zip(*labels, strict=True)))


def short() -> SalesPanel:
    return draw(3, 4, 300)


def closed_on_sundays_and_unrecorded_on_mondays() -> SalesPanel:
    panel = draw(3, 4, 900)
    panel.sales[:, np.arange(900) % 7 == 6] = 0
    panel.sales[:, np.arange(900) % 7 == 0] = np.nan
    return panel


def one_item_a_store() -> SalesPanel:
    return draw(6, 1, 900)


def two_series() -> SalesPanel:
    return draw(2, 1, 900, mean=30.0)


def mostly_zeros() -> SalesPanel:
    return draw(3, 10, 900, mean=0.1)


def with_series_that_never_sold() -> SalesPanel:
    panel = draw(3, 4, 900)
    panel.sales[[2, 5]] = 0
    return panel


SETS = [
    *(short, closed_on_sundays_and_unrecorded_on_mondays, one_item_a_store, two_series),
    *(mostly_zeros, with_series_that_never_sold),
]


def found(panel: SalesPanel, sales: np.ndarray) -> bool:
    """Whether the last 28 days are drift when they are `sales`, by thresholds from the days before."""
    known = panel.until(panel.end - np.timedelta64(LONGEST_DAYS, "D"))
    calibration = calibrate(known, SHORT)
    assert calibration.thresholds.detector.n_weeks >= FEWEST_WEEKS
    now = SalesPanel(np.hstack([known.sales, sales.astype(np.float32)]), panel.start, panel.series)
    windows = {
        length: Windows.of(
            now.sales[:, -length:],
            forecast_from(now, now.n_days - length)[:, :length],
            int(now.end.astype(np.int64)),
        )
        for length in LENGTHS_DAYS
    }
    return bool(calibration.thresholds.detector.largest_score(windows, Groups.of(calibration.series))[0] > 1)


def test_the_power_study_is_written_as_html_and_json(calibration: Calibration, tmp_path: Path) -> None:
    write_reports(calibration, Paths(tmp_path))
    report = json.loads((tmp_path / "reports/drift_calibration.json").read_text(encoding="utf-8"))
    assert report["evidence"]["false_alarms"]["of"] == PARAMS.evidence_weeks
    assert {"lower", "upper"} <= set(report["evidence"]["false_alarms"])
    page = (tmp_path / "reports/drift_calibration.html").read_text(encoding="utf-8")
    assert "closed store" in page
    assert "http" not in page


def test_the_job_measures_a_file(
    known: SalesPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    params = Path("params.yaml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(params, encoding="utf-8")
    write_sales(known.select([0, 1, 6, 7]), Path("sales.csv"))
    assert main(["--sales", "sales.csv", "--replay-weeks", "30", "--evidence-weeks", "9"]) == 0
    assert "False alarms:" in capsys.readouterr().out
    assert Path("reports/drift_calibration.html").exists()


def test_the_job_cannot_run_without_sales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params = Path("params.yaml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(params, encoding="utf-8")
    assert main([]) == 2


@pytest.mark.parametrize("make", SETS)
def test_unusual_sales_without_drift_are_steady(make: Callable[[], SalesPanel]) -> None:
    panel = make()
    assert not found(panel, panel.sales[:, -LONGEST_DAYS:])


@pytest.mark.parametrize("make", SETS)
def test_a_store_that_sells_nothing_is_found(make: Callable[[], SalesPanel]) -> None:
    panel = make()
    sales = panel.sales[:, -LONGEST_DAYS:].copy()
    sales[panel.series.store_codes == 1] = 0
    assert found(panel, sales)


@pytest.mark.parametrize("weeks", ["-1", "ten", "1.5"])
def test_a_number_of_weeks_that_is_none_is_named(weeks: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--replay-weeks", weeks])
    assert f"'{weeks}' is not a number of weeks, like 52" in capsys.readouterr().err

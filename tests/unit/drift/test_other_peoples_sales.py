"""Sales unlike the sample: calibrated without a hitch, quiet when nothing happens, and a closure found."""

from collections.abc import Callable

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel, SeriesIndex
from drift.calibrate import calibrate
from drift.detector.detector import FEWEST_WEEKS
from drift.detector.expectations import forecast_from
from drift.detector.windows import LENGTHS_DAYS, LONGEST_DAYS, Windows
from drift.params import DriftParams

START = np.datetime64("2015-01-05", "D")
PARAMS = DriftParams(replay_weeks=40, evidence_weeks=0)


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
    """Whether the last 28 days alarm when they are `sales`, by thresholds from the days before."""
    known = panel.until(panel.end - np.timedelta64(LONGEST_DAYS, "D"))
    calibration = calibrate(known, PARAMS)
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
    return bool(calibration.thresholds.detector.largest_score(windows, calibration.groups)[0] > 1)


@pytest.mark.parametrize("make", SETS)
def test_nothing_is_found_where_nothing_happened(make: Callable[[], SalesPanel]) -> None:
    panel = make()
    assert not found(panel, panel.sales[:, -LONGEST_DAYS:])


@pytest.mark.parametrize("make", SETS)
def test_a_store_that_sells_nothing_is_found(make: Callable[[], SalesPanel]) -> None:
    panel = make()
    sales = panel.sales[:, -LONGEST_DAYS:].copy()
    sales[panel.series.store_codes == 1] = 0
    assert found(panel, sales)

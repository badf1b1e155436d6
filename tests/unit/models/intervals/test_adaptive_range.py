"""models.intervals.adaptive_range: ranges that follow the realised coverage."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.intervals.adaptive_range import WIDTHS, AdaptiveRange
from models.storage.forecast_table import DISCONTINUED, ForecastTable
from models.storage.quantile_curve import QUANTILES

N = 40
SERIES = SeriesIndex.from_labels([1] * N, list(range(N)))
CUTOFF = np.datetime64("2026-01-31", "D")
NORMAL = np.array([NormalDist().inv_cdf(p) for p in QUANTILES])


def day_of(adaptive: AdaptiveRange, day: int, deviation: float = 10.0) -> ForecastTable:
    """One day's forecasts of 100 units, made after `day` days by a model that knows a deviation of 10."""
    curve = adaptive.adapted(np.broadcast_to(100 + deviation * NORMAL, (N, 1, 17)))
    values = np.concatenate([np.full((N, 1, 1), 100.0), curve], axis=2).astype(np.float32)
    return ForecastTable(SERIES, CUTOFF + day, values, np.zeros((N, 1), np.uint8), np.ones(N, np.float32))


def lived(sales: np.ndarray, adaptive: AdaptiveRange) -> tuple[AdaptiveRange, list[float]]:
    """The range after each of some days was forecast and sold; and the coverage of every day."""
    panel = SalesPanel(sales.astype(np.float32), CUTOFF + 1, SERIES)
    coverage = []
    for day in range(sales.shape[1]):
        table = day_of(adaptive, day)
        lower, upper = table.bounds(80)
        coverage.append(float(np.mean((sales[:, [day]] >= lower) & (sales[:, [day]] <= upper))))
        adaptive = adaptive.after(table, panel.until(panel.start + day))
    return adaptive, coverage


@pytest.mark.parametrize("deviation", [6.0, 10.0, 18.0])
def test_coverage_returns_to_its_level_when_sales_scatter_otherwise(deviation: float) -> None:
    sales = np.random.default_rng(1).normal(100, deviation, (N, 120))
    adaptive, coverage = lived(sales, AdaptiveRange())
    assert np.mean(coverage[-40:]) == pytest.approx(0.8, abs=0.03)
    assert adaptive.days == 120
    assert adaptive.coverage_80 == pytest.approx(np.mean(coverage[-28:]), abs=0.03)
    assert (adaptive.lower, adaptive.upper) == pytest.approx((deviation / 10,) * 2, rel=0.15)


def test_a_side_that_sales_leave_widens_alone() -> None:
    sales = np.random.default_rng(1).normal(108, 10, (N, 60))
    adaptive, _ = lived(sales, AdaptiveRange())
    assert adaptive.upper > 1.3
    assert adaptive.lower < 1


def test_widths_are_bounded_and_zeros_stay() -> None:
    sales = np.full((N, 200), 1e5)
    adaptive, _ = lived(sales, AdaptiveRange())
    assert (adaptive.lower, adaptive.upper) == WIDTHS
    assert not adaptive.adapted(np.zeros((1, 1, 17))).any()


def test_without_new_days_or_usual_series_nothing_changes() -> None:
    adaptive, table = AdaptiveRange(0.9, 1.2, 5, 0.7), day_of(AdaptiveRange(), 0)
    before = SalesPanel(np.full((N, 5), 1e5, np.float32), CUTOFF - 4, SERIES)
    assert adaptive.after(table, before) == adaptive
    sold = SalesPanel(np.full((N, 1), 1e5, np.float32), CUTOFF + 1, SERIES)
    assert adaptive.after(replace(table, methods=table.methods + DISCONTINUED), sold) == adaptive


def test_where_nothing_can_sell_less_the_lower_side_stays() -> None:
    table = day_of(AdaptiveRange(), 0)
    table.values[:, :, 1:6] = 0
    sold = SalesPanel(np.full((N, 1), 100.0, np.float32), CUTOFF + 1, SERIES)
    assert AdaptiveRange().after(table, sold).lower == 1


@given(st.floats(0.5, 2), st.floats(0.5, 2), st.lists(st.floats(0, 1e6), min_size=17, max_size=17))
def test_adapted_quantiles_never_fall_and_are_never_negative(
    lower: float, upper: float, curve: list[float]
) -> None:
    adapted = AdaptiveRange(lower, upper).adapted(np.sort(curve)[None, None])[0, 0]
    assert (adapted >= 0).all()
    assert (np.diff(adapted) >= -1e-6).all()

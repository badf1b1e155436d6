"""Laws of the forecaster that hold for any sales: no leakage, order of series, scale, nested bounds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.dates.calendar_days import calendar
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.champion import Champion
from models.components.levels import History, Rows, level_table
from models.components.seasonal_profile import fit_profile
from models.components.tree_features import features, sample_rows
from models.forecaster.explain import explain
from models.forecaster.fitting import Effort, fit_members
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.forecaster.recent_correction import CORRECTIONS, FOLLOW_BREAKS
from models.forecaster.roll_forward import roll_forward
from models.intervals.conformal_intervals import fit_intervals
from models.intervals.error_spread import PastForecast

START = np.datetime64("2015-03-02", "D")
QUICK = ForecasterParams(folds=2, horizon_days=30, backtest_rows=1_000, final_rows=1_000, rounds=3)
few = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def panels(draw: st.DrawFn) -> SalesPanel:
    """Two stores, of any level, with zeros, gaps, late starters and closed weekdays."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_items, n_days = draw(st.integers(1, 4)), draw(st.integers(1, 400))
    level = draw(st.sampled_from([0.05, 1.0, 30.0, 4_000.0]))
    sales = rng.poisson(level * rng.gamma(2, 0.5, (2 * n_items, 1)) * np.ones(n_days)).astype(np.float32)
    sales[rng.random(sales.shape) < draw(st.sampled_from([0.0, 0.3]))] = np.nan
    sales[0, : n_days // 2] = np.nan
    if draw(st.booleans()):
        sales[:n_items, (np.arange(n_days) % 7) == 6] = 0
    items = list(range(n_items))
    return SalesPanel(sales, START, SeriesIndex.from_labels([1] * n_items + [2] * n_items, items + items))


@st.composite
def degenerate_panels(draw: st.DrawFn) -> SalesPanel:
    """Sales that never change, are all zero or unknown, have one day, one series, one sale or any scale."""
    n_series, n_days = draw(st.sampled_from([1, 2, 5])), draw(st.sampled_from([1, 2, 8, 60, 200, 420]))
    sales = np.full((n_series, n_days), draw(st.sampled_from([0.0, 1e-6, 1.0, 7.0, 1e9, np.nan])), np.float32)
    if draw(st.booleans()):
        sales[0] = draw(st.sampled_from([0.0, np.nan, 3.0]))
    if draw(st.booleans()):
        sales[-1, draw(st.integers(0, n_days - 1))] = draw(st.sampled_from([1.0, 1e13, 1e-30]))
    if draw(st.booleans()):
        sales *= 10 + np.arange(n_days) % 7
    if draw(st.booleans()):
        sales[:, draw(st.integers(0, n_days)) :] = draw(st.sampled_from([0.0, np.nan]))
    return SalesPanel(sales, START, SeriesIndex.from_labels([1] * n_series, list(range(n_series))))


def history_of(panel: SalesPanel) -> History:
    days = calendar(panel.start, panel.n_days)
    sales = panel.sales.astype(np.float64)
    profile = fit_profile(sales, days, panel.series, np.zeros((panel.n_series, 7), bool), season=True)
    return History(
        *(sales, profile.index(days), profile.weekday, profile.month, days),
        store=panel.series.store_codes,
        first_sale=np.zeros(panel.n_series, np.int64),
        origin=np.full(panel.n_series, panel.n_days),
    )


@few
@given(panels())
def test_forecasts_are_finite_and_bounds_nest_around_them(panel: SalesPanel) -> None:
    values = Forecaster.fit(panel, QUICK).forecast(panel).values
    assert (np.diff(values[:, :, 1:], axis=2) >= 0).all()


@few
@given(degenerate_panels(), st.integers(0, 30))
def test_nothing_is_divided_by_nothing_whatever_is_sold(panel: SalesPanel, new_days: int) -> None:
    known = panel.until(panel.start + max(0, panel.n_days - 1 - new_days))
    forecaster = Forecaster.fit(known, QUICK)
    rolled = roll_forward(forecaster, panel)
    for one in (forecaster, rolled, rolled.with_recent_correction(panel, trees_know_it=True)):
        for correction in CORRECTIONS:
            values = replace(one, recent_correction=correction).forecast(panel).values
            assert np.isfinite(values).all()
            assert (values >= 0).all()
    explained = explain(rolled, panel.select([0]), panel.end + 1)
    assert np.isfinite([explained.forecast, *(part.sales for part in explained.parts)]).all()


@few
@given(panels())
def test_one_series_alone_is_forecast_as_among_all(panel: SalesPanel) -> None:
    forecaster = Forecaster.fit(panel, QUICK)
    among_all = forecaster.forecast(panel)
    for row in range(panel.n_series):
        alone = forecaster.forecast(panel.select([row]))
        np.testing.assert_allclose(alone.values[0], among_all.values[row], rtol=1e-5, atol=1e-6)


@few
@given(panels(), st.lists(st.integers(1, 500), min_size=10, max_size=10), st.booleans())
def test_series_that_end_on_different_days_are_forecast_as_if_each_were_alone(
    panel: SalesPanel, known_days: list[int], follows_breaks: bool
) -> None:
    forecaster = Forecaster.fit(panel, QUICK)
    if follows_breaks:
        forecaster = replace(forecaster, recent_correction=FOLLOW_BREAKS)
    known = np.minimum(known_days[: panel.n_series], panel.n_days)
    start = np.minimum(np.arange(panel.n_series) * 7, known - 1)
    sales = panel.sales.copy()
    for row, (first, end) in enumerate(zip(start, known, strict=True)):
        sales[row, :first], sales[row, end:] = np.nan, np.nan
    ragged = SalesPanel(sales, panel.start, panel.series)
    last_days = panel.start + known - 1
    together = forecaster.forecast(ragged, 30, last_days)
    for row in range(panel.n_series):
        own = ragged.select([row]).window(panel.start + start[row], last_days[row])
        alone = forecaster.forecast(own, 30)
        np.testing.assert_array_equal(together.values[row], alone.values[0])
        np.testing.assert_array_equal(together.methods[row], alone.methods[0])


@few
@given(panels(), st.integers(0, 2**32 - 1))
def test_the_order_of_the_requested_series_changes_no_forecast(panel: SalesPanel, seed: int) -> None:
    forecaster = Forecaster.fit(panel, QUICK)
    order = np.random.default_rng(seed).permutation(panel.n_series)
    shuffled = forecaster.forecast(panel.select(order))
    np.testing.assert_allclose(
        shuffled.values, forecaster.forecast(panel).values[order], rtol=1e-5, atol=1e-6
    )


@few
@given(panels(), st.integers(20, 390))
def test_features_of_a_row_do_not_change_when_days_from_its_origin_on_do(
    panel: SalesPanel, origin: int
) -> None:
    origin = min(origin, panel.n_days)
    before = history_of(panel)
    changed_sales = before.sales.copy()
    changed_sales[:, origin:] = 1e5
    after = History(
        *(changed_sales, before.index, before.weekday, before.month, before.calendar),
        store=before.store,
        first_sale=before.first_sale,
        origin=before.origin,
    )
    series = np.arange(panel.n_series)
    target = np.full(len(series), min(origin + 6, panel.n_days - 1))
    rows = Rows(series, np.full(len(series), min(origin, int(target[0]))), target)
    described = []
    for history in (before, after):
        growth = history.growth(2, np.arange(panel.n_days + 1))
        levels = level_table(history, growth, rows)
        described.append(features(history, growth, rows, levels, levels[:, 6] + 1e-3))
    np.testing.assert_array_equal(described[0], described[1])


@few
@given(panels(), st.integers(1, 90))
def test_training_rows_lie_within_the_horizon_and_after_the_first_sale(
    panel: SalesPanel, horizon_days: int
) -> None:
    history = history_of(panel)
    rows = sample_rows(history, horizon_days, 500, np.random.default_rng(0))
    assert len(rows.series) <= 500
    assert ((rows.step >= 1) & (rows.step <= horizon_days)).all()
    assert history.known[rows.series, rows.target].all()
    assert (rows.origin > history.first_sale[rows.series]).all()


@few
@given(st.integers(0, 2**32 - 1), st.sampled_from([10.0, 1_000.0]))
def test_member_o_scales_with_the_unit_sales_are_counted_in(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    sales = rng.gamma(3, 10, (4, 300)).astype(np.float32)
    series = SeriesIndex.from_labels([1, 1, 2, 2], [1, 2, 1, 2])
    made = []
    for unit in (1.0, factor):
        panel = SalesPanel((unit * sales).astype(np.float32), START, series)
        members = fit_members(panel, 30, Effort(2_000, 0, 1))
        made.append(members.forecast(panel, 30).by_name["O"] / unit)
    np.testing.assert_allclose(made[0], made[1], rtol=0.02)


@few
@given(st.integers(0, 2**32 - 1))
def test_quantiles_of_one_calibration_never_fall_for_any_forecast(seed: int) -> None:
    rng = np.random.default_rng(seed)
    forecast = rng.gamma(1, 20, (8, 60))
    intervals = fit_intervals([PastForecast(0, forecast, rng.poisson(forecast).astype(float))], 60)
    assert intervals is not None
    curve = intervals.quantiles(rng.gamma(0.5, 100, (8, 60)), np.arange(8))
    assert (curve >= 0).all()
    assert (np.diff(curve, axis=2) >= 0).all()


@pytest.mark.parametrize("horizon_days", [1, 7, 28])
def test_a_shorter_horizon_gets_the_same_first_days(champion: Champion, horizon_days: int) -> None:
    short = champion.forecaster.forecast(champion.history, horizon_days)
    np.testing.assert_allclose(short.values, champion.table.values[:, :horizon_days], rtol=1e-6)

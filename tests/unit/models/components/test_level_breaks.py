"""models.components.level_breaks: which levels broke, and what is sold since."""

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.components.level_breaks import broken_levels
from models.components.seasonal_profile import Floats
from models.forecaster.fitting import Effort, fit_members

CHANGED = np.arange(0, 100, 10)
SELLERS = CHANGED[5:]  # those of them that sell enough in a week to tell a half from chance


@pytest.fixture(scope="module")
def unchanged() -> SalesPanel:
    """100 series of 4 to 60 units a day, Poisson around weekday and season."""
    rng = np.random.default_rng(3)
    number = np.arange(800)
    weekday = np.array([0.9, 0.9, 1.0, 1.0, 1.1, 1.3, 1.4])[number % 7]
    season = 1 + 0.3 * np.sin(2 * np.pi * number / 365.25)
    sales = rng.poisson(np.geomspace(4, 60, 100)[:, None] * weekday * season)
    pairs = [store for store in range(4) for _ in range(25)], [item for _ in range(4) for item in range(25)]
    return SalesPanel(sales.astype(np.float32), np.datetime64("2015-01-01"), SeriesIndex.from_labels(*pairs))


def levels(panel: SalesPanel, fitted_on: SalesPanel | None = None) -> Floats:
    """Broken levels of a panel, by a profile fitted on it or from another."""
    members = fit_members(fitted_on or panel, 28, Effort(5_000, 0, 1))
    return broken_levels(members.forecast(panel, 28).history)


def changed(panel: SalesPanel, factor: float, days: int) -> SalesPanel:
    sales = panel.sales.copy()
    sales[CHANGED, -days:] = np.round(sales[CHANGED, -days:] * factor)
    return SalesPanel(sales, panel.start, panel.series)


def test_unchanged_levels_hardly_ever_break(unchanged: SalesPanel) -> None:
    origins = [unchanged.until(unchanged.end - days) for days in range(0, 210, 30)]
    assert np.mean([np.isfinite(levels(origin)).mean() for origin in origins]) < 0.01


@pytest.mark.parametrize("factor", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("days", [7, 14, 28])
def test_a_level_that_broke_is_found_and_is_that_of_the_days_since(
    unchanged: SalesPanel, factor: float, days: int
) -> None:
    found = levels(changed(unchanged, factor, days), fitted_on=unchanged)
    broken = set(np.flatnonzero(np.isfinite(found)))
    assert set(SELLERS) <= broken
    assert len(broken - set(CHANGED)) <= 2
    before = unchanged.sales[SELLERS, -364:].mean(axis=1)
    since = found[SELLERS] / before
    assert np.median(since) == pytest.approx(factor, abs=0.2)


def test_what_has_lasted_for_half_a_year_is_no_news(unchanged: SalesPanel) -> None:
    assert np.isnan(levels(changed(unchanged, 0.5, 182))).mean() > 0.97


def test_promotions_that_come_and_go_are_no_breaks(unchanged: SalesPanel) -> None:
    sales = unchanged.sales.copy()
    weeks = np.random.default_rng(1).random((len(sales), sales.shape[1] // 7 + 1)) < 0.3
    sales[np.repeat(weeks, 7, axis=1)[:, : sales.shape[1]]] *= 2
    assert np.isfinite(levels(SalesPanel(sales, unchanged.start, unchanged.series))).mean() < 0.05


@pytest.mark.parametrize("n_days", [1, 6, 7])
def test_a_history_of_one_window_breaks_nowhere(unchanged: SalesPanel, n_days: int) -> None:
    window = unchanged.window(unchanged.end - n_days + 1, unchanged.end)
    assert np.isnan(levels(window, fitted_on=unchanged)).all()


def test_where_nothing_is_known_nothing_broke(unchanged: SalesPanel) -> None:
    unknown = SalesPanel(np.full_like(unchanged.sales, np.nan), unchanged.start, unchanged.series)
    assert np.isnan(levels(unknown, fitted_on=unchanged)).all()


def test_a_level_does_not_depend_on_how_long_other_histories_are(unchanged: SalesPanel) -> None:
    panel = changed(unchanged, 0.5, 14)
    members = fit_members(unchanged, 28, Effort(5_000, 0, 1))
    for days in range(20, 200, 9):
        padded = panel.sales.copy()
        padded[90, :-days] = np.nan
        among = SalesPanel(padded, panel.start, panel.series)
        alone = panel.select([90]).window(panel.end - days + 1, panel.end)
        found = [broken_levels(members.forecast(one, 28).history) for one in (among, alone)]
        np.testing.assert_allclose(found[0][90], found[1][0])

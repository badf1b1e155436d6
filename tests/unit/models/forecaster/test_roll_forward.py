"""models.forecaster.roll_forward: same trees, newer history."""

from dataclasses import replace

import numpy as np
import pytest

from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.evaluation.scores import wape
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.forecaster.recent_correction import NO_CORRECTION, RecentCorrection
from models.forecaster.roll_forward import roll_forward

QUICK = ForecasterParams(folds=2, backtest_rows=2_000, final_rows=2_000, rounds=5)


@pytest.fixture(scope="module")
def fitted(small_panel: SalesPanel) -> Forecaster:
    return Forecaster.fit(small_panel.until(small_panel.end - 60), QUICK)


def test_on_the_same_history_nothing_changes(fitted: Forecaster, small_panel: SalesPanel) -> None:
    history = small_panel.until(small_panel.end - 60)
    rolled = roll_forward(fitted, history)
    np.testing.assert_allclose(rolled.forecast(history).values, fitted.forecast(history).values, rtol=1e-5)


def test_newer_sales_move_levels_and_growth_but_not_the_trees(
    fitted: Forecaster, small_panel: SalesPanel
) -> None:
    risen = small_panel.sales.copy()
    risen[:, -60:] *= 2
    newer = SalesPanel(risen, small_panel.start, small_panel.series)
    rolled = roll_forward(fitted, newer)
    before, after = fitted.forecast(small_panel).forecast, rolled.forecast(newer).forecast
    assert after.sum() > 1.3 * before.sum()
    assert rolled.members.fitted.trend.growth.overall[0, 0] > 1.3
    assert rolled.members.trend_tree is fitted.members.trend_tree
    assert rolled.members.season_tree is fitted.members.season_tree


def test_changed_weekdays_are_fitted_again(fitted: Forecaster, small_panel: SalesPanel) -> None:
    rotated = small_panel.sales.copy()
    rotated[5:, -364:] = np.roll(small_panel.sales, 2, axis=1)[5:, -364:]
    newer = SalesPanel(rotated, small_panel.start, small_panel.series)
    before, after = (
        one.members.fitted.trend.profile.weekday[9] for one in (fitted, roll_forward(fitted, newer))
    )
    assert before.argmax() == 6
    assert after[1] / after[6] > 1.1 * before[1] / before[6]


def test_a_new_weekday_pattern_is_followed_within_four_weeks(
    fitted: Forecaster, small_panel: SalesPanel
) -> None:
    def rotated(days: int) -> SalesPanel:
        sales = small_panel.sales.copy()
        weeks = small_panel.sales[:, -days:].reshape(len(sales), -1, 7)
        sales[:, -days:] = weeks[:, :, [3, 4, 5, 6, 0, 1, 2]].reshape(len(sales), -1)
        return SalesPanel(sales, small_panel.start, small_panel.series)

    changed = rotated(56)
    known = changed.until(changed.end - 28)
    actual = changed.sales[:, -28:]
    followed = roll_forward(fitted, known).forecast(known, 28).forecast
    calm = small_panel.until(known.end)
    usual = roll_forward(fitted, calm).forecast(calm, 28).forecast
    is_open = slice(5, None)  # store 2; store 1 is closed on Sundays, which moved as well
    possible = wape(small_panel.sales[is_open, -28:], usual[is_open])
    assert wape(actual[is_open], followed[is_open]) < 1.1 * possible
    assert wape(actual[is_open], usual[is_open]) > 1.2 * possible


def test_a_correction_stays_until_another_is_selected(fitted: Forecaster, small_panel: SalesPanel) -> None:
    reading = RecentCorrection(has_trees=False, follows_breaks=True)
    rolled = roll_forward(replace(fitted, recent_correction=reading), small_panel)
    assert rolled.recent_correction == reading
    assert rolled.with_recent_correction(small_panel).recent_correction == NO_CORRECTION


def test_a_new_store_joins_between_the_known_ones(fitted: Forecaster, small_panel: SalesPanel) -> None:
    stores, items = list(small_panel.series.stores), list(small_panel.series.items)
    series = SeriesIndex.from_labels([0, *stores], [5, *items])
    fresh = np.full((1, small_panel.n_days), np.nan, np.float32)
    fresh[0, -40:] = 30
    wider = SalesPanel(np.vstack([fresh, small_panel.sales]), small_panel.start, series)
    table = roll_forward(fitted, wider).forecast(wider)
    assert table.forecast[0].mean() == pytest.approx(30, rel=0.3)
    same = roll_forward(fitted, small_panel).forecast(small_panel)
    np.testing.assert_allclose(table.forecast[1:].sum(), same.forecast.sum(), rtol=0.03)


def test_a_history_without_a_known_series_is_refused(fitted: Forecaster, small_panel: SalesPanel) -> None:
    with pytest.raises(DataContractError, match="1 series"):
        roll_forward(fitted, small_panel.select(np.arange(1, small_panel.n_series)))

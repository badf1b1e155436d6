"""The recent correction that the newest week selects."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from models.forecaster.explain import explain
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.forecaster.recent_correction import (
    CORRECTIONS,
    FOLLOW_BREAKS,
    NO_CORRECTION,
    RecentCorrection,
    select_correction,
)

QUICK = ForecasterParams(folds=0, final_rows=4_000, rounds=20)
WITHOUT_TREES = RecentCorrection(has_trees=False, follows_breaks=True)


@pytest.fixture(scope="module")
def fitted(small_panel: SalesPanel) -> Forecaster:
    return Forecaster.fit(small_panel.until(small_panel.end - 28), QUICK)


def mixed(panel: SalesPanel, days: int) -> SalesPanel:
    """Every second series sells half, the others half more, for so many days."""
    sales = panel.sales.copy()
    sales[::2, -days:] = np.round(sales[::2, -days:] * 0.5)
    sales[1::2, -days:] = np.round(sales[1::2, -days:] * 1.5)
    return SalesPanel(sales, panel.start, panel.series)


def off(forecaster: Forecaster, known: SalesPanel, panel: SalesPanel) -> float:
    forecast = forecaster.points(known, panel.n_days - known.n_days)
    return float(np.abs(forecast - panel.sales[:, known.n_days :]).sum())


def test_no_correction_is_selected_where_none_is_better(small_panel: SalesPanel) -> None:
    without_trees = Forecaster.fit(small_panel, QUICK.model_copy(update={"rounds": 0}))
    for days in (0, 7, 14):
        panel = small_panel.until(small_panel.end - days)
        assert without_trees.on(panel).with_recent_correction(panel).recent_correction == NO_CORRECTION


def test_level_breaks_are_followed_once_a_week_shows_that_it_helps(
    fitted: Forecaster, small_panel: SalesPanel
) -> None:
    panel = mixed(small_panel, 21)
    known = panel.until(panel.end - 7)
    rolled = fitted.on(known)
    looked = rolled.with_recent_correction(known)
    assert looked.recent_correction.follows_breaks
    assert off(looked, known, panel) < 0.7 * off(rolled, known, panel)


def test_new_trees_are_judged_by_trees_fitted_without_the_week(small_panel: SalesPanel) -> None:
    panel = mixed(small_panel, 14)
    assert (
        Forecaster.fit(panel, QUICK)
        .with_recent_correction(panel, trees_know_it=True)
        .recent_correction.follows_breaks
    )


@pytest.mark.parametrize("start", CORRECTIONS)
def test_the_correction_that_forecasts_the_week_exactly_is_selected(
    fitted: Forecaster, small_panel: SalesPanel, start: RecentCorrection
) -> None:
    forecasts = fitted.members.forecast(mixed(small_panel, 21), 7)
    for right in CORRECTIONS:
        assert (
            select_correction(forecasts, fitted.chosen, right.forecast(forecasts, fitted.chosen), start)
            == right
        )


def test_a_worse_correction_is_not_selected(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = np.full(7, 10.0)
    noisy = np.array([0.0, 22, 0, 22, 0, 22, 10])  # worse, and so noisy that nothing beats it
    treeless = usual - 0.5  # beats the usual one: a little, and every day
    off = dict(zip(CORRECTIONS, (usual, noisy, treeless), strict=True))
    monkeypatch.setattr(
        RecentCorrection, "forecast", lambda correction, forecasts, chosen: off[correction][None]
    )
    assert select_correction(None, "", np.zeros((1, 7)), NO_CORRECTION) == WITHOUT_TREES  # type: ignore[arg-type]  # not asked


def test_trees_that_help_again_do_not_end_the_following_of_breaks(
    fitted: Forecaster, small_panel: SalesPanel
) -> None:
    forecasts = fitted.members.forecast(small_panel.until(small_panel.end - 28), 7)
    actual = NO_CORRECTION.forecast(forecasts, fitted.chosen)
    np.testing.assert_array_equal(actual, FOLLOW_BREAKS.forecast(forecasts, fitted.chosen))  # no level broke
    assert select_correction(forecasts, fitted.chosen, actual, WITHOUT_TREES) == FOLLOW_BREAKS
    for start in (NO_CORRECTION, FOLLOW_BREAKS):
        assert select_correction(forecasts, fitted.chosen, actual, start) == start


def test_selecting_a_correction_changes_nothing_else(fitted: Forecaster, small_panel: SalesPanel) -> None:
    looked = fitted.with_recent_correction(mixed(small_panel, 14))
    assert looked.recent_correction != NO_CORRECTION
    assert looked.members is fitted.members
    assert looked.chosen == fitted.chosen


def test_a_history_of_a_few_weeks_is_not_corrected(fitted: Forecaster, small_panel: SalesPanel) -> None:
    short = mixed(small_panel, 14).window(small_panel.end - 59, small_panel.end)
    assert (
        replace(fitted, recent_correction=FOLLOW_BREAKS).with_recent_correction(short).recent_correction
        == NO_CORRECTION
    )


def test_one_series_gets_what_it_gets_among_all(fitted: Forecaster, small_panel: SalesPanel) -> None:
    panel, following = mixed(small_panel, 14), replace(fitted, recent_correction=FOLLOW_BREAKS)
    every = following.forecast(panel, 28)
    for row in range(panel.n_series):
        alone = following.forecast(panel.select([row]), 28)
        np.testing.assert_allclose(alone.values[0], every.values[row], rtol=1e-5)


def test_a_series_that_stopped_may_sell_again(fitted: Forecaster, small_panel: SalesPanel) -> None:
    sales = small_panel.sales.copy()
    sales[9, -14:] = 0
    stopped = SalesPanel(sales, small_panel.start, small_panel.series)
    values = replace(fitted, recent_correction=FOLLOW_BREAKS).forecast(stopped, 28).values[9]
    assert values[:, 0].max() < 0.1
    assert values[:, 1:].max() > 0


def test_a_closed_day_stays_closed_when_levels_are_followed(
    fitted: Forecaster, small_panel: SalesPanel
) -> None:
    panel = mixed(small_panel, 14)
    sundays = np.arange(7, 29, 7) - 1  # the panel ends on a Sunday, store 1 is shut on them
    forecasts = replace(fitted, recent_correction=FOLLOW_BREAKS).points(panel, 28)
    assert (forecasts[:5, sundays] == 0).all()
    assert (forecasts[5:, sundays] > 0).all()


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_the_correction_is_saved_with_the_forecaster(
    fitted: Forecaster, tmp_path: Path, correction: RecentCorrection
) -> None:
    replace(fitted, recent_correction=correction).save(tmp_path)
    assert Forecaster.load(tmp_path).recent_correction == correction


def test_the_level_since_a_break_is_the_one_explained(fitted: Forecaster, small_panel: SalesPanel) -> None:
    panel, following = mixed(small_panel, 14).select([9]), replace(fitted, recent_correction=FOLLOW_BREAKS)
    explanation = explain(following, panel, panel.end + 3)
    parts = {part.name: part for part in explanation.parts}
    assert parts["learned"].factor == pytest.approx(1)
    assert parts["level"].factor > 1.3 * small_panel.sales[9, -364:].mean()
    assert explanation.forecast == pytest.approx(float(following.points(panel, 3)[0, -1]))

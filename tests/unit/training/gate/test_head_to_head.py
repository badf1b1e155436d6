"""training.gate.head_to_head: both models forecast days that neither has seen."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from models.champion import Champion
from models.forecaster.forecaster import Forecaster
from models.forecaster.recent_correction import FOLLOW_BREAKS, NO_CORRECTION, RecentCorrection
from models.storage.version_record import ChampionRecord
from training.gate.correction_policy import DefaultCorrections
from training.gate.head_to_head import compare_head_to_head, fit_without_newest_days
from training.train import Settings

DAYS = 7


@pytest.fixture(scope="module")
def fitted(panel: SalesPanel, settings: Settings) -> Forecaster:
    return Forecaster.fit(panel, settings.forecaster)


def champion(forecaster: Forecaster, trained_until: np.datetime64) -> Champion:
    """A champion with what a comparison needs: the model and the last day it was trained on."""
    record = ChampionRecord.model_construct(version="20260101T000000-abcdef")
    opened = Champion(Path(), record, {"trained_until": str(trained_until)})
    opened.__dict__["forecaster"] = forecaster
    return opened


@pytest.mark.parametrize(
    "corrections",
    [
        DefaultCorrections(),
        DefaultCorrections(FOLLOW_BREAKS, FOLLOW_BREAKS),
        DefaultCorrections(NO_CORRECTION, FOLLOW_BREAKS),
    ],
)
def test_a_model_trained_on_the_days_of_the_contest_ties_with_itself(
    fitted: Forecaster, panel: SalesPanel, corrections: DefaultCorrections
) -> None:
    before, after = compare_head_to_head(champion(fitted, panel.end), fitted, panel, DAYS, corrections)
    np.testing.assert_array_equal(before.error, after.error)


@pytest.mark.parametrize(
    "corrections",
    [
        DefaultCorrections(),
        DefaultCorrections(FOLLOW_BREAKS, FOLLOW_BREAKS),
        DefaultCorrections(NO_CORRECTION, FOLLOW_BREAKS),
    ],
)
@pytest.mark.parametrize("days_ago", [0, DAYS, 3 * DAYS])
def test_neither_side_knows_the_days_it_is_scored_on(
    fitted: Forecaster, panel: SalesPanel, days_ago: int, corrections: DefaultCorrections
) -> None:
    changed = panel.sales.copy()
    changed[:, -DAYS:] *= 10
    shifted = SalesPanel(changed, panel.start, panel.series)
    opened = champion(fitted, panel.end - days_ago)
    plain, moved = (
        compare_head_to_head(opened, fitted, sales, DAYS, corrections) for sales in (panel, shifted)
    )
    for card, other in zip(plain, moved, strict=True):
        np.testing.assert_array_equal(card.forecast, other.forecast)


def test_what_an_older_week_objected_to_has_no_say_in_a_contest_that_looks(
    fitted: Forecaster, panel: SalesPanel
) -> None:
    objected = replace(fitted, recent_correction=RecentCorrection(has_trees=False, follows_breaks=True))
    opened = [champion(one, panel.end - 3 * DAYS) for one in (fitted, objected)]
    cards = [
        compare_head_to_head(one, fitted, panel, DAYS, DefaultCorrections(champion=NO_CORRECTION))[0]
        for one in opened
    ]
    np.testing.assert_array_equal(cards[0].forecast, cards[1].forecast)
    assert fitted.recent_correction == NO_CORRECTION


def test_members_are_selected_on_days_before_the_comparison(fitted: Forecaster, panel: SalesPanel) -> None:
    """The fold that holds the days of the comparison counts only up to them."""
    history = panel.until(panel.end - DAYS)
    flipped = [
        replace(fold, actual=np.where(np.arange(28) < 28 - DAYS, fold.actual, 1000).astype(np.float32))
        for fold in fitted.folds[:1]
    ]
    other = replace(fitted, folds=(*flipped, *fitted.folds[1:]))
    assert fit_without_newest_days(other, history).chosen == fit_without_newest_days(fitted, history).chosen


def test_members_are_selected_again_from_the_folds_before_the_comparison(
    fitted: Forecaster, panel: SalesPanel
) -> None:
    perfect = [replace(fold, overall=fold.actual) for fold in fitted.folds]
    assert (
        fit_without_newest_days(replace(fitted, folds=tuple(perfect)), panel.until(panel.end - DAYS)).chosen
        == "O"
    )


def test_folds_of_series_that_are_no_longer_sold_are_left_out(fitted: Forecaster, panel: SalesPanel) -> None:
    fewer = panel.select(np.arange(1, panel.n_series)).until(panel.end - DAYS)
    assert fit_without_newest_days(fitted, fewer).chosen

"""training.contest: both models forecast days that neither has seen."""

import numpy as np
import pytest

from data.panel import SalesPanel
from models.forecaster import Forecaster
from training.contest import contest
from training.train import Settings

DAYS = 7


@pytest.fixture(scope="module")
def fitted(panel: SalesPanel, settings: Settings) -> Forecaster:
    return Forecaster.fit(panel, settings.forecaster)


def test_a_model_trained_on_the_days_of_the_contest_ties_with_itself(
    fitted: Forecaster, panel: SalesPanel
) -> None:
    before, after = contest(fitted, panel.end, fitted, panel, DAYS)
    np.testing.assert_array_equal(before.error, after.error)


def test_neither_side_knows_the_days_it_is_scored_on(fitted: Forecaster, panel: SalesPanel) -> None:
    changed = panel.sales.copy()
    changed[:, -DAYS:] *= 10
    shifted = SalesPanel(changed, panel.start, panel.series)
    for trained_until in (panel.end, panel.end - DAYS):
        plain = contest(fitted, trained_until, fitted, panel, DAYS)
        moved = contest(fitted, trained_until, fitted, shifted, DAYS)
        for card, other in zip(plain, moved, strict=True):
            np.testing.assert_array_equal(card.forecast, other.forecast)

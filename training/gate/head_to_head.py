"""Two forecasters on the newest days, which neither may know: what the gate decides on."""

from __future__ import annotations

import numpy as np

from data.panel.sales_panel import SalesPanel
from models.champion import Champion
from models.forecaster.forecaster import Forecaster
from models.forecaster.roll_forward import roll_forward
from training.gate.correction_policy import DefaultCorrections, has_seen_newest_week
from training.gate.decision_rule import DailyScorecard


def compare_head_to_head(
    champion: Champion, challenger: Forecaster, panel: SalesPanel, days: int, corrections: DefaultCorrections
) -> tuple[DailyScorecard, DailyScorecard]:
    """Scorecards of champion and challenger on the last `days` of a panel.

    The champion is rolled forward to the day before them. The challenger knows them, so its recipe is fitted
    once more without them; so is the champion's if it was trained that recently. One short look from the
    newest origin, because it must show a recovery that began a week ago:

        [=============== both know ===============]|-- days --|

    At a flag the challenger looks at its newest week and the champion, who did not in service, does not.
    """
    known = panel.until(panel.end - np.timedelta64(days, "D"))
    champion_model, trained_until = champion.forecaster, champion.trained_until
    if trained_until > known.end:
        champion_model, trained_until = champion_model.refitted(known), known.end
    else:
        champion_model = roll_forward(champion_model, known)
    challenger_model = challenger.refitted(known)
    if corrections.champion:
        champion_model = champion_model.with_recent_correction(
            known, corrections.champion, has_seen_newest_week(trained_until, known)
        )
    if corrections.challenger:
        challenger_model = challenger_model.with_recent_correction(
            known, corrections.challenger, trees_know_it=True
        )
    return score(champion_model, known, panel), score(challenger_model, known, panel)


def score(forecaster: Forecaster, known: SalesPanel, panel: SalesPanel) -> DailyScorecard:
    """Forecast the days of `panel` that come after `known`, and compare."""
    forecast = forecaster.points(known, panel.n_days - known.n_days)
    return DailyScorecard.of(panel.series, known.end + 1, panel.sales[:, known.n_days :], forecast)

"""Champion and challenger on the newest days, which neither has seen: the scorecards the gate decides on.

    sales      [============ history ============]|-- newest days --|
    champion   [= trained =]- - rolled forward - >|==== forecast ===|
    challenger [============ trained again ======]|==== forecast ===|

One short window at the newest origin shows a recovery that began a week ago; folds of a whole horizon do not.
"""

from dataclasses import replace

import numpy as np

from data.dates.calendar_days import days_between
from data.panel.sales_panel import SalesPanel
from models.champion import Champion
from models.forecaster.forecaster import Forecaster
from models.forecaster.member_selection import select_members
from models.forecaster.roll_forward import roll_forward
from training.gate.correction_policy import DefaultCorrections, has_seen_newest_week
from training.gate.decision_rule import DailyScorecard


def compare_head_to_head(
    champion: Champion, challenger: Forecaster, panel: SalesPanel, days: int, corrections: DefaultCorrections
) -> tuple[DailyScorecard, DailyScorecard]:
    """Scorecards of champion and challenger on the last `days` of a panel.

    The champion is rolled forward to the day before them. The challenger was trained on them, so its recipe
    is fitted again on the history alone, with members selected on it; so is the champion's if it was trained
    on some of them. Then the correction of each side is selected on the last week of the history.
    """
    history = panel.until(panel.end - np.timedelta64(days, "D"))
    champion_model, trained_until = champion.forecaster, champion.trained_until
    if trained_until > history.end:
        champion_model, trained_until = fit_without_newest_days(champion_model, history), history.end
    else:
        champion_model = roll_forward(champion_model, history)
    challenger_model = fit_without_newest_days(challenger, history)
    if corrections.champion:
        champion_model = champion_model.with_recent_correction(
            history, corrections.champion, has_seen_newest_week(trained_until, history)
        )
    if corrections.challenger:
        challenger_model = challenger_model.with_recent_correction(
            history, corrections.challenger, trees_know_it=True
        )
    return score(champion_model, history, panel), score(challenger_model, history, panel)


def fit_without_newest_days(forecaster: Forecaster, history: SalesPanel) -> Forecaster:
    """Fit the recipe of a forecaster on a shorter history, and select its members on the folds inside it.

    A fold that ends later counts up to the end of the history.
    """
    rows, folds = history.series.rows_of(forecaster.series), []
    for fold in forecaster.folds:
        if history.start <= fold.cutoff < history.end:
            actual = fold.actual.copy()
            actual[:, days_between(fold.cutoff, history.end) :] = np.nan
            actual[rows < 0] = np.nan  # series that are no longer sold
            folds.append((fold.members, actual, history.until(fold.cutoff).sales[rows]))
    return replace(forecaster.refitted(history), chosen=select_members(folds))


def score(forecaster: Forecaster, history: SalesPanel, panel: SalesPanel) -> DailyScorecard:
    """Forecast the days of `panel` after `history`, and score the forecast."""
    forecast = forecaster.points(history, panel.n_days - history.n_days)
    return DailyScorecard.of(panel.series, history.end + 1, panel.sales[:, history.n_days :], forecast)

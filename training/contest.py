"""Two forecasters on the newest days, which neither may know: what the gate decides on."""

from __future__ import annotations

import numpy as np

from data.panel import SalesPanel
from models.choice import combine
from models.fitting import Effort, fit_members
from models.forecaster import Forecaster
from models.members import Members
from models.roll_forward import roll_forward
from training.gate import DailyScorecard


def contest(
    champion: Forecaster,
    trained_until: np.datetime64,
    challenger: Forecaster,
    panel: SalesPanel,
    days: int,
) -> tuple[DailyScorecard, DailyScorecard]:
    """Scorecards of champion and challenger on the last `days` of a panel.

    The champion, whose trees have seen days up to `trained_until`, is rolled forward to the day before them.
    The challenger knows them, so its recipe is fitted once more without them; so is the champion's if it was
    trained that recently. One short look from the newest origin, because it must show a recovery that began a
    week ago:

        [=============== both know ===============]|-- days --|
    """
    known = panel.until(panel.end - np.timedelta64(days, "D"))
    has_seen_them = trained_until > known.end
    reigning = refitted(champion, known) if has_seen_them else roll_forward(champion, known).members
    return (
        score(reigning, champion.chosen, known, panel),
        score(refitted(challenger, known), challenger.chosen, known, panel),
    )


def refitted(forecaster: Forecaster, known: SalesPanel) -> Members:
    """The forecaster's recipe on other history, its choice of members kept."""
    return fit_members(known, forecaster.params.horizon_days, final_effort(forecaster))


def final_effort(forecaster: Forecaster) -> Effort:
    """What its final fit cost."""
    params = forecaster.params
    return Effort(params.final_rows, params.rounds, params.seed)


def score(members: Members, chosen: str, known: SalesPanel, panel: SalesPanel) -> DailyScorecard:
    """Forecast the days of `panel` that come after `known`, and compare."""
    days = panel.n_days - known.n_days
    forecast = combine(members.forecast(known, days).by_name, chosen)
    return DailyScorecard.of(panel.series, known.end + 1, panel.sales[:, known.n_days :], forecast)

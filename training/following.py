"""While a drift is being learnt, forecasts are read as the newest week would have them: `models.lately`."""

from __future__ import annotations

import numpy as np

from data.panel import SalesPanel
from data.params import Paths, load_params
from models.champion import Champion
from models.forecaster import Forecaster
from models.lately import LOOK_DAYS, USUAL
from training.decisions import read_decisions
from training.pace import is_learning
from training.params import RetrainParams


def is_followed(champion: Champion, panel: SalesPanel, paths: Paths) -> bool:
    """Whether the newest week has a say: while a drift is being learnt, then until it is as usual again."""
    params = load_params("retrain", RetrainParams, paths.params)
    log, today = read_decisions(paths.history_jsonl), panel.end.astype(object)
    return champion.forecaster.lately != USUAL or is_learning(log, today, params.pace)


def knows_newest_week(trained_until: np.datetime64, panel: SalesPanel) -> bool:
    """Whether trees have seen days of the panel's newest week, and so cannot judge it."""
    return bool(trained_until > panel.end - LOOK_DAYS)


def followed(forecaster: Forecaster, trained_until: np.datetime64, panel: SalesPanel) -> Forecaster:
    """A forecaster rolled forward to a panel, read as its newest week would have it.

    For a week after a training it is read as that left it: its trees know the days that would judge them.
    """
    return forecaster if knows_newest_week(trained_until, panel) else forecaster.looking_at(panel)

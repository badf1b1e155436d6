"""While a drift is being learnt, forecasts are read as the newest week would have them: `models.lately`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from data.panel import SalesPanel
from data.params import Paths, load_params
from models.champion import Champion
from models.lately import FOLLOWING, LOOK_DAYS, USUAL, Lately
from training.decisions import read_decisions
from training.pace import is_learning
from training.params import RetrainParams
from training.registry import champion_record


class Looks(NamedTuple):
    """What each side of a contest is read as unless its newest week objects; None where nobody looks."""

    champion: Lately | None = None
    challenger: Lately | None = None


def looks_from(lately: Lately, learning: bool) -> Lately | None:
    """What a look starts from, with a champion read as `lately`; None where nobody looks.

    While a drift is being learnt levels that broke are followed, and trees that lost their say, or whatever
    trees come instead of them, stay without it, unless a week shows that this is worse; then until a week no
    longer shows that it is better.
    """
    if learning:
        return lately if lately.follows_breaks else FOLLOWING
    return None if lately == USUAL else USUAL


def look_of(paths: Paths, panel: SalesPanel) -> Lately | None:
    """What a look at the newest week of a panel starts from now."""
    params = load_params("retrain", RetrainParams, paths.params)
    log, today = read_decisions(paths.history_jsonl), panel.end.astype(object)
    return looks_from(reading_of_champion(paths), is_learning(log, today, params.pace))


def reading_of_champion(paths: Paths) -> Lately:
    """How the champion's members are read now; as usual where its files are not here."""
    record = champion_record(paths)
    if record is None or not (paths.versions / record.version).exists():
        return USUAL
    card = Champion.load(paths.versions / record.version, verify=False).card
    return Lately(**card.get("lately", {}))


def knows_newest_week(trained_until: np.datetime64, panel: SalesPanel) -> bool:
    """Whether trees have seen days of the panel's newest week, and so cannot judge it."""
    return bool(trained_until > panel.end - LOOK_DAYS)

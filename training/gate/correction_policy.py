"""While a drift is being learnt: forecasts corrected as the newest week would have them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from drift.result.retrain_flag import Flag
from models.champion import Champion
from models.forecaster.recent_correction import FOLLOW_BREAKS, NO_CORRECTION, SELECTION_DAYS, RecentCorrection
from training.gate.params import RetrainParams
from training.gate.retrain_schedule import AT_FLAG, is_adapting, next_attempt
from training.registry.decision_log import read_decisions
from training.registry.promotion import champion_record


class DefaultCorrections(NamedTuple):
    """The correction each side of a comparison starts from; None: no correction is selected."""

    champion: RecentCorrection | None = None
    challenger: RecentCorrection | None = None


def default_corrections(
    correction: RecentCorrection, adapting: bool, attempt: int | None
) -> DefaultCorrections:
    """What looks at a champion read as `correction` and at its challenger start from.

    At a flag the challenger's trees know no more of the drift than those that may have lost their say: they
    begin where those are. Later they have learnt of it, and begin with a say for the gate to judge.
    """
    if attempt == AT_FLAG:
        challenger = default_correction(correction, adapting=True)
    else:
        challenger = FOLLOW_BREAKS if adapting or attempt else default_correction(correction, adapting=False)
    return DefaultCorrections(default_correction(correction, adapting), challenger)


def default_correction(correction: RecentCorrection, adapting: bool) -> RecentCorrection | None:
    """What a look starts from, with a champion read as `correction`; None where none is selected.

    While a drift is being learnt levels that broke are followed, and trees that lost their say stay without
    it, unless a week shows that this is worse; then until a week no longer shows that it is better.
    """
    if adapting:
        return correction if correction.follows_breaks else FOLLOW_BREAKS
    return None if correction == NO_CORRECTION else NO_CORRECTION


def due_attempt(paths: Paths, panel: SalesPanel, flag: Flag | None) -> int | None:
    """The attempt that is due on the sales of a panel, by the log and a flag; None when none is."""
    params = load_params("retrain", RetrainParams, paths.params)
    log, today = read_decisions(paths.history_jsonl), panel.end.astype(object)
    follows = champion_correction(paths).follows_breaks
    return next_attempt(log, flag.kinds if flag else None, follows, today, params.pace)


def read_default_corrections(
    paths: Paths, panel: SalesPanel, attempt: int | None = None
) -> DefaultCorrections:
    """What looks at the newest week of a panel start from now, at an attempt or without one."""
    params = load_params("retrain", RetrainParams, paths.params)
    log, today = read_decisions(paths.history_jsonl), panel.end.astype(object)
    return default_corrections(champion_correction(paths), is_adapting(log, today, params.pace), attempt)


def champion_correction(paths: Paths) -> RecentCorrection:
    """How the champion's members are read now; as usual where its files are not here."""
    record = champion_record(paths)
    if record is None or not (paths.versions / record.version).exists():
        return NO_CORRECTION
    card = Champion.load(paths.versions / record.version, verify=False).card
    return RecentCorrection.from_record(card)


def has_seen_newest_week(trained_until: np.datetime64, panel: SalesPanel) -> bool:
    """Whether trees have seen days of the panel's newest week, and so cannot judge it."""
    return bool(trained_until > panel.end - SELECTION_DAYS)

"""From which recent correction each model's selection starts, in quiet times and after a drift.

A recent correction changes forecasts by what the newest days show (`models.forecaster.recent_correction`).
It is selected only while the loop adapts to a drift, and starts from a default, which the newest week has to
beat:

                          champion                        challenger
    no drift              none is selected                none is selected
    at a flag             follow level breaks             as the champion's: its trees saw no more of it
    later attempts        follow level breaks             follow level breaks, with trees
    after the cool-down   no correction, until a week     as the champion's
                          no longer supports the old one
"""

from typing import NamedTuple

import numpy as np

from data.panel.sales_panel import SalesPanel
from models.forecaster.recent_correction import FOLLOW_BREAKS, NO_CORRECTION, SELECTION_DAYS, RecentCorrection
from training.gate.retrain_schedule import AT_FLAG


class DefaultCorrections(NamedTuple):
    """The correction each side of a comparison starts from; None: no correction is selected."""

    champion: RecentCorrection | None = None
    challenger: RecentCorrection | None = None


def default_corrections(
    correction: RecentCorrection, adapting: bool, attempt: int | None
) -> DefaultCorrections:
    """The defaults for a champion with this correction and its challenger, at an attempt or without one."""
    if attempt == AT_FLAG:
        challenger = default_correction(correction, adapting=True)
    else:
        challenger = FOLLOW_BREAKS if adapting or attempt else default_correction(correction, adapting=False)
    return DefaultCorrections(default_correction(correction, adapting), challenger)


def default_correction(correction: RecentCorrection, adapting: bool) -> RecentCorrection | None:
    """The default for a model with this correction; None where no correction is selected."""
    if adapting:
        return correction if correction.follows_breaks else FOLLOW_BREAKS
    return None if correction == NO_CORRECTION else NO_CORRECTION


def has_seen_newest_week(trained_until: np.datetime64, panel: SalesPanel) -> bool:
    """Whether trees were trained on days of the panel's newest week, so that it cannot test them."""
    return bool(trained_until > panel.end - SELECTION_DAYS)

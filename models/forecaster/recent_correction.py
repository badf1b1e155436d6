"""The recent correction: how the newest days change a forecast while a drift is being learned.

Measured on four simulated runs of 36 weeks with four shocks each: without the correction that leaves out the
trees, and as well without any selection (always following breaks), WAPE is 1 to 7 % higher. Always leaving
out the trees is as good there, but not on sales that trees forecast better, such as promoted ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.components.level_breaks import broken_levels
from models.components.seasonal_profile import Floats
from models.evaluation.paired_gain import paired_gain
from models.evaluation.scores import Array
from models.forecaster.member_selection import combine
from models.forecaster.members import FLOOR, MemberForecasts

SELECTION_DAYS = 7
STANDARD_ERRORS, MIN_GAIN_SHARE = 2.0, 0.02  # what another correction has to gain


@dataclass(frozen=True)
class RecentCorrection:
    """How the members are combined after a drift: as the backtest selected, unless the newest days object.

    Without trees member O is used alone. Following breaks, a series whose sales level broke is forecast at
    its level since the break, times weekday and season.
    """

    has_trees: bool = True
    follows_breaks: bool = False

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The correction of a saved forecaster or model card; none where it has none."""
        return cls(**record.get("recent_correction", record.get("lately", {})))  # as older versions name it

    def forecast(self, forecasts: MemberForecasts, chosen: str) -> Floats:
        """Forecasts (n_series, horizon_days) of the members `chosen` by the backtest."""
        forecast = combine(forecasts.by_name, chosen if self.has_trees else "O")
        level = self._level_since_break(forecasts)
        return np.where(np.isfinite(level), level * forecasts.weekday * forecasts.season, forecast)

    def sales_level(self, forecasts: MemberForecasts) -> Floats:
        """Sales levels (n_series, horizon_days) that the forecasts start from, in units a day."""
        level = self._level_since_break(forecasts)
        return np.where(np.isfinite(level), level, forecasts.sales_level)

    def _level_since_break(self, forecasts: MemberForecasts) -> Floats:
        """Sales levels of followed breaks, (n_series, 1); NaN for other series, and for a short history.

        Never 0, which would say that no sale is possible: a discontinued series is not one that broke.
        """
        if not self.follows_breaks:
            return np.full((len(forecasts.is_new), 1), np.nan)
        is_unclear = forecasts.is_new | forecasts.is_discontinued
        return np.where(is_unclear, np.nan, np.maximum(broken_levels(forecasts.history), FLOOR))[:, None]

    @property
    def words(self) -> str:
        """A sentence for the log; empty where nothing is corrected."""
        if not self.follows_breaks:
            return ""
        rest = "" if self.has_trees else "; tree models are not used"
        return f" Series with a level break are forecast at their level since the break{rest}."


NO_CORRECTION, FOLLOW_BREAKS = RecentCorrection(), RecentCorrection(follows_breaks=True)
FOLLOW_WITHOUT_TREES = RecentCorrection(has_trees=False, follows_breaks=True)
CORRECTIONS = (NO_CORRECTION, FOLLOW_BREAKS, FOLLOW_WITHOUT_TREES)  # further and further from none


def select_correction(
    forecasts: MemberForecasts, chosen: str, actual: Array, default: RecentCorrection
) -> RecentCorrection:
    """The correction nearest to `default`, and no worse, that none beats on the newest days.

    `actual` is (n_series, n_days); the forecasts start the day before. A correction is left no further than
    the days show: that trees help again does not show that sales levels hold again.
    """
    errors: dict[RecentCorrection, Floats] = {}  # absolute, summed by day
    for correction in CORRECTIONS:
        off = np.abs(correction.forecast(forecasts, chosen) - actual)
        errors[correction] = np.where(np.isfinite(actual), off, 0.0).sum(0)
    no_worse = [one for one in CORRECTIONS if errors[one].sum() <= errors[default].sum()]
    unbeaten = (
        one
        for one in no_worse
        if not any(
            paired_gain(errors[one], other, STANDARD_ERRORS, MIN_GAIN_SHARE).is_significant
            for other in errors.values()
        )
    )
    start = CORRECTIONS.index(default)
    return min(unbeaten, key=lambda one: (abs(CORRECTIONS.index(one) - start), errors[one].sum()))

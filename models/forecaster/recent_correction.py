"""What the newest days say of a forecaster: whether its trees still help, and whether levels broke."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.components.level_breaks import broken_levels
from models.components.seasonal_profile import Floats
from models.evaluation.scores import Array
from models.forecaster.member_selection import combine
from models.forecaster.members import FLOOR, MemberForecasts

LOOK_DAYS = 7
DEVIATIONS = 2.0  # from day to day, by which a change has to be better
LEAST_GAIN_SHARE = 0.02


@dataclass(frozen=True)
class Lately:
    """How the members are read since the newest days: as the backtest chose, unless those days object.

    Without trees member O alone speaks. Following breaks, a series whose level broke sells as much as since
    then, by its weekdays and season.
    """

    has_trees: bool = True
    follows_breaks: bool = False

    def forecast(self, made: MemberForecasts, chosen: str) -> Floats:
        """Forecasts (n_series, horizon_days) of the members `chosen` by the backtest."""
        forecast = combine(made.by_name, chosen if self.has_trees else "O")
        if not self.follows_breaks:
            return forecast
        level = _broken(made)
        return np.where(np.isfinite(level), level * made.weekday * made.season, forecast)

    def level(self, made: MemberForecasts) -> Floats:
        """Levels (n_series, horizon_days) that these forecasts start from, in units a day."""
        if not self.follows_breaks:
            return made.level
        level = _broken(made)
        return np.where(np.isfinite(level), level, made.level)

    @property
    def words(self) -> str:
        """For the log, after what was done; nothing where all is as usual."""
        if not self.follows_breaks:
            return ""
        rest = "" if self.has_trees else ", and no tree has a say"
        return f" Series whose level broke are forecast by what they sold since{rest}."


USUAL, FOLLOWING = Lately(), Lately(follows_breaks=True)
READINGS = (USUAL, FOLLOWING, Lately(has_trees=False, follows_breaks=True))  # further and further from usual


def _broken(made: MemberForecasts) -> Floats:
    """Levels of series that broke, (n_series, 1); NaN for others, and for those too new to tell.

    Never 0, which would say that no sale is possible.
    """
    return np.where(made.is_new, np.nan, np.maximum(broken_levels(made.history), FLOOR))[:, None]


def look(made: MemberForecasts, chosen: str, actual: Array, otherwise: Lately) -> Lately:
    """The reading nearest to `otherwise`, and no worse, that none beats on the newest days (n_series, days).

    No further than they ask: a week may show that trees help again, and that alone does not say that levels
    hold again. Forecasts were `made` from the day before the days.
    """
    known = np.isfinite(actual)

    def error(reading: Lately) -> Floats:
        """Absolute errors summed by day."""
        off = np.abs(reading.forecast(made, chosen) - actual)
        return np.asarray(np.where(known, off, 0.0).sum(0))

    errors = {reading: error(reading) for reading in READINGS}
    no_worse = [one for one in READINGS if errors[one].sum() <= errors[otherwise].sum()]
    unbeaten = (one for one in no_worse if not any(_beats(other, errors[one]) for other in errors.values()))
    start = READINGS.index(otherwise)
    return min(unbeaten, key=lambda one: (abs(READINGS.index(one) - start), errors[one].sum()))


def _beats(error: Floats, other: Floats) -> bool:
    """Whether it is less by more than 2 % and by two standard errors of the daily gains.

    Both readings saw the same days, so that what makes a day hard for both cancels.
    """
    gain = other - error
    noise = DEVIATIONS * float(np.std(gain, ddof=1)) * len(gain) ** 0.5
    return bool(gain.sum() > max(noise, LEAST_GAIN_SHARE * float(other.sum())))

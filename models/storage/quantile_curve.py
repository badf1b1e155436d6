"""A forecast as its mean and a curve of quantiles; an interval and any other quantile are views of it.

Values have 18 numbers in their last axis: the mean, then the quantiles of `QUANTILES`, which never fall.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

QUANTILES = (0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.975, 0.99)
COVERAGE_LEVELS = (50, 80, 90, 95)
Values = NDArray[np.floating]


def quantile(values: Values, probability: float) -> Values:
    """The quantile of a probability of 0.01 to 0.99, linear between those that are stored; values (…, 18)."""
    above = min(max(int(np.searchsorted(QUANTILES, probability)), 1), len(QUANTILES) - 1)
    low, high = QUANTILES[above - 1], QUANTILES[above]
    share = (probability - low) / (high - low)
    below, over = values[..., above], values[..., above + 1]
    return below + share * (over - below)


def interval(values: Values, level: int) -> tuple[Values, Values]:
    """Lower and upper bound of a level of `COVERAGE_LEVELS`, values (…, 18); they contain the mean.

    From the quantile (1 − c) / 2 to (1 + c) / 2. Where the lower is 0 the interval is one-sided, from 0 to
    the quantile c: nothing sells less than 0, so that c of the days are in it.
    """
    lower, upper, one_sided = interval_columns(level)
    mean, low = values[..., 0], values[..., lower]
    high = np.where(low > 0, values[..., upper], values[..., one_sided])
    return np.minimum(low, mean), np.maximum(high, mean)


def interval_of_day(values: Sequence[float], level: int) -> tuple[float, float]:
    """The same of one day's 18 plain numbers: an array call would cost more than the look-up."""
    lower, upper, one_sided = interval_columns(level)
    mean, low = values[0], values[lower]
    return min(low, mean), max(values[upper if low > 0 else one_sided], mean)


@cache
def interval_columns(level: int) -> tuple[int, int, int]:
    """Columns of the quantiles (1 − c) / 2, (1 + c) / 2 and c of a coverage level in percent."""
    share = level / 100
    at = ((1 - share) / 2, (1 + share) / 2, share)
    lower, upper, one_sided = (1 + QUANTILES.index(round(probability, 3)) for probability in at)
    return lower, upper, one_sided


def from_bounds(values: Values, columns: Sequence[str]) -> Values:
    """Values (…, 18) of a table that held the mean and the bounds of each coverage level."""
    known = {0.5: "forecast"}
    for level in COVERAGE_LEVELS:
        known |= {(100 - level) / 200: f"lower_{level}", (100 + level) / 200: f"upper_{level}"}
    at = sorted(known)
    order = [columns.index(known[p]) for p in at]
    weight = np.array([np.interp(QUANTILES, at, row) for row in np.eye(len(at))], np.float32)
    curve = np.maximum.accumulate(values[..., order] @ weight, axis=-1)
    return np.concatenate([values[..., :1], curve], axis=-1)

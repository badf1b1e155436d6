"""Weekdays that sell otherwise since some week: found by store, and older sales re-scaled to the new pattern.

    p_kw   share of weekday w in the sales of week k, of a store or of the chain
    T_n = n · Σ_w (mean of the last n weeks − mean of the earlier ones)² / variance of p_w

The pattern changed n weeks ago where T_n is largest, if it is four times as large as for any n weeks in a row
before: so seasons and holidays, which the past has too, are no change. Sales before that week are multiplied
by new share / old share, shrunk by the noise of the new one. All that is fitted then sees one pattern, with
years to learn from, and calm sales are not touched.
"""

from dataclasses import dataclass

import numpy as np

from data.dates.calendar_days import WEEK_DAYS
from data.panel.series_index import SeriesIndex
from models.components.empirical_bayes import shrink
from models.components.seasonal_profile import Floats, Ints, prefix_sums

FEWEST_NEW_WEEKS, FEWEST_OLD_WEEKS = 2, 26
TIMES_THE_PAST = 4.0  # how far a change has to stand out from the strongest of the past
LEAST_MOVED = 0.05  # share of sales that move to other weekdays: slow drifts stand out as well, but move less
OPEN_SHARE = 0.5  # of weeks on which a weekday is known, to be one of the store's weekdays
LEAST_WEEKS_SHARE = 0.5  # of weeks that are complete
NEVER = np.iinfo(np.int32).min  # a change before all sales


@dataclass(frozen=True)
class WeekdayChange:
    """The first day of each series' new pattern, since 1970, and what earlier sales are multiplied by."""

    day: Ints  # (n_series,), `NEVER` without a change
    factor: Floats  # (n_series, 7), Monday first

    def applied(self, sales: Floats, start: np.datetime64, row: Ints) -> Floats:
        """Sales (n, n_days) from `start` on in the new pattern; `row` (n,) is −1 for unknown series."""
        known = np.flatnonzero((row >= 0) & (self.day[row] != NEVER))
        if not len(known):
            return sales
        days = start.astype("datetime64[D]").astype(np.int64) + np.arange(sales.shape[1])
        factor = self.factor[row[known]][:, (days + 3) % WEEK_DAYS]  # 1970 began on a Thursday
        is_old = days < self.day[row[known], None]
        changed = sales.copy()
        changed[known] *= np.where(is_old, factor, 1.0)
        return changed


def find_weekday_change(sales: Floats, start: np.datetime64, series: SeriesIndex) -> WeekdayChange:
    """The change of each store's weekdays in sales (n_series, n_days), NaN where unknown.

    A store that shows none of its own takes that of the chain, if all stores together show one.
    """
    n_weeks = sales.shape[1] // WEEK_DAYS
    first = start.astype("datetime64[D]").astype(np.int64) + sales.shape[1] - n_weeks * WEEK_DAYS
    change = WeekdayChange(np.full(len(sales), NEVER, np.int64), np.ones((len(sales), WEEK_DAYS)))
    if n_weeks < FEWEST_NEW_WEEKS + FEWEST_OLD_WEEKS:
        return change
    weeks = sales[:, sales.shape[1] - n_weeks * WEEK_DAYS :]
    sold = np.zeros((len(series.store_names), n_weeks * WEEK_DAYS))
    n_known = np.zeros_like(sold)
    np.add.at(sold, series.store_codes, np.nan_to_num(weeks))
    np.add.at(n_known, series.store_codes, np.isfinite(weeks))
    of_chain = _change(sold.sum(0), n_known.sum(0))
    for store in range(len(sold)):
        found = _change(sold[store], n_known[store]) or of_chain
        if found is not None:
            week, factor = found
            rows = series.store_codes == store
            change.day[rows] = first + week * WEEK_DAYS
            change.factor[rows] = np.roll(factor, (first + 3) % WEEK_DAYS)
    return change


def _change(sold: Floats, n_known: Floats) -> tuple[int, Floats] | None:
    """First week of a new pattern and the factor of each day of a week; None where nothing stands out."""
    weeks, known = (values.reshape(-1, WEEK_DAYS) for values in (sold, n_known > 0))
    is_open = known.mean(0) >= OPEN_SHARE
    total = weeks[:, is_open].sum(1)
    complete = np.flatnonzero(known[:, is_open].all(1) & (total > 0))
    if is_open.sum() < 2 or len(complete) < max(LEAST_WEEKS_SHARE * len(weeks), FEWEST_OLD_WEEKS + 2):
        return None
    share = weeks[complete][:, is_open] / total[complete, None]
    n_new, strength = _strongest(share)
    if not strength:
        return None
    new, old = share[-n_new:].mean(0), share[:-n_new].mean(0)
    if 0.5 * np.abs(new - old).sum() < LEAST_MOVED:
        return None
    factor = np.ones(WEEK_DAYS)
    noise = share[:-n_new].var(0) / n_new
    factor[is_open] = shrink(new[None], old[None], noise[None])[0]
    return int(complete[-n_new]), factor


def _strongest(share: Floats) -> tuple[int, float]:
    """Number of new weeks whose shares (n_weeks, n_weekdays) differ most, and T; 0 where none stands out."""
    sums = prefix_sums(share.T)
    best, strongest = 0, 0.0
    most = (len(share) - FEWEST_OLD_WEEKS) // 2  # so that 26 earlier runs of weeks are left to compare with
    for n_new in range(FEWEST_NEW_WEEKS, most + 1):
        old = share[:-n_new]
        variance = np.maximum(old.var(0), 1e-9)
        in_a_row = (sums[:, n_new:] - sums[:, :-n_new]) / n_new
        apart = n_new * ((in_a_row - old.mean(0)[:, None]) ** 2 / variance[:, None]).sum(0)
        earlier = apart[: len(old) - n_new + 1]
        limit = TIMES_THE_PAST * max(float(earlier.max()), len(variance))
        if apart[-1] > max(limit, strongest):
            best, strongest = n_new, float(apart[-1])
    return best, strongest

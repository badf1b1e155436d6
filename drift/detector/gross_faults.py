"""Faults nobody needs statistics for: a store that sells nothing, a total far from what was expected.

They are told from the first day on, and no odd week of the past can hide them.
"""

from __future__ import annotations

import numpy as np

from drift.detector.group_shifts import Groups
from drift.detector.windows import Floats, Windows

TESTS = ("closed store", "gross total")
NOTHING_SHARE = 0.03  # of what was expected
LEAST_EXPECTED = 20.0  # units: of fewer nothing may be sold by chance
WIDEST_LIMIT = float(np.log(2.5))  # without calm weeks to compare with
NARROWEST_LIMIT = float(np.log(1 / 0.65))
DEVIATIONS = 4.0
NORMAL_MAD = 1.4826


def limit(calm: Windows) -> float:
    """|log of sold over expected| beyond which a total is out of all bounds, by that of calm weeks."""
    logs = _log_ratio(calm)
    deviation = NORMAL_MAD * float(np.median(np.abs(logs - np.median(logs))))
    return min(max(NARROWEST_LIMIT, DEVIATIONS * deviation), WIDEST_LIMIT)


def faults(windows: Windows, groups: Groups, gross_limit: float) -> Floats:
    """How near each of `TESTS` is to its limit, (n, 2): above 1 is a fault, NaN if it cannot be told.

    Where little was expected a store may sell nothing, but all of them not suddenly much.
    """
    missing = missing_share(windows, groups)
    closed = np.fmax.reduce(missing, axis=1) / (1 - NOTHING_SHARE)
    log_ratio = _log_ratio(windows)
    # twice as much may be a feast nobody told us of: upwards only the widest limit is out of all bounds
    total = np.where(log_ratio < 0, -log_ratio / gross_limit, log_ratio / WIDEST_LIMIT)
    sold = windows.sold.sum(1)
    begun = np.where(
        sold >= LEAST_EXPECTED, np.log(np.maximum(sold, 1) / LEAST_EXPECTED) / WIDEST_LIMIT, np.nan
    )
    enough = windows.expected.sum(1) >= LEAST_EXPECTED
    return np.stack([closed, np.where(enough, total, begun)], axis=1)


def missing_share(windows: Windows, groups: Groups) -> Floats:
    """Share of each store's expected units that was not sold, (n, n_stores); NaN if too few were."""
    member = np.eye(groups.n_stores)[groups.store]
    sold, expected = windows.sold @ member, windows.expected @ member
    share = 1 - sold / np.maximum(expected, 1e-9)
    return np.where(expected >= LEAST_EXPECTED, share, np.nan)


def _log_ratio(windows: Windows) -> Floats:
    return np.log(np.maximum(windows.ratio, 1e-3))

"""Gross faults: a store that sells nothing, a total far from its forecast.

They need no calibration, and no unusual week of the history hides them.
"""

import numpy as np

from drift.detector.group_shifts import Groups
from drift.detector.windows import Floats, Windows

TESTS = ("closed store", "gross total")
NOTHING_SHARE = 0.03  # of the forecast
LEAST_EXPECTED = 20.0  # units; with less a store may sell nothing by chance
WIDEST_LIMIT = float(np.log(2.5))  # without calibrated weeks
NARROWEST_LIMIT = float(np.log(1 / 0.65))
DEVIATIONS = 4.0
NORMAL_MAD = 1.4826  # standard deviation of normal values over their median size


def limit(past: Windows) -> float:
    """Limit of |log(sold / forecast)| of the total, from windows without drift."""
    logs = _log_ratio(past)
    deviation = NORMAL_MAD * float(np.median(np.abs(logs - np.median(logs))))
    return min(max(NARROWEST_LIMIT, DEVIATIONS * deviation), WIDEST_LIMIT)


def faults(windows: Windows, groups: Groups, gross_limit: float) -> Floats:
    """Value of each of `TESTS` over its limit, (n, 2): above 1 is a fault, NaN if unknown.

    Where the forecast is low a store may sell nothing, but the total must not suddenly be high.
    """
    missing = missing_share(windows, groups)
    closed = np.fmax.reduce(missing, axis=1) / (1 - NOTHING_SHARE)
    log_ratio = _log_ratio(windows)
    # twice the forecast may be a holiday: upwards only the widest limit counts
    total = np.where(log_ratio < 0, -log_ratio / gross_limit, log_ratio / WIDEST_LIMIT)
    sold = windows.sold.sum(1)
    begun = np.log(np.where(sold >= LEAST_EXPECTED, sold / LEAST_EXPECTED, np.nan)) / WIDEST_LIMIT
    enough = windows.expected.sum(1) >= LEAST_EXPECTED
    return np.stack([closed, np.where(enough, total, begun)], axis=1)


def missing_share(windows: Windows, groups: Groups) -> Floats:
    """Share of each store's forecast that was not sold, (n, n_stores); NaN where it is too low."""
    member = np.eye(groups.n_stores)[groups.store]
    sold, expected = windows.sold @ member, windows.expected @ member
    share = 1 - sold / np.maximum(expected, 1e-9)
    return np.where(expected >= LEAST_EXPECTED, share, np.nan)


def _log_ratio(windows: Windows) -> Floats:
    return np.log(np.maximum(windows.ratio, 1e-3))

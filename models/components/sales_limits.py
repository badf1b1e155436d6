"""Limits of plausible sales: one typing error must not move what all series are estimated from."""

import numpy as np

from data.panel.sales_panel import SalesPanel
from models.components.seasonal_profile import Floats, Ints
from models.evaluation.scores import Array

LIMIT_FACTOR = 100.0  # in six real sets the largest day was at most 23 times as large as the fourth largest
IGNORED_DAYS, IGNORED_SHARE = 3, 0.01


def sales_limits(panel: SalesPanel, fitted: Floats | None = None, row: Ints | None = None) -> Floats:
    """Units a day beyond which a value of a series is no sale but an error, (n_series,).

    A hundred times the largest day once the 1 % largest (at least three) are ignored: a barcode in the sales
    is far beyond it, a bulk order is not, and a series that grows raises it within two weeks. A series that
    sold on so few days takes the highest limit of the others. `fitted` are the limits of a fit and `row` each
    series' row there, −1 for none: a limit is never lower than the fitted one.
    """
    ignored = max(IGNORED_DAYS, int(IGNORED_SHARE * panel.n_days))
    if panel.n_days > ignored:
        sales = np.where(np.isfinite(panel.sales), panel.sales, 0)
        reference = np.partition(sales, panel.n_days - 1 - ignored, axis=1)[:, panel.n_days - 1 - ignored]
    else:
        reference = np.zeros(panel.n_series)
    limits = np.where(reference > 0, LIMIT_FACTOR * reference.astype(np.float64), np.nan)
    if fitted is not None and row is not None:
        limits = np.fmax(limits, np.where(row >= 0, fitted[row], np.nan))
    highest = np.fmax.reduce(limits if fitted is None else np.concatenate([limits, fitted]), initial=np.nan)
    return np.where(np.isfinite(limits), limits, highest if np.isfinite(highest) else np.inf)


def plausible(sales: Array, limits: Floats) -> Array:
    """Sales (n_series, n_days) with those beyond their series' limit unknown."""
    return np.where(sales > limits[:, None], np.nan, sales).astype(sales.dtype, copy=False)

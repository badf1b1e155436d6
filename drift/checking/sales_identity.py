"""Whether a sales file continues the champion's history, so that its drift concerns this project."""

import numpy as np

from data.panel.sales_panel import SalesPanel

LEAST_SERIES_SHARE = 0.5  # of the champion's series are in the file
LEAST_SAME_SHARE = 0.8  # of the sales known to both are equal: corrections may change the others


def continues_history(panel: SalesPanel, history: SalesPanel) -> bool:
    """Whether a panel repeats the champion's `history` on common series and days; False without any."""
    rows = panel.series.rows_of(history.series)
    is_present = rows >= 0
    if is_present.mean() < LEAST_SERIES_SHARE:
        return False
    own, other = history.sales[is_present], panel.window(history.start, history.end).sales[rows[is_present]]
    is_known = np.isfinite(own) & np.isfinite(other)
    # any two files of slow sellers agree on most days on which both sold nothing
    sold = is_known & ((own > 0) | (other > 0))
    if not sold.any():
        return bool(is_known.any())
    return bool(np.isclose(own[sold], other[sold], rtol=1e-4).mean() >= LEAST_SAME_SHARE)

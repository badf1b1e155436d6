"""How far apart the records of a series are: every day, or as totals of weeks, months or quarters."""

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import WEEK_DAYS
from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from data.text import counted

RECENT_GAPS = 12  # the last gaps of a series show how it is recorded now
ENOUGH_GAPS = {"week": 10, "month": 8, "quarter": 5}  # of one series among others
FEW_GAPS = 4  # enough where all series agree
MIN_SHARE = 0.8  # of the gaps that have to fit
MAX_NAMED = 3
RECENT_DAYS = RECENT_GAPS * WEEK_DAYS


def require_daily(panel: SalesPanel) -> None:
    """Raise `DataContractError` naming series that are recorded once a week, month or quarter.

    Their totals would be forecast for single days. Not called where days without a row count as zero.
    """
    is_known = np.isfinite(panel.sales)
    n_known = is_known.sum(axis=1)
    first, last = is_known.argmax(axis=1), panel.n_days - 1 - is_known[:, ::-1].argmax(axis=1)
    n_recent = is_known[:, -RECENT_DAYS:].sum(axis=1)
    is_sparse = (n_known > FEW_GAPS) & (n_known - 1 <= (last - first) / (WEEK_DAYS - 1))
    turned_sparse = (n_recent >= ENOUGH_GAPS["week"]) & (n_recent <= RECENT_GAPS + 1)
    rows = np.flatnonzero(is_sparse | turned_sparse).tolist()
    gaps = [np.diff(np.flatnonzero(is_known[row])[-RECENT_GAPS - 1 :]) for row in rows]
    found = [(row, _period(between), len(between)) for row, between in zip(rows, gaps, strict=True)]
    is_all = len(rows) == int((n_known > 1).sum()) and all(period for _, period, _ in found)
    enough = dict.fromkeys(ENOUGH_GAPS, FEW_GAPS) if is_all else ENOUGH_GAPS
    named = [(row, period) for row, period, n_gaps in found if period and n_gaps >= enough[period]]
    if named:
        stores, items = panel.series.stores, panel.series.items
        first = "; ".join(
            f"store {stores[row]}, item {items[row]}: one row a {period}" for row, period in named[:MAX_NAMED]
        )
        raise DataContractError(
            f"{len(named):,} of {counted(panel.n_series, 'series')} are not daily: {first}.",
            hint="Storecast forecasts days: provide daily sales of these series or leave them out. If they "
            "sell on these days only, set data.missing_days in params.yaml to zero.",
        )


def _period(gaps: NDArray[np.int64]) -> str | None:
    """What the gaps between records are: whole weeks, months of 28 to 31 days, quarters, or none of these."""
    fits = (gaps % WEEK_DAYS == 0, (gaps >= 28) & (gaps <= 31), (gaps >= 89) & (gaps <= 92))
    return next((name for name, fit in zip(ENOUGH_GAPS, fits, strict=True) if fit.mean() >= MIN_SHARE), None)

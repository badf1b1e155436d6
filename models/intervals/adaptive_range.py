"""How wide ranges have to be by what happened: adapted to newer sales whenever a model is rolled forward.

    log w ← log w + 0.12 · (share of series outside − 10 %)     for each new day, below and above apart
    quantile p → median + w · (quantile p − median)             w of its side, from ½ to 2

Adaptive conformal inference (Gibbs & Candès 2021), which follows the realised coverage however sales change;
here it moves the width, so that all levels follow and ranges stay nested.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.panel.sales_panel import SalesPanel
from models.components.seasonal_profile import Floats
from models.evaluation.scores import Array
from models.storage.forecast_table import MODEL, ForecastTable
from models.storage.quantile_curve import QUANTILES, interval, quantile

GAIN = 0.12  # four weeks with three times the misses double a side
SHARE_OUTSIDE = 0.1  # of the 80 % range, on either side
WIDTHS = (0.5, 2.0)
REMEMBERED_DAYS = 28
IS_LOWER = np.array(QUANTILES) < 0.5


@dataclass(frozen=True)
class AdaptiveRange:
    """Factors on the distance from the median to lower and upper quantiles; a training starts with none."""

    lower: float = 1.0
    upper: float = 1.0
    days: int = 0  # since the training
    coverage_80: float | None = None  # share of newest days' sales in their 80 % range, of about 28 days

    def adapted(self, curve: Floats) -> Floats:
        """Quantiles (n_series, horizon_days, 17) at the adapted distances; those that are 0 stay 0."""
        median = curve[..., [QUANTILES.index(0.5)]]
        moved = np.maximum(median + np.where(IS_LOWER, self.lower, self.upper) * (curve - median), 0.0)
        return np.asarray(np.where(curve > 0, moved, 0.0))

    def after(self, table: ForecastTable, panel: SalesPanel) -> Self:
        """The range after the sales of a panel on the days that a table forecast; as it is without any."""
        first = int((table.cutoff - panel.start).astype(np.int64)) + 1
        actual = panel.sales[panel.series.rows_of(table.series), first : first + table.horizon_days]
        adapted = self
        for step in range(actual.shape[1]):
            is_usual = (table.methods[:, step] == MODEL) & np.isfinite(actual[:, step])
            adapted = adapted._after_day(table.values[is_usual, step], actual[is_usual, step])
        return adapted

    def _after_day(self, values: NDArray[np.floating], actual: Array) -> Self:
        """After one day of n series: values (n, 18), actual (n,)."""
        if not len(actual):
            return self
        low, high = quantile(values, SHARE_OUTSIDE), quantile(values, 1 - SHARE_OUTSIDE)
        can_be_below = low > 0  # nothing sells less than 0
        lower, upper = self.lower, _moved(self.upper, actual > high)
        if can_be_below.any():
            lower = _moved(lower, (actual < low)[can_be_below])
        bounds = interval(values, 80)
        inside = float(np.mean((actual >= bounds[0]) & (actual <= bounds[1])))
        days = self.days + 1
        known = inside if self.coverage_80 is None else self.coverage_80
        coverage = known + (inside - known) / min(days, REMEMBERED_DAYS)
        return replace(self, lower=lower, upper=upper, days=days, coverage_80=coverage)


UNADAPTED = AdaptiveRange()


def _moved(width: float, is_outside: NDArray[np.bool_]) -> float:
    change = GAIN * (float(is_outside.mean()) - SHARE_OUTSIDE)
    return float(np.clip(width * np.exp(change), *WIDTHS))

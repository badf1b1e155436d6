"""The gate's rule, in arrays alone: whether a challenger's forecasts replace the champion's.

    day          1     2     3     4     5     6     7      sum
    champion    310   295   402   288   301   350   377    2,323   absolute error of all series, a_d
    challenger  290   281   371   290   280   331   352    2,195   b_d
    gain         20    14    31    -2    21    19    25      128   g_d = a_d - b_d

A challenger is promoted when all three hold:

1. The gain is statistically significant: Σ g_d > max(noise_margin · sd(g_d) · √n, least_gain_share · Σ a_d).
   Above: 128 > max(1 · 10.4 · √7, 0.01 · 2,323) = 27.5. Its source: `models.evaluation.paired_gain`.
2. No store gets worse: its error grows by at most `worst_store_share`.
3. The total gets no worse: |bias| grows by at most `worst_bias_share` or, where larger, the gain in WAPE.

Otherwise, and on a tie, the champion stays.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from data.panel.series_index import SeriesId, SeriesIndex
from data.params import Params
from data.text import counted
from models.evaluation.paired_gain import paired_gain
from models.evaluation.scorecard import plain

Array = NDArray[np.floating[Any]]

MAX_STORES = 5  # named in a reason


class GateParams(Params):
    """Thresholds of the rule, under `retrain.gate` in params.yaml."""

    days: int = Field(default=7, ge=2)
    """The newest days, which both models forecast without having seen them."""
    noise_margin: float = Field(default=1.0, ge=0)
    """Standard errors that the gain has to exceed. Two are too strict for a gain that differs by weekday: in
    a replay of the Kaggle data they refused a challenger that was 37 % better."""
    least_gain_share: float = Field(default=0.01, ge=0)
    """A smaller gain is a tie."""
    worst_store_share: float = Field(default=0.05, ge=0)
    """By how much the error of one store may grow."""
    worst_bias_share: float = Field(default=0.05, ge=0)
    """By how much the total may get worse, unless WAPE gains more: on sparse sales WAPE rewards forecasts
    that are too low."""


@dataclass(frozen=True)
class DailyScorecard:
    """Sums by store and day over the series whose sales are known; all (n_stores, n_days)."""

    stores: tuple[SeriesId, ...]
    days: NDArray[np.datetime64]
    sold: Array
    forecast: Array
    error: Array  # absolute, summed over series

    @classmethod
    def of(cls, series: SeriesIndex, first_day: np.datetime64, actual: Array, forecast: Array) -> Self:
        """Score a forecast (n_series, n_days) from `first_day` on; unknown actuals are left out."""
        known = np.isfinite(actual)
        of_store = np.eye(len(series.store_names))[:, series.store_codes]
        sums = (np.where(known, values, 0.0) for values in (actual, forecast, np.abs(forecast - actual)))
        days = first_day + np.arange(actual.shape[1])
        return cls(series.store_names, days, *(of_store @ values for values in sums))

    @property
    def wape(self) -> float:
        """Error over sales, in percent."""
        return _percent(self.error.sum(), self.sold.sum())

    @property
    def bias(self) -> float:
        """Forecast minus sales over sales, in percent."""
        return _percent((self.forecast - self.sold).sum(), self.sold.sum())

    def to_json(self) -> dict[str, Any]:
        """Plain values for the log: overall, by day and by store."""
        by_day, by_store = (map(_percent, self.error.sum(axis), self.sold.sum(axis)) for axis in (0, 1))
        return {
            "wape": plain(self.wape),
            "bias": plain(self.bias),
            "sold": float(self.sold.sum()),
            "wape_by_day": dict(zip(map(str, self.days), map(plain, by_day), strict=True)),
            "wape_by_store": dict(zip(map(str, self.stores), map(plain, by_store), strict=True)),
        }


@dataclass(frozen=True)
class GateDecision:
    """Whether to promote, and the reasons as sentences."""

    promote: bool
    reasons: tuple[str, ...]


def decide(champion: DailyScorecard, challenger: DailyScorecard, params: GateParams) -> GateDecision:
    """Apply the rule to two scorecards of the same sales."""
    if not champion.sold.sum() > 0:
        return GateDecision(False, ("Nothing was sold on the days of the comparison: the champion stays.",))
    compared = _comparison(champion, challenger)
    gain = paired_gain(
        champion.error.sum(0), challenger.error.sum(0), params.noise_margin, params.least_gain_share
    )
    if not gain.is_significant:
        needed = _percent(gain.needed, champion.error.sum())
        reason = f"A gain of over {needed:.1f} % would be" if isfinite(needed) else "No gain is"
        return GateDecision(False, (compared, f"{reason} statistically significant: kept."))
    objections = [*_worse_stores(champion, challenger, params), *_worse_total(champion, challenger, params)]
    promoted = "The gain is statistically significant, and no store gets worse: promoted."
    return GateDecision(not objections, (compared, *(objections or [promoted])))


def _comparison(champion: DailyScorecard, challenger: DailyScorecard) -> str:
    gain = champion.error.sum() - challenger.error.sum()
    share = _percent(abs(gain), champion.error.sum())
    size = f"{share:.1f} % " if isfinite(share) else ""
    result = "as accurate as the champion" if gain == 0 else f"{size}{'better' if gain > 0 else 'worse'}"
    days = f"{counted(len(champion.days), 'day')} to {champion.days[-1]}"
    return (
        f"On the {days}, which neither model has seen, the challenger is {result}: "
        f"WAPE {challenger.wape:.2f} %, champion {champion.wape:.2f} %."
    )


def _worse_stores(champion: DailyScorecard, challenger: DailyScorecard, params: GateParams) -> list[str]:
    before, after = champion.error.sum(1), challenger.error.sum(1)
    worse = np.flatnonzero(after > before * (1 + params.worst_store_share))
    return [
        f"The error of store {champion.stores[store]} would be {after[store]:,.1f} units instead of "
        f"{before[store]:,.1f}, over {100 * params.worst_store_share:g} % more: kept."
        for store in worse[:MAX_STORES]
    ] + ([f"So would {counted(len(worse) - MAX_STORES, 'other store')}."] if len(worse) > MAX_STORES else [])


def _worse_total(champion: DailyScorecard, challenger: DailyScorecard, params: GateParams) -> list[str]:
    allowed = max(100 * params.worst_bias_share, champion.wape - challenger.wape)
    if abs(challenger.bias) <= abs(champion.bias) + allowed:
        return []
    after, before = (
        f"{abs(bias):.1f} % too {'high' if bias > 0 else 'low'}" for bias in (challenger.bias, champion.bias)
    )
    return [f"Its total would be {after}, the champion's {before}: kept."]


def _percent(part: float, whole: float) -> float:
    return float(100 * part / whole) if whole > 0 else float("nan")

"""The gate, in arrays alone: whether a challenger's forecasts beat the champion's by more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from data.panel.series_index import SeriesId, SeriesIndex
from data.params import Params
from data.text import counted

Array = NDArray[np.floating[Any]]


class GateParams(Params):
    """What a challenger has to show, under `retrain.gate` in params.yaml."""

    days: int = Field(default=7, ge=2)
    """The newest days, which both models forecast without knowing them."""
    noise_margin: float = Field(default=1.0, ge=0)
    """How many standard errors, from day to day, the gain has to exceed. Two would refuse what helps on some
    weekdays more than on others: in the replay of the Kaggle set, a challenger that was 37 % better."""
    least_gain_share: float = Field(default=0.01, ge=0)
    """A smaller gain is a tie."""
    worst_store_share: float = Field(default=0.05, ge=0)
    """By how much the error of a store may grow."""
    worst_bias_share: float = Field(default=0.05, ge=0)
    """By how much the total may be further off, unless WAPE gains more: on sparse sales WAPE rewards
    forecasting too little."""


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
        """Forecast too much over sales, in percent."""
        return _percent((self.forecast - self.sold).sum(), self.sold.sum())

    def to_json(self) -> dict[str, Any]:
        """Plain values for the log: overall, by day and by store."""
        by_day = [_plain(_percent(*sums)) for sums in zip(self.error.sum(0), self.sold.sum(0), strict=True)]
        by_store = [_plain(_percent(*sums)) for sums in zip(self.error.sum(1), self.sold.sum(1), strict=True)]
        return {
            "wape": _plain(self.wape),
            "bias": _plain(self.bias),
            "sold": float(self.sold.sum()),
            "wape_by_day": dict(zip(map(str, self.days), by_day, strict=True)),
            "wape_by_store": dict(zip(map(str, self.stores), by_store, strict=True)),
        }


@dataclass(frozen=True)
class GateDecision:
    """What the gate says, and why in plain words."""

    promote: bool
    reasons: tuple[str, ...]


def decide(champion: DailyScorecard, challenger: DailyScorecard, params: GateParams) -> GateDecision:
    """Promote a challenger whose gain is statistically significant and with which no store gets worse.

    Noise is the standard error of the sum of daily differences: both saw the same days, so that what makes a
    day hard for both cancels (a paired t statistic). The scorecards must be of the same sales.
    """
    if not champion.sold.sum() > 0:
        return GateDecision(False, ("Nothing was sold on the days of the comparison: the champion stays.",))
    found = _compared(champion, challenger)
    gain = (champion.error - challenger.error).sum(0)
    noise = params.noise_margin * float(np.std(gain, ddof=1)) * len(gain) ** 0.5
    needed = max(noise, params.least_gain_share * float(champion.error.sum()))
    if not gain.sum() > needed:
        beyond = _percent(needed, champion.error.sum())
        return GateDecision(
            False, (found, f"Not statistically significant: that takes more than {beyond:.1f} %. Kept.")
        )
    objections = [*_hurt_stores(champion, challenger, params), *_worse_total(champion, challenger, params)]
    if objections:
        return GateDecision(False, (found, *objections))
    return GateDecision(
        True, (found, "That is statistically significant, and no store gets worse: promoted.")
    )


def _compared(champion: DailyScorecard, challenger: DailyScorecard) -> str:
    gain = _percent(champion.error.sum() - challenger.error.sum(), champion.error.sum())
    better = "as good" if gain == 0 else f"{abs(gain):.1f} % {'better' if gain > 0 else 'worse'}"
    days = f"{counted(len(champion.days), 'day')} to {champion.days[-1]}"
    return (
        f"On the {days}, unknown to both, the challenger is {better}: "
        f"WAPE {challenger.wape:.2f} %, the champion's {champion.wape:.2f} %."
    )


def _hurt_stores(champion: DailyScorecard, challenger: DailyScorecard, params: GateParams) -> list[str]:
    before, after = champion.error.sum(1), challenger.error.sum(1)
    hurt = np.flatnonzero(after > before * (1 + params.worst_store_share))
    return [
        f"Store {champion.stores[store]} would be off by {after[store]:,.1f} units instead of "
        f"{before[store]:,.1f}, over {100 * params.worst_store_share:g} % worse: kept."
        for store in hurt
    ]


def _worse_total(champion: DailyScorecard, challenger: DailyScorecard, params: GateParams) -> list[str]:
    allowed = max(100 * params.worst_bias_share, champion.wape - challenger.wape)
    if abs(challenger.bias) <= abs(champion.bias) + allowed:
        return []
    return [
        f"Its total would be off by {challenger.bias:+.1f} %, the champion's by {champion.bias:+.1f} %: kept."
    ]


def _percent(part: float, whole: float) -> float:
    return float(100 * part / whole) if whole > 0 else float("nan")


def _plain(value: float) -> float | None:
    return round(value, 4) if isfinite(value) else None

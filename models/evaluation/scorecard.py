"""Scorecards: every score of one model over one or several folds, overall, by seller size and by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.evaluation import scores
from models.evaluation.scores import SIZES, Array

STEPS = ((1, 7), (8, 28), (29, 90))  # orders, plans of the month, and beyond
COVERED_LEVELS = (80, 95)


def plain(value: float) -> float | None:
    """A score for JSON: four decimals, None where it could not be measured."""
    return round(value, 4) if isfinite(value) else None


@dataclass(frozen=True)
class Scores:
    """All scores of a group of `days` known days; MAPE skips the `zero_days` among them."""

    days: int
    zero_days: int
    mae: float
    rmse: float
    mape: float
    smape: float
    wape: float
    mase: float
    rmsse: float
    bias: float
    coverage_80: float
    coverage_95: float

    def to_json(self) -> dict[str, float | None]:
        """Plain values; what could not be measured is None."""
        return {name: plain(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Trial:
    """Forecasts beside what happened, with what the scores need to know of the history before them.

    `actual` and `forecast` are (n_rows, horizon_days); `bounds` is (n_rows, horizon_days, 4): lower and upper
    bound of each of `COVERED_LEVELS`, NaN where none was calibrated. `scales` is (n_rows, 2): the scales of
    MASE and RMSSE; `sizes` (n_rows,): positions in `SIZES`. Rows are series, or those of several folds one
    below the other.
    """

    actual: Array
    forecast: Array
    bounds: Array
    scales: Array
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, actual: Array, forecast: Array, history: Array, bounds: Array | None = None) -> Self:
        """A trial on one fold; `history` (n_series, any days) is all that was known at its cutoff."""
        if bounds is None:
            bounds = np.full((*forecast.shape, 2 * len(COVERED_LEVELS)), np.nan)
        scales = np.stack([scores.naive_scale(history), scores.step_scale(history)], axis=1)
        return cls(actual, forecast, bounds, scales, scores.size_classes(history))

    @classmethod
    def joined(cls, trials: Sequence[Trial]) -> Self:
        """The rows of several folds as one trial."""
        return cls(*(np.concatenate(parts) for parts in zip(*map(_arrays, trials), strict=True)))

    def of_size(self, size: int) -> Self:
        """The rows of one size class alone."""
        return type(self)(*(part[self.sizes == size] for part in _arrays(self)))

    def of_steps(self, first: int, last: int) -> Self:
        """Steps `first`..`last` alone; step 1 is the day after the cutoff."""
        cut = np.s_[:, first - 1 : last]
        return replace(self, actual=self.actual[cut], forecast=self.forecast[cut], bounds=self.bounds[cut])

    def scores(self) -> Scores:
        """All scores over all rows and steps."""
        pair = self.actual, self.forecast
        return Scores(
            days=scores.known_days(*pair),
            zero_days=scores.zero_days(*pair),
            mae=scores.mae(*pair),
            rmse=scores.rmse(*pair),
            mape=scores.mape(*pair),
            smape=scores.smape(*pair),
            wape=scores.wape(*pair),
            mase=scores.mase(*pair, self.scales[:, 0]),
            rmsse=scores.rmsse(*pair, self.scales[:, 1]),
            bias=scores.bias(*pair),
            coverage_80=scores.coverage(self.actual, self.bounds[..., 0], self.bounds[..., 1]),
            coverage_95=scores.coverage(self.actual, self.bounds[..., 2], self.bounds[..., 3]),
        )


@dataclass(frozen=True)
class Scorecard:
    """The scores of one model: overall, by seller size (`SIZES`) and by steps ahead (`STEPS`)."""

    overall: Scores
    by_seller_size: dict[str, Scores]
    by_step: dict[str, Scores]

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """Score a trial; a size or range of steps that it has none of is left out."""
        horizon_days = trial.forecast.shape[1]
        return cls(
            overall=trial.scores(),
            by_seller_size={SIZES[size]: trial.of_size(size).scores() for size in np.unique(trial.sizes)},
            by_step={f"{a}-{b}": trial.of_steps(a, b).scores() for a, b in STEPS if a <= horizon_days},
        )

    def to_json(self) -> dict[str, Any]:
        """Nested plain values for metrics.json."""
        return {
            "overall": self.overall.to_json(),
            "by_seller_size": {name: group.to_json() for name, group in self.by_seller_size.items()},
            "by_step": {name: group.to_json() for name, group in self.by_step.items()},
        }


def _arrays(trial: Trial) -> tuple[NDArray[Any], ...]:
    return trial.actual, trial.forecast, trial.bounds, trial.scales, trial.sizes

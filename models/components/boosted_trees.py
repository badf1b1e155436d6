"""Boosted trees of members T and N and of quantiles; xgboost is imported when one is fitted or loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from models.components.seasonal_profile import Floats

if TYPE_CHECKING:
    from xgboost import Booster

ROUNDS = 300
SETTINGS = {
    "objective": "reg:tweedie",
    "max_depth": 6,
    "min_child_weight": 20,
    "subsample": 0.8,
    "colsample_bytree": 0.8,
    "lambda": 1,
    "tree_method": "hist",
    "max_bin": 64,
    "base_score": 1,
    "nthread": 1,  # two threads cost ten times the time on busy cores; folds run side by side instead
}
CORRECTION_RANGE = (0.67, 1.5)
TREE_QUANTILES = (0.1, 0.5, 0.9)
QUANTILE_ROUNDS, QUANTILE_ETA = 60, 0.15
LARGEST_RATIO = 10.0  # of sales to their expectation


@dataclass(frozen=True)
class Tree:
    """A Tweedie booster that multiplies an expectation, and the factor that makes its total right."""

    booster: Booster
    correction: float

    def ratio(self, features: NDArray[np.float32]) -> Floats:
        """What to multiply the expectation of each row with, (n,)."""
        margin = self.booster.inplace_predict(features, predict_type="margin")
        return self.correction * np.exp(np.asarray(margin, np.float64))

    def to_bytes(self) -> bytes:
        """The booster as UBJSON: data, not a pickle."""
        return bytes(self.booster.save_raw("ubj"))

    @classmethod
    def from_bytes(cls, raw: bytes, correction: float) -> Self:
        return cls(_booster(raw), correction)


@dataclass(frozen=True)
class QuantileTree:
    """A booster of the quantiles `TREE_QUANTILES` of sales over their expectation."""

    booster: Booster

    def ratios(self, features: NDArray[np.float32]) -> Floats:
        """What to multiply the expectation of each row with for each quantile, (n, 3), never falling."""
        ratios = self.booster.inplace_predict(features)
        return np.sort(np.maximum(np.asarray(ratios, np.float64), 0.0), axis=1)

    def to_bytes(self) -> bytes:
        """The booster as UBJSON: data, not a pickle."""
        return bytes(self.booster.save_raw("ubj"))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        return cls(_booster(raw))


def _booster(raw: bytes) -> Booster:
    from xgboost import Booster

    booster = Booster(params={"nthread": 1})
    booster.load_model(bytearray(raw))
    return booster


def fit_tree(
    features: NDArray[np.float32], sales: Floats, expected: Floats, power: float, rounds: int, seed: int
) -> Tree:
    """Boost sales (n,) around their expectation (n,), which enters as the margin's offset log(expected).

    Sales are divided by their mean and rows weighted to a mean hessian of 1, so that `min_child_weight`
    counts rows at any scale of sales; where sales scatter more than that (dispersion above 1, as with nine
    zeros in ten), to 1 / dispersion, the quasi-likelihood weight (Wedderburn 1974): twenty rows of zeros hold
    no sale to learn from. Tweedie boosting is biased low on sparse sales, hence the correction to the
    training total.
    """
    import xgboost

    scale = max(float(sales.mean()), 1e-6)
    relative = np.maximum(expected / scale, 1e-6)
    dispersion = max(1.0, float(np.mean((sales / scale - relative) ** 2 / relative**power)))
    weight = np.full(len(sales), 1 / (dispersion * np.mean(relative ** (2 - power))))
    rows = {"weight": weight, "base_margin": np.log(relative), "max_bin": SETTINGS["max_bin"], "nthread": 1}
    matrix = xgboost.QuantileDMatrix(features, sales / scale, **rows)
    settings = SETTINGS | {"tweedie_variance_power": power, "seed": seed, "eta": 0.05 * ROUNDS / rounds}
    booster = xgboost.train(settings, matrix, rounds)
    fitted = relative * scale * Tree(booster, 1.0).ratio(features)
    return Tree(booster, float(np.clip(sales.sum() / max(fitted.sum(), 1e-9), *CORRECTION_RANGE)))


def fit_quantile_tree(
    features: NDArray[np.float32], sales: Floats, expected: Floats, seed: int
) -> QuantileTree:
    """Boost the quantiles of sales (n,) over their expectation (n,), weighted by the expectation.

    Weighted like that the pinball loss (Koenker & Bassett 1978) of ratios is that of units. Three quantiles
    are as good as nine once conformal errors give the rest of the curve, at a third of the time.
    """
    import xgboost

    ratio, weight = np.clip(sales / expected, 0, LARGEST_RATIO), expected / expected.mean()
    rows = {"weight": weight, "max_bin": SETTINGS["max_bin"], "nthread": 1}
    matrix = xgboost.QuantileDMatrix(features, ratio, **rows)
    own = {"objective": "reg:quantileerror", "quantile_alpha": np.array(TREE_QUANTILES), "eta": QUANTILE_ETA}
    settings = {name: value for name, value in SETTINGS.items() if name != "base_score"} | own
    return QuantileTree(xgboost.train(settings | {"seed": seed}, matrix, QUANTILE_ROUNDS))

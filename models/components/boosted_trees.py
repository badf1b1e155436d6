"""The boosted trees of members T and N; xgboost is imported only when one is fitted or loaded."""

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
        from xgboost import Booster

        booster = Booster(params={"nthread": 1})
        booster.load_model(bytearray(raw))
        return cls(booster, correction)


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

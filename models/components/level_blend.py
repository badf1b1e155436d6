"""Member O: a series' level as a non-negative mix of its levels, one for near, middle and far steps each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.components.levels import SALES_LEVELS
from models.components.seasonal_profile import Floats, Ints

LAST_STEPS = np.array([14, 35])  # steps 1-14, 15-35, 36 and later
BLENDED = ("L7", "L28", "L91", "L182", "L364", "P28", "P91", "L728")
PRIOR = {"L91": 0.5, "P91": 0.5}
RIDGE = 0.02
FEW_ROWS, TOO_FEW_ROWS = 200, 50


@dataclass(frozen=True)
class Blend:
    """Weights (3, 10) over the columns of `SALES_LEVELS`, one row a bucket of steps."""

    weights: Floats

    @classmethod
    def only(cls, level: str) -> Blend:
        """The blend that is one level at every step."""
        return cls(np.tile(np.eye(len(SALES_LEVELS))[SALES_LEVELS.index(level)], (len(LAST_STEPS) + 1, 1)))

    def sales_level(self, levels: Floats, step: Ints) -> Floats:
        """Blended level (n,) of rows with levels (n, 10) and steps (n,)."""
        return np.asarray((levels * self.weights[_bucket(step)]).sum(1))


def fit_blend(levels: Floats, index: Floats, step: Ints, sales: Floats) -> Blend:
    """Non-negative least squares of sales on index × levels, weighted 1 / expected sales, by bucket of steps.

    A ridge of 2 % of the mean diagonal draws to half L91, half P91: a bucket with few rows stays sane.
    """
    columns = [SALES_LEVELS.index(name) for name in BLENDED]
    prior = np.array([PRIOR.get(name, 0.0) for name in BLENDED])
    weights = np.zeros((len(LAST_STEPS) + 1, len(SALES_LEVELS)))
    for bucket in range(len(weights)):
        chosen = _bucket(step) == bucket
        if chosen.sum() < FEW_ROWS:
            chosen[:] = True
        weights[bucket, columns] = _mix(levels[chosen][:, columns], index[chosen], sales[chosen], prior)
    return Blend(weights)


def _mix(levels: Floats, index: Floats, sales: Floats, prior: Floats) -> Floats:
    if len(sales) < TOO_FEW_ROWS:
        return prior
    expected = levels * index[:, None]
    weight = 1 / np.maximum(np.maximum(levels.mean(1), 1e-6) * index, 1e-3)
    gram = (expected * weight[:, None]).T @ expected
    ridge = RIDGE * np.trace(gram) / len(prior)
    target = (expected * weight[:, None]).T @ sales + ridge * prior
    return _non_negative_solution(gram + ridge * np.eye(len(prior)), target)


def _non_negative_solution(gram: Floats, target: Floats) -> Floats:
    """argmin x'Gx/2 − t'x over x ≥ 0, G positive definite (Lawson & Hanson 1974, by its Cholesky factor)."""
    from scipy.linalg import solve_triangular
    from scipy.optimize import nnls

    if not np.trace(gram) > 0:
        return np.zeros_like(target)
    factor = np.linalg.cholesky(gram)
    return np.asarray(nnls(factor.T, solve_triangular(factor, target, lower=True))[0])


def _bucket(step: Ints) -> NDArray[np.int64]:
    return np.searchsorted(LAST_STEPS, step)

"""Variance of sales around their forecast, fitted on errors of replayed weeks."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from drift.detector.windows import Floats

LEAST_EXPECTED = 0.5  # units: below it the variance is that of this many
WINSOR = 12.0  # squared errors count up to so many variances
SHIFT_WINSOR = 9.0
WINSOR_BIAS, SHIFT_BIAS = 1.03, 1.02  # capping lowers the mean of normal squares by this
PRIOR_WINDOWS = 30.0  # weight of scale 1 against a group's own, in windows
LEAST_POISSON, LEAST_RELATIVE = 0.02, 1e-6
ENOUGH = 20


@dataclass(frozen=True)
class VarianceModel:
    """Var(sold − expected) = (poisson · expected + relative · expected²) · scale², one scale a group."""

    poisson: float
    relative: float
    scale: Floats  # (n_groups,)

    @classmethod
    def fit(cls, error: Floats, expected: Floats) -> Self:
        """Fit on errors of n windows, both (n, n_groups), by weighted least squares of capped squares."""
        floored = np.maximum(expected, LEAST_EXPECTED)
        is_large = floored > LEAST_EXPECTED * 1.001
        chosen = is_large if is_large.sum() >= ENOUGH else np.ones_like(is_large)
        poisson, relative = _coefficients(floored[chosen], error[chosen] ** 2)
        variance = poisson * floored + relative * floored**2
        return cls(poisson, relative, _group_scale(error**2 / variance, PRIOR_WINDOWS))

    def variance(self, expected: Floats) -> Floats:
        """Variance of each sum, (n, n_groups), in units²."""
        floored = np.maximum(expected, LEAST_EXPECTED)
        return np.asarray((self.poisson * floored + self.relative * floored**2) * self.scale**2)


@dataclass(frozen=True)
class ShiftScale:
    """Var(shift) = (1 / information + between) · scale²: noise of the series, and variation between weeks."""

    between: float
    scale: Floats  # (n_groups,)
    concentration: float  # median sum of squared shares: 1 / n_groups where all weigh the same

    @classmethod
    def fit(cls, shift: Floats, information: Floats, prior_windows: float) -> Self:
        """Fit on shifts of windows without drift, both (n, n_groups)."""
        noise = 1 / np.maximum(information, 1e-9)
        between = 0.0
        for _ in range(20):
            weight = 1 / (noise + between) ** 2
            capped = np.minimum(shift**2, SHIFT_WINSOR * (noise + between)) * SHIFT_BIAS
            excess = float((weight * (capped - noise)).sum() / weight.sum())
            between = 0.5 * between + 0.5 * max(0.0, excess)
        scale = _group_scale(shift**2 / (noise + between), prior_windows)
        return cls(between, scale, float(np.median(_concentration(information))))

    def variance(self, information: Floats) -> Floats:
        """Variance of each shift, (n, n_groups), before the group's scale."""
        return np.asarray(1 / np.maximum(information, 1e-9) + self.between)

    def variance_of_part(self, information: Floats) -> Floats:
        """Added variance of the total (n,) when it covers fewer groups than usual."""
        return np.asarray(self.between * np.maximum(_concentration(information) - self.concentration, 0.0))


def _concentration(information: Floats) -> Floats:
    """Sum of squared shares of the groups, (n,)."""
    total = np.maximum(information.sum(1), 1e-12)
    return np.asarray((information**2).sum(1) / total**2)


def _group_scale(squares: Floats, prior_windows: float) -> Floats:
    """Root mean square of each group, capped and shrunk towards that of all."""
    capped = np.minimum(squares, WINSOR)
    total = capped.sum(0) + prior_windows * capped.mean()
    return np.asarray(np.maximum(np.sqrt(total / (len(squares) + prior_windows)), 1e-3))


def _coefficients(expected: Floats, squares: Floats) -> tuple[float, float]:
    """Both coefficients of `VarianceModel`, each with a floor."""
    poisson, relative = 1.0, 0.01
    for _ in range(30):
        variance = poisson * expected + relative * expected**2
        capped = np.minimum(squares, WINSOR * variance) * WINSOR_BIAS
        weight = 1 / variance**2
        second, cubes, fourths = ((weight * expected**power).sum() for power in (2, 3, 4))
        first_moment, second_moment = ((weight * expected**power * capped).sum() for power in (1, 2))
        determinant = second * fourths - cubes**2
        if determinant > 1e-9 * second * fourths:
            found = (first_moment * fourths - second_moment * cubes) / determinant
            rest = (second_moment * second - first_moment * cubes) / determinant
        else:  # all forecasts are equal: one coefficient is enough
            found, rest = first_moment / second, 0.0
        if found <= LEAST_POISSON:
            found = LEAST_POISSON
            rest = (second_moment - found * cubes) / fourths
        if rest <= LEAST_RELATIVE:
            rest, found = LEAST_RELATIVE, max(LEAST_POISSON, first_moment / second)
        poisson, relative = 0.5 * (poisson + float(found)), 0.5 * (relative + float(rest))
    return poisson, relative

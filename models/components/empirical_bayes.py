"""Empirical Bayes shrinkage (Efron & Morris 1975): noisy ratios are drawn to 1 by how noisy they are."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def shrink(numerator: Floats, denominator: Floats, squared_noise: Floats) -> Floats:
    """Ratios drawn to 1 by empirical Bayes: 1 + (q − 1) τ² / (τ² + v), all arrays of one shape.

    v is the sampling variance of the ratio q = numerator / denominator; τ², the variance of the true ratios,
    is the mean of (q − 1)² − v weighted by 1/v (weights capped at their 90 % quantile, so that one large
    group does not decide alone). Where nothing is expected the ratio is 1.
    """
    usable = denominator > 1e-9
    safe = np.where(usable, denominator, 1.0)
    ratio = np.where(usable, numerator / safe, 1.0)
    variance = np.where(usable, squared_noise / safe**2, 1e9)
    weight = np.where(usable, 1 / np.maximum(variance, 1e-12), 0.0)
    if usable.any():
        weight = np.minimum(weight, np.quantile(weight[usable], 0.9))
    excess = np.where(usable, (ratio - 1) ** 2 - variance, 0.0)
    between = max(0.0, float((excess * weight).sum() / max(float(weight.sum()), 1e-12)))
    return np.asarray(1 + (ratio - 1) * between / (between + variance + 1e-12))

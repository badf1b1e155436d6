"""Extreme quantiles from few values: an exponential tail above the 80 % quantile."""

import numpy as np

from drift.detector.windows import Floats

TAIL_SHARE = 0.2
FEWEST_WEEKS = 20  # with fewer values nothing is known of rare ones


def tail_quantile(values: Floats, probability: float) -> float:
    """The value exceeded with `probability` (below .2), by an exponential tail (Pickands 1975, shape 0)."""
    start = float(np.quantile(values, 1 - TAIL_SHARE))
    excess = values[values > start] - start
    mean = float(excess.mean()) if len(excess) else 0.0
    return start + mean * float(np.log(TAIL_SHARE / probability))


def tail_limit(values: Floats, probability: float) -> float:
    """`tail_quantile` of the values that are finite; NaN with fewer than `FEWEST_WEEKS`."""
    known = values[np.isfinite(values)]
    return tail_quantile(known, probability) if len(known) >= FEWEST_WEEKS else float("nan")

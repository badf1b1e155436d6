"""Whether one forecast has a lower error than another on the same days by more than chance.

    g_d = a_d - b_d              a_d, b_d: absolute error of both forecasts on day d, summed over series
    G   = g_1 + … + g_n          the gain
    s   = sd(g_1 … g_n) · √n     its standard error
    significant when  G > max(k · s, m · (a_1 + … + a_n))

Both forecasts are scored on the same days, so that a day that is hard for both cancels: this is the paired
t statistic, and for forecasts that of Diebold and Mariano (1995), "Comparing predictive accuracy", Journal of
Business & Economic Statistics 13, without their correction for autocorrelation.
"""

from dataclasses import dataclass

import numpy as np

from models.evaluation.scores import Array


@dataclass(frozen=True)
class PairedGain:
    """The gain in units sold, and how much of it would be significant."""

    gain: float
    needed: float

    @property
    def is_significant(self) -> bool:
        return self.gain > self.needed


def paired_gain(before: Array, after: Array, standard_errors: float, min_share: float) -> PairedGain:
    """Compare absolute errors by day, both (n_days,) with at least two days.

    The gain needs `standard_errors` (k) of its own and `min_share` (m) of the error `before`.
    """
    gain = before - after
    noise = standard_errors * float(np.std(gain, ddof=1)) * len(gain) ** 0.5
    return PairedGain(float(gain.sum()), max(noise, min_share * float(before.sum())))

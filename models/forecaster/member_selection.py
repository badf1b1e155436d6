"""Which members to average: all three, unless both newest folds of the backtest prefer fewer."""

from collections.abc import Sequence

import numpy as np

from models.components.seasonal_profile import Floats
from models.evaluation.scores import Array, bias, rmsse, step_scale, wape

DEFAULT = "OTN"
CANDIDATES = ("O", "T", "N", "OT", "ON", "TN")
MARGIN = 0.01
BIAS_MARGIN = 0.05
BASELINE_WEEKS = 8

Members = dict[str, Floats]  # the forecasts of O, T and N, each (n_series, horizon_days)
Fold = tuple[Members, Array, Array]


def combine(members: Members, names: str) -> Floats:
    """Plain mean of the named members: weights fitted on folds were measured worse, by up to 24 %."""
    return np.asarray(np.mean([members[name] for name in names], axis=0))


def select_members(folds: Sequence[Fold]) -> str:
    """The combination that beats the default on both newest folds and by over 1 % on average, or the default.

    Folds are (members, actual, history before the fold), newest first; one alone decides nothing. A
    combination whose totals are further off than the default's is not chosen: on sparse sales WAPE rewards
    forecasting too little.
    """
    folds = folds[:2]
    if len(folds) < 2:
        return DEFAULT
    scores = {names: np.array([_score(names, *fold) for fold in folds]) for names in (DEFAULT, *CANDIDATES)}
    off = {names: max(_total_error(names, *fold) for fold in folds) for names in scores}
    best, best_gain = DEFAULT, MARGIN
    for names in CANDIDATES:
        gain = 1 - scores[names] / scores[DEFAULT]
        if gain.min() > 0 and gain.mean() > best_gain and off[names] <= off[DEFAULT] + BIAS_MARGIN:
            best, best_gain = names, float(gain.mean())
    return best


def _score(names: str, members: Members, actual: Array, history: Array) -> float:
    """Mean of WAPE and RMSSE, each over that of the last eight weeks' weekday means; 1 without any sale."""
    scale = step_scale(history)
    baseline = _weekday_means(history, actual.shape[1])
    forecast = combine(members, names)
    relative = [
        wape(actual, forecast) / max(wape(actual, baseline), 1e-9),
        rmsse(actual, forecast, scale) / max(rmsse(actual, baseline, scale), 1e-9),
    ]
    known = [ratio for ratio in relative if np.isfinite(ratio)]
    return max(float(np.mean(known)), 1e-9) if known else 1.0


def _total_error(names: str, members: Members, actual: Array, history: Array) -> float:
    """How far the total is off, as a share of what was sold; 0 where nothing was."""
    off = abs(bias(actual, combine(members, names))) / 100
    return off if np.isfinite(off) else 0.0


def _weekday_means(history: Array, horizon_days: int) -> Floats:
    """Mean of each weekday over the last eight weeks, repeated over the horizon; 0 where nothing is known."""
    days = 7 * BASELINE_WEEKS
    recent = np.full((len(history), days), np.nan)
    kept = min(days, history.shape[1])
    recent[:, days - kept :] = history[:, history.shape[1] - kept :]
    weeks = recent.reshape(len(history), BASELINE_WEEKS, 7)
    n = np.isfinite(weeks).sum(1)
    means = np.nansum(weeks, axis=1) / np.maximum(n, 1)
    return np.tile(means, (1, -(-horizon_days // 7)))[:, :horizon_days]

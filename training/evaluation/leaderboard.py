"""The scores of all trials: `metrics.json`, the table `leaderboard.csv` and a summary line."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.baselines.seed_estimators import Kind
from models.evaluation.model_names import BASELINE_REGRESSORS, SEASONAL_NAIVE, STORECAST
from models.evaluation.scorecard import Scorecard, Scores, Trial, plain
from training.evaluation.backtest import BacktestResult

UNITS = {
    "days": "known days scored",
    "zero_days": "of them without sales, skipped by mape",
    "mae": "units a day",
    "rmse": "units a day",
    "mape": "percent",
    "smape": "percent, 0 to 200",
    "wape": "percent",
    "mase": "1 = error of last week's value in the history",
    "rmsse": "1 = error of yesterday's value in the history",
    "bias": "percent, above 0 = too much forecast",
    "coverage_80": "percent of actuals inside, from intervals calibrated on older folds only",
    "coverage_95": "percent of actuals inside, from intervals calibrated on older folds only",
    "skill": "1 - wape / wape of seasonal naive, mean of the folds",
}
HEADLINE = ("wape", "rmsse", "mape", "bias", "coverage_80", "coverage_95")


@dataclass(frozen=True)
class LeaderboardEntry:
    """One model's scores on all folds together and on each; `skill` is NaN without seasonal naive."""

    model: str
    scorecard: Scorecard
    by_fold: dict[str, Scores]
    skill: float
    cpu_seconds: float | None

    def to_json(self) -> dict[str, Any]:
        """Nested plain values for metrics.json."""
        return {
            **self.scorecard.to_json(),
            "by_fold": {cutoff: scores.to_json() for cutoff, scores in self.by_fold.items()},
            "skill": plain(self.skill),
        }


def rank_models(results: Sequence[BacktestResult]) -> list[LeaderboardEntry]:
    """All models, best WAPE first; empty when there was no fold."""
    by_fold = {
        one.model: {str(cutoff): trial.scores() for cutoff, trial in one.trials.items()} for one in results
    }
    table = [
        LeaderboardEntry(
            one.model,
            Scorecard.of(Trial.joined(list(one.trials.values()))),
            by_fold[one.model],
            _skill(by_fold[one.model], by_fold.get(SEASONAL_NAIVE, {})),
            one.cpu_seconds,
        )
        for one in results
        if one.trials
    ]
    return sorted(table, key=lambda entry: np.nan_to_num(entry.scorecard.overall.wape, nan=np.inf))


def build_metrics(
    table: Sequence[LeaderboardEntry], horizon_days: int, not_measured: Sequence[str]
) -> dict[str, Any]:
    """The content of `metrics.json`; fold names are cutoffs, the newest is the hold-out of the last days."""
    folds = list(table[0].by_fold) if table else []
    return {
        "folds": folds,
        "hold_out": folds[0] if folds else None,
        "horizon_days": horizon_days,
        "not_measured": list(not_measured),
        "units": UNITS,
        "models": {entry.model: entry.to_json() for entry in table},
    }


def overall_scores(table: Sequence[LeaderboardEntry], model: str) -> dict[str, float | None]:
    """One model's scores over all folds, flat, for `dvc metrics`; empty when it was not tested."""
    found = next((entry for entry in table if entry.model == model), None)
    if found is None:
        return {}
    overall = found.scorecard.overall.to_json()
    return {**{name: overall[name] for name in HEADLINE}, "skill": plain(found.skill)}


def comparison_summary(metrics: Mapping[str, Any]) -> str:
    """One line from the content of `metrics.json`: the error of Storecast beside that of the baselines.

    Example: "storecast: WAPE 11.5 %, 46 % less error than seasonal naive (21.3 %), 8 % less than the best
    baseline regressor (12.5 %)."
    """
    errors = {model: scores["overall"].get("wape") for model, scores in metrics["models"].items()}
    known = {model: error for model, error in errors.items() if error is not None}
    if STORECAST not in known:
        return f"{STORECAST}: its error could not be measured on these sales."
    regressors = [known[model] for model in BASELINE_REGRESSORS.values() if model in known]
    others = {"the best baseline regressor": min(regressors)} if regressors else {}
    if SEASONAL_NAIVE in known:
        others = {SEASONAL_NAIVE: known[SEASONAL_NAIVE], **others}
    parts = [_compared(known[STORECAST], error, model) for model, error in others.items()]
    return f"{STORECAST}: {', '.join([f'WAPE {known[STORECAST]:.1f} %', *parts])}."


def _compared(error: float, other: float, model: str) -> str:
    """A phrase such as "46 % less error than seasonal naive (21.3 %)"."""
    if other == 0:
        return f"{'the same error as' if error == 0 else 'more error than'} {model} (0 %)"
    percent = 100 * abs(1 - error / other)
    if percent < 0.5:
        return f"the same error as {model} ({other:.1f} %)"
    return f"{percent:.0f} % {'less' if error < other else 'more'} error than {model} ({other:.1f} %)"


def better_regressor(table: Sequence[LeaderboardEntry]) -> Kind:
    """The baseline regressor with the lower WAPE; XGBoost where none was measured."""
    kinds: dict[str, Kind] = {name: kind for kind, name in BASELINE_REGRESSORS.items()}
    return next((kinds[entry.model] for entry in table if entry.model in kinds), "xgboost")


def leaderboard_csv(table: Sequence[LeaderboardEntry]) -> str:
    """One line for each model: overall scores, skill, WAPE by days ahead and by fold, CPU of all folds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    folds, steps = (list(table[0].by_fold), list(table[0].scorecard.by_step)) if table else ([], [])
    names = [name for name in UNITS if name != "skill"]
    wapes = (f"wape_{part}" for part in (*(f"days_{days}" for days in steps), *folds))
    writer.writerow(["model", "skill", *names, *wapes, "cpu_seconds"])
    for entry in table:
        overall = entry.scorecard.overall.to_json()
        parts = [*entry.scorecard.by_step.values(), *(entry.by_fold[cutoff] for cutoff in folds)]
        seconds = None if entry.cpu_seconds is None else round(entry.cpu_seconds, 1)
        values = (overall[name] for name in names)
        writer.writerow(
            [entry.model, plain(entry.skill), *values, *(plain(one.wape) for one in parts), seconds]
        )
    return text.getvalue()


def _skill(folds: dict[str, Scores], baseline: dict[str, Scores]) -> float:
    """Mean of the ratios of each fold: ratios can be compared across seasons, scores cannot."""
    pairs = [(scores.wape, baseline[cutoff].wape) for cutoff, scores in folds.items() if cutoff in baseline]
    ratios = [wape / naive for wape, naive in pairs if naive > 0]
    return 1 - float(np.mean(ratios)) if ratios else float("nan")

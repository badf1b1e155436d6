"""What the trials add up to, on trials made by hand."""

import csv
import io
import json

import numpy as np
import pytest

from models.evaluation.model_names import BASELINE_REGRESSORS, SEASONAL_NAIVE, STORECAST
from models.evaluation.scorecard import Trial
from training.evaluation.backtest import BacktestResult
from training.evaluation.leaderboard import (
    UNITS,
    better_regressor,
    build_metrics,
    comparison_summary,
    leaderboard_csv,
    rank_models,
)

ACTUAL = np.array([[10.0, 20.0, 30.0], [1.0, 0.0, 2.0]])
HISTORY = np.tile(ACTUAL, 8)
CUTOFFS = [np.datetime64("2024-06-30"), np.datetime64("2024-04-01")]


def results(model: str, *errors: float) -> BacktestResult:
    """A model that is wrong by the same everywhere in a fold, newest fold first."""
    trials = [Trial.of(ACTUAL, ACTUAL + error, HISTORY) for error in errors]
    return BacktestResult(model, dict(zip(CUTOFFS, trials, strict=False)), cpu_seconds=1.23)


TABLE = rank_models(
    [
        results(SEASONAL_NAIVE, 4, 8),
        results(BASELINE_REGRESSORS["random_forest"], 3, 3),
        results(STORECAST, 1, 4),
        results(BASELINE_REGRESSORS["xgboost"], 3.5, 3),
    ]
)


def test_the_best_comes_first() -> None:
    assert [entry.model for entry in TABLE] == [
        STORECAST,
        *(BASELINE_REGRESSORS[k] for k in ("random_forest", "xgboost")),
        SEASONAL_NAIVE,
    ]


def test_skill_is_the_mean_of_the_folds_ratios() -> None:
    assert TABLE[0].skill == pytest.approx(1 - (1 / 4 + 4 / 8) / 2)
    assert TABLE[-1].skill == pytest.approx(0)


def test_the_better_seed_regressor_is_the_one_with_the_lower_wape() -> None:
    assert better_regressor(TABLE) == "random_forest"
    assert better_regressor([]) == "xgboost"


def test_metrics_have_every_model_overall_by_size_by_step_and_by_fold() -> None:
    metrics = json.loads(json.dumps(build_metrics(TABLE, 3, ["Nothing else."]), allow_nan=False))
    assert metrics["folds"] == ["2024-06-30", "2024-04-01"]
    assert metrics["hold_out"] == "2024-06-30"
    assert metrics["not_measured"] == ["Nothing else."]
    assert set(metrics["models"]) == {STORECAST, SEASONAL_NAIVE, *BASELINE_REGRESSORS.values()}
    for scores in metrics["models"].values():
        assert set(scores) == {"overall", "by_seller_size", "by_step", "by_fold", "skill"}
        assert set(scores["overall"]) == set(UNITS) - {"skill"}
    assert metrics["models"][STORECAST]["by_fold"]["2024-06-30"]["mae"] == 1
    assert metrics["models"][STORECAST]["overall"]["mae"] == 2.5
    assert metrics["models"][STORECAST]["overall"]["coverage_80"] is None


def test_the_table_has_a_line_a_model_with_the_wape_of_each_fold() -> None:
    lines = list(csv.DictReader(io.StringIO(leaderboard_csv(TABLE))))
    assert [line["model"] for line in lines] == [entry.model for entry in TABLE]
    assert float(lines[0]["wape_2024-06-30"]) == pytest.approx(100 * 6 / 63, abs=1e-3)
    assert lines[0]["coverage_95"] == ""
    assert lines[0]["cpu_seconds"] == "1.2"


def test_the_summary_names_the_winner_and_by_how_much() -> None:
    metrics = build_metrics(TABLE, 3, [])
    metrics["models"] = {
        STORECAST: {"overall": {"wape": 11.5}},
        SEASONAL_NAIVE: {"overall": {"wape": 21.3}},
        BASELINE_REGRESSORS["random_forest"]: {"overall": {"wape": 12.5}},
    }
    assert comparison_summary(metrics) == (
        "storecast: WAPE 11.5 %, 46 % less error than seasonal naive (21.3 %), "
        "8 % less error than the best baseline regressor (12.5 %)."
    )


@pytest.mark.parametrize(
    ("error", "naive", "words"),
    [
        (12.0, 10.0, "20 % more error than seasonal naive (10.0 %)"),
        (10.0, 10.0, "the same error as seasonal naive"),
        (0.0, 0.0, "the same error as seasonal naive (0 %)"),
        (0.1, 0.0, "more error than seasonal naive (0 %)"),
        (None, 3.0, "could not be measured"),
    ],
)
def test_the_summary_has_words_for_each_outcome(error: float | None, naive: float, words: str) -> None:
    models = {STORECAST: {"overall": {"wape": error}}, SEASONAL_NAIVE: {"overall": {"wape": naive}}}
    assert words in comparison_summary({"models": models})
    assert "could not be measured" in comparison_summary({"models": {}})


def test_without_folds_the_table_is_empty_and_still_a_table() -> None:
    assert rank_models([BacktestResult(STORECAST, {})]) == []
    assert leaderboard_csv([]).splitlines()[0].startswith("model,skill,days")
    assert build_metrics([], 90, ["Too short."])["models"] == {}

"""What the trials add up to, on trials made by hand."""

import csv
import io
import json

import numpy as np
import pytest

from models.evaluation.scorecard import Trial
from training.evaluation.backtest import NAIVE, SEEDS, STORECAST, Tried
from training.evaluation.leaderboard import UNITS, better_seed, leaderboard_csv, metrics_of, standings

ACTUAL = np.array([[10.0, 20.0, 30.0], [1.0, 0.0, 2.0]])
HISTORY = np.tile(ACTUAL, 8)
CUTOFFS = [np.datetime64("2024-06-30"), np.datetime64("2024-04-01")]


def tried(model: str, *errors: float) -> Tried:
    """A model that is wrong by the same everywhere in a fold, newest fold first."""
    trials = [Trial.of(ACTUAL, ACTUAL + error, HISTORY) for error in errors]
    return Tried(model, dict(zip(CUTOFFS, trials, strict=False)), cpu_seconds=1.23)


TABLE = standings(
    [
        tried(NAIVE, 4, 8),
        tried(SEEDS["random_forest"], 3, 3),
        tried(STORECAST, 1, 4),
        tried(SEEDS["xgboost"], 3.5, 3),
    ]
)


def test_the_best_comes_first() -> None:
    assert [standing.model for standing in TABLE] == [
        STORECAST,
        *(SEEDS[k] for k in ("random_forest", "xgboost")),
        NAIVE,
    ]


def test_skill_is_the_mean_of_the_folds_ratios() -> None:
    assert TABLE[0].skill == pytest.approx(1 - (1 / 4 + 4 / 8) / 2)
    assert TABLE[-1].skill == pytest.approx(0)


def test_the_better_seed_regressor_is_the_one_with_the_lower_wape() -> None:
    assert better_seed(TABLE) == "random_forest"
    assert better_seed([]) == "xgboost"


def test_metrics_have_every_model_overall_by_size_by_step_and_by_fold() -> None:
    metrics = json.loads(json.dumps(metrics_of(TABLE, 3, ["Nothing else."]), allow_nan=False))
    assert metrics["folds"] == ["2024-06-30", "2024-04-01"]
    assert metrics["hold_out"] == "2024-06-30"
    assert metrics["not_measured"] == ["Nothing else."]
    assert set(metrics["models"]) == {STORECAST, NAIVE, *SEEDS.values()}
    for scores in metrics["models"].values():
        assert set(scores) == {"overall", "by_seller_size", "by_step", "by_fold", "skill"}
        assert set(scores["overall"]) == set(UNITS) - {"skill"}
    assert metrics["models"][STORECAST]["by_fold"]["2024-06-30"]["mae"] == 1
    assert metrics["models"][STORECAST]["overall"]["mae"] == 2.5
    assert metrics["models"][STORECAST]["overall"]["coverage_80"] is None


def test_the_table_has_a_line_a_model_with_the_wape_of_each_fold() -> None:
    lines = list(csv.DictReader(io.StringIO(leaderboard_csv(TABLE))))
    assert [line["model"] for line in lines] == [standing.model for standing in TABLE]
    assert float(lines[0]["wape_2024-06-30"]) == pytest.approx(100 * 6 / 63, abs=1e-3)
    assert lines[0]["coverage_95"] == ""
    assert lines[0]["cpu_seconds"] == "1.2"


def test_without_folds_the_table_is_empty_and_still_a_table() -> None:
    assert standings([Tried(STORECAST, {})]) == []
    assert leaderboard_csv([]).splitlines()[0].startswith("model,skill,days")
    assert metrics_of([], 90, ["Too short."])["models"] == {}

"""The public tasks: windows, scores and the check of the protocol."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks.public_tasks import (
    NAIVE,
    OURS,
    PROBABILITIES,
    Task,
    _difference,
    load,
    scores,
    seasonal_naive,
    table,
    windows,
)

TASK = Task("small", "small.parquet", horizon_days=7, windows=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two series of five weeks; the second lacks a day and has one row twice."""
    dates = pd.date_range("2024-01-01", periods=35)
    one = pd.DataFrame({"date": dates, "store": 1, "item": "a", "sales": np.arange(35.0)})
    two = pd.DataFrame({"date": dates.delete(3), "store": 1, "item": "b", "sales": 5.0})
    again = two.tail(1).assign(sales=9.0)
    pd.concat([one, two, again]).to_parquet(tmp_path / TASK.file)
    return tmp_path


def test_windows_follow_each_other_to_the_last_day(folder: Path) -> None:
    panel = load(folder / TASK.file, 1)
    assert np.isnan(panel.sales[1, 3])
    assert panel.sales[1, -1] == 9
    (early, first), (late, second) = windows(panel, TASK)
    assert (early.n_days, late.n_days) == (21, 28)
    np.testing.assert_array_equal(first[0], np.arange(21.0, 28))
    np.testing.assert_array_equal(second[0], np.arange(28.0, 35))
    assert load(folder / TASK.file, 35).n_series == 1
    after = replace(TASK, windows=1, first_cutoff="2024-01-10")
    ((early, first),) = windows(panel, after)
    assert (early.n_days, first[0, 0]) == (10, 10)


def test_scores_are_those_of_the_definition() -> None:
    history = np.array([[0.0] * 7 + [2.0] * 7, [1.0] * 7 + [5.0] * 7])  # changes of 2 and 4
    actual = np.array([[3.0, np.nan], [10.0, 0.0]])
    quantiles = np.tile(np.array([[[1.0]], [[4.0]]]), (1, 2, 9))
    mase, wape, wql, sql = scores(history, actual, quantiles)
    assert mase == pytest.approx(np.mean([2 / 2, 5 / 4]))
    assert wape == pytest.approx((2 + 6 + 4) / 13)
    above, below = 2 * PROBABILITIES.mean(), 2 * (1 - PROBABILITIES).mean()
    assert wql == pytest.approx((2 * above + 6 * above + 4 * below) / 13)
    assert sql == pytest.approx(np.mean([2 * above / 2, (6 * above + 4 * below) / 2 / 4]))


def test_seasonal_naive_repeats_the_last_known_week() -> None:
    history = np.array([[1.0, 2, 3, 4, 5, 6, 7, 8, np.nan, 10, 11, 12, 13, 14]])
    made = seasonal_naive(history, 9)
    assert made.shape == (1, 9, 9)
    assert made[0, :, 0].tolist() == [8, 8, 10, 11, 12, 13, 14, 8, 8]


def test_a_seasonal_naive_that_is_not_the_published_one_stops_the_benchmark() -> None:
    published = pd.DataFrame({"MASE": [1.0], "WAPE": [0.5]})
    assert not _difference(np.array([1.01, 0.5, 0, 0]), published)
    assert "WAPE 0.6000, published 0.5000" in _difference(np.array([1.0, 0.6, 0, 0]), published)


def test_the_table_has_ours_the_best_and_seasonal_naive() -> None:
    row = {"task_name": "small", "training_time_s": 1.0, "inference_time_s": 2.0, "WQL": 1.0, "SQL": 1.0}
    models = {"a": (0.9, True), "b": (0.8, False), "seasonal_naive": (1.0, False)}
    published = pd.DataFrame(
        [
            row | {"model": name, "MASE": mase, "WAPE": mase, "trained_on_this_dataset": saw}
            for name, (mase, saw) in models.items()
        ]
    )
    measured = {OURS: np.array([0.7, 0.7, 0.6, 0.6, 12.0]), NAIVE: np.array([1.0, 1.0, 1.1, 1.1, np.nan])}
    lines = table(TASK, measured, published).splitlines()
    assert lines[0] == "| small | MASE | WAPE | WQL | SQL | seconds |"
    assert lines[2] == "| **Storecast** | 0.7000 | 0.7000 | 0.6000 | 0.6000 | 12 |"
    assert [line.split(" | ")[0] for line in lines[3:]] == [
        "| b",
        "| a, trained on these data",
        "| seasonal_naive",
        "| seasonal naive (ours)",
    ]

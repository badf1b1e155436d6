"""The saved estimators against their libraries."""

from pathlib import Path

import numpy as np
import pytest

from models.baselines.seed_estimators import BoostedTrees, Forest, Rows, SeedParams, fit_forest, fit_xgboost

PARAMS = SeedParams(rows=1000, rounds=20, forest_rows=1000, forest_trees=8, forest_min_leaf=2)


def some_rows(n: int, unknown_share: float, seed: int = 4) -> tuple[Rows, Rows]:
    rng = np.random.default_rng(seed)
    rows = rng.gamma(2, 10, (n, 10)).astype(np.float32)
    sales = rows[:, 5] + 3 * (rows[:, 3] > 20) + rng.normal(0, 1, n).astype(np.float32)
    rows[rng.random(rows.shape) < unknown_share] = np.nan
    return rows, sales


@pytest.mark.parametrize("unknown_share", [0.0, 0.2])
def test_the_walked_forest_predicts_what_scikit_learn_does(unknown_share: float) -> None:
    library = fit_forest(*some_rows(600, unknown_share), PARAMS)
    others, _ = some_rows(300, unknown_share, seed=9)
    np.testing.assert_allclose(Forest.of(library).predict(others), library.predict(others), rtol=1e-12)


def test_a_value_on_the_threshold_goes_left_as_in_scikit_learn() -> None:
    rows = np.repeat(np.arange(8, dtype=np.float32)[:, None], 10, axis=1)
    library = fit_forest(rows, np.arange(8.0), PARAMS)
    thresholds = np.concatenate([tree.tree_.threshold for tree in library.estimators_])
    exactly = np.repeat(thresholds.astype(np.float32)[:, None], 10, axis=1)
    np.testing.assert_allclose(Forest.of(library).predict(exactly), library.predict(exactly), rtol=1e-12)


def test_a_saved_forest_predicts_the_same(tmp_path: Path) -> None:
    rows, sales = some_rows(400, 0.1)
    forest = Forest.of(fit_forest(rows, sales, PARAMS))
    forest.save(tmp_path)
    np.testing.assert_array_equal(Forest.load(tmp_path).predict(rows), forest.predict(rows))


def test_saved_boosted_trees_predict_what_the_library_does(tmp_path: Path) -> None:
    rows, sales = some_rows(400, 0.1)
    library = fit_xgboost(rows, sales, PARAMS)
    BoostedTrees(library.get_booster()).save(tmp_path)
    np.testing.assert_array_equal(BoostedTrees.load(tmp_path).predict(rows), library.predict(rows))

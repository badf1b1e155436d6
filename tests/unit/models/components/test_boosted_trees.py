"""models.components.boosted_trees: Tweedie trees around an expectation."""

import numpy as np
import pytest

from models.components.boosted_trees import Tree, fit_tree


def sample(n: int, mean: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 3)).astype(np.float32)
    return (
        features,
        rng.poisson(mean * np.where(features[:, 0] > 0, 1.3, 0.7)).astype(float),
        np.full(n, mean),
    )


def test_a_tree_fits_what_the_expectation_misses() -> None:
    features, sales, expected = sample(8_000, 40)
    ratio = fit_tree(features, sales, expected, 1.2, rounds=50, seed=1).ratio(features)
    assert ratio[features[:, 0] > 0.1].mean() == pytest.approx(1.3, abs=0.02)
    assert ratio[features[:, 0] < -0.1].mean() == pytest.approx(0.7, abs=0.02)


@pytest.mark.parametrize("mean", [0.05, 1.0, 5_000.0])
def test_the_fitted_total_is_the_sold_total_at_any_scale(mean: float) -> None:
    features, sales, expected = sample(8_000, mean)
    fitted = expected * fit_tree(features, sales, expected, 1.5, rounds=50, seed=1).ratio(features)
    assert fitted.sum() == pytest.approx(sales.sum(), rel=1e-3)


def test_on_sparse_sales_totals_hold_out_of_sample() -> None:
    features, sales, expected = sample(20_000, 0.05)
    tree = fit_tree(features[:10_000], sales[:10_000], expected[:10_000], 1.5, rounds=300, seed=1)
    later = (expected * tree.ratio(features))[10_000:]
    assert later.sum() == pytest.approx(sales[10_000:].sum(), rel=0.15)


def test_a_saved_tree_answers_to_the_last_digit() -> None:
    features, sales, expected = sample(2_000, 10)
    tree = fit_tree(features, sales, expected, 1.5, rounds=20, seed=1)
    again = Tree.from_bytes(tree.to_bytes(), tree.correction)
    np.testing.assert_array_equal(again.ratio(features), tree.ratio(features))


def test_the_same_seed_grows_the_same_tree() -> None:
    features, sales, expected = sample(2_000, 10)
    first, second = (fit_tree(features, sales, expected, 1.5, 20, seed=7).to_bytes() for _ in range(2))
    assert first == second

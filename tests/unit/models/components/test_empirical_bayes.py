"""Shrinkage of noisy ratios."""

import numpy as np

from models.components.empirical_bayes import shrink


def test_pure_noise_is_shrunk_to_one() -> None:
    rng = np.random.default_rng(3)
    expected = np.full((200, 7), 400.0)
    ratio = shrink(rng.poisson(expected).astype(float), expected, expected)
    assert np.abs(ratio - 1).max() < 0.02 < np.abs(rng.poisson(expected) / expected - 1).max()


def test_true_differences_survive_shrinkage() -> None:
    expected = np.full((2, 7), 40_000.0)
    truth = np.linspace(0.5, 1.5, 14).reshape(2, 7)
    np.testing.assert_allclose(shrink(truth * expected, expected, expected), truth, atol=0.01)


def test_a_ratio_without_any_expectation_is_one() -> None:
    assert shrink(np.zeros((1, 2)), np.array([[0.0, 10.0]]), np.ones((1, 2)))[0, 0] == 1

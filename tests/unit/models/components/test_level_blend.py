"""models.components.level_blend: mixes of levels by bucket of steps."""

import numpy as np

from models.components.level_blend import BLENDED, Blend, fit_blend
from models.components.levels import SALES_LEVELS


def rows(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.gamma(5, 10, (n, len(SALES_LEVELS))), rng.uniform(0.5, 1.5, n), rng.integers(1, 91, n)


def test_a_true_mix_is_found_again() -> None:
    levels, index, step = rows(20_000)
    truth = 0.3 * levels[:, SALES_LEVELS.index("L28")] + 0.7 * levels[:, SALES_LEVELS.index("L364")]
    blend = fit_blend(levels, index, step, truth * index)
    assert np.abs(blend.sales_level(levels, step) / truth - 1).mean() < 0.05
    assert (np.argmax(blend.weights, axis=1) == SALES_LEVELS.index("L364")).all()


def test_near_and_far_steps_have_weights_of_their_own() -> None:
    levels, index, step = rows(20_000)
    recent, yearly = levels[:, SALES_LEVELS.index("L7")], levels[:, SALES_LEVELS.index("L364")]
    blend = fit_blend(levels, index, step, np.where(step <= 14, recent, yearly) * index)
    assert blend.weights[0, SALES_LEVELS.index("L7")] > 0.8 > 0.1 > blend.weights[2, SALES_LEVELS.index("L7")]


def test_weights_are_never_negative_and_only_of_blended_levels() -> None:
    levels, index, step = rows(5_000)
    blend = fit_blend(levels, index, step, np.random.default_rng(1).gamma(1, 50, 5_000))
    assert (blend.weights >= 0).all()
    assert not blend.weights[
        :, [SALES_LEVELS.index(name) for name in SALES_LEVELS if name not in BLENDED]
    ].any()


def test_with_too_few_rows_the_blend_is_the_prior() -> None:
    levels, index, step = rows(20)
    weights = fit_blend(levels, index, step, np.full(20, 3.0)).weights
    np.testing.assert_array_equal(weights[:, [SALES_LEVELS.index("L91"), SALES_LEVELS.index("P91")]], 0.5)
    np.testing.assert_array_equal(weights.sum(1), 1)


def test_series_that_never_sold_blend_to_nothing() -> None:
    levels, index, step = rows(500)
    assert not fit_blend(levels * 0, index, step, np.zeros(500)).sales_level(levels * 0, step).any()


def test_a_blend_of_one_level_is_that_level() -> None:
    levels, _, step = rows(10)
    np.testing.assert_array_equal(
        Blend.only("L364").sales_level(levels, step), levels[:, SALES_LEVELS.index("L364")]
    )

"""Scales fitted on past errors."""

import numpy as np
import pytest

from drift.detector.variance import ShiftScale, VarianceModel

RNG = np.random.default_rng(1)
EXPECTED = RNG.uniform(5, 500, (120, 40))


def test_the_variance_of_overdispersed_sums_is_recovered() -> None:
    error = RNG.normal(0, np.sqrt(2 * EXPECTED + 0.01 * EXPECTED**2))
    model = VarianceModel.fit(error, EXPECTED)
    assert model.variance(EXPECTED) == pytest.approx(2 * EXPECTED + 0.01 * EXPECTED**2, rel=0.35)


def test_a_noisy_series_has_a_scale_of_its_own() -> None:
    error = RNG.normal(0, np.sqrt(EXPECTED))
    error[:, 7] *= 3
    scale = VarianceModel.fit(error, EXPECTED).scale
    assert scale[7] > 1.8 * np.delete(scale, 7).max()


def test_one_unusual_window_hardly_changes_the_scales() -> None:
    error = RNG.normal(0, np.sqrt(EXPECTED))
    steady = VarianceModel.fit(error, EXPECTED).variance(EXPECTED)
    error[50] = 100 * EXPECTED[50]
    assert VarianceModel.fit(error, EXPECTED).variance(EXPECTED) == pytest.approx(steady, rel=0.5)


@pytest.mark.parametrize("expected", [0.0, 3.0])
def test_equal_forecasts_still_have_a_variance(expected: float) -> None:
    sums = np.full((30, 5), expected)
    variance = VarianceModel.fit(RNG.normal(0, 1, sums.shape), sums).variance(sums)
    assert np.isfinite(variance).all()
    assert (variance > 0).all()


def test_variation_shared_by_all_series_is_separated_from_their_noise() -> None:
    information = np.full((150, 4), 400.0)
    shift = RNG.normal(0, np.sqrt(1 / 400 + 0.06**2), information.shape)
    assert np.sqrt(ShiftScale.fit(shift, information, 30.0).between) == pytest.approx(0.06, rel=0.2)


def test_a_total_of_few_groups_is_less_certain_than_one_of_all() -> None:
    scale = ShiftScale.fit(RNG.normal(0, 0.1, (50, 4)), np.full((50, 4), 1000.0), 30.0)
    everything, one_store = np.full((1, 4), 1000.0), np.array([[1000.0, 0, 0, 0]])
    assert scale.variance_of_part(everything).tolist() == [0]
    assert scale.variance_of_part(one_store)[0] == pytest.approx(scale.between * 0.75)

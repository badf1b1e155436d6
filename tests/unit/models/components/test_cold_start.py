"""models.components.cold_start: what store and item say of a new series."""

import numpy as np
import pytest

from data.panel.series_index import SeriesIndex
from models.components.cold_start import LevelPrior, fit_level_prior

SERIES = SeriesIndex.from_labels([s for s in range(5) for _ in range(8)], list(range(8)) * 5)
LEVEL = np.exp(1 + 0.3 * SERIES.store_codes + 0.2 * SERIES.item_codes)


def codes(*values: int) -> np.ndarray:
    return np.array(values)


def test_store_and_item_suggest_the_level_of_a_hidden_series() -> None:
    known = np.arange(40) != 13
    prior = fit_level_prior(LEVEL, SERIES, known)
    assert prior is not None
    hidden = prior.expected_level(SERIES.store_codes[13:14], SERIES.item_codes[13:14])
    assert hidden[0] == pytest.approx(LEVEL[13], rel=0.1)


def test_an_unseen_store_and_item_get_the_middle_level() -> None:
    prior = LevelPrior(2.0, np.array([5.0]), np.array([7.0]), 0.1)
    assert prior.expected_level(codes(-1), codes(-1))[0] == pytest.approx(np.exp(2))


def test_own_days_count_for_more_where_store_and_item_explain_little() -> None:
    sure, unsure = (LevelPrior(np.log(10), np.zeros(1), np.zeros(1), spread) for spread in (0.01, 10.0))
    sold, expected = np.array([700.0]), np.array([7.0])
    assert sure.shrunk(sold, expected, codes(0), codes(0))[0] < 20
    assert unsure.shrunk(sold, expected, codes(0), codes(0))[0] > 90


def test_two_known_series_are_no_basis() -> None:
    assert fit_level_prior(LEVEL, SERIES, np.arange(40) < 2) is None


def test_the_own_days_of_an_unseen_item_count_for_more_than_those_of_a_known_one() -> None:
    prior = fit_level_prior(LEVEL, SERIES, np.ones(40, bool))
    assert prior is not None
    sold, expected = np.array([200.0]), np.array([200.0])
    unseen, known = (prior.shrunk(sold, expected, codes(2), codes(item))[0] for item in (-1, 7))
    assert unseen < 1.5 < known

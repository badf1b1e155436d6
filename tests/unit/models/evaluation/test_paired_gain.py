"""models.evaluation.paired_gain: a gain counts when it is larger than its standard error."""

import numpy as np
import pytest

from models.evaluation.paired_gain import paired_gain


def test_the_statistic_is_scipys_paired_t() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(1)
    before, after = rng.normal(10, 1, 7), rng.normal(9, 1, 7)
    result = paired_gain(before, after, standard_errors=1, min_share=0)
    assert result.gain / result.needed == pytest.approx(stats.ttest_rel(before, after).statistic)


def test_an_equal_gain_on_each_day_is_significant_from_the_smallest_share_on() -> None:
    before = np.full(7, 10.0)
    assert paired_gain(before, before - 0.2, 1, 0.01).is_significant
    assert not paired_gain(before, before - 0.05, 1, 0.01).is_significant


def test_equal_errors_are_never_significant() -> None:
    assert not paired_gain(np.zeros(7), np.zeros(7), 0, 0).is_significant

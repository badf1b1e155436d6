"""Extreme quantiles of few values."""

import numpy as np
import pytest

from drift.detector.extreme_quantile import tail_quantile


def test_an_exponential_tail_is_extrapolated() -> None:
    values = np.random.default_rng(1).exponential(1, 5000)
    assert tail_quantile(values, 0.001) == pytest.approx(np.log(1000), rel=0.05)


def test_values_that_do_not_vary_have_no_tail() -> None:
    assert tail_quantile(np.ones(50), 0.001) == 1


def test_a_rarer_value_is_larger() -> None:
    values = np.random.default_rng(2).normal(0, 1, 200)
    assert tail_quantile(values, 0.001) > tail_quantile(values, 0.01) > np.quantile(values, 0.8)

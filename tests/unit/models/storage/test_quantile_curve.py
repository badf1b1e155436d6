"""models.storage.quantile_curve: intervals and any quantile as views of one curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.storage.quantile_curve import COVERAGE_LEVELS, QUANTILES, interval, interval_of_day, quantile

amounts = st.floats(0, 1e6, width=32)
curves = arrays(np.float32, (2, 17), elements=amounts).map(lambda curve: np.sort(curve, axis=1))
values = st.tuples(arrays(np.float32, (2, 1), elements=amounts), curves).map(np.hstack)


@given(values)
def test_intervals_nest_and_contain_the_mean(curve: np.ndarray) -> None:
    inner_lower = inner_upper = curve[:, 0]
    for level in COVERAGE_LEVELS:
        lower, upper = interval(curve, level)
        assert (lower >= 0).all()
        assert (lower <= inner_lower).all()
        assert (upper >= inner_upper).all()
        inner_lower, inner_upper = lower, upper


@given(values)
def test_one_day_has_the_interval_of_the_array(curve: np.ndarray) -> None:
    for level in COVERAGE_LEVELS:
        lower, upper = interval(curve, level)
        assert interval_of_day(curve[1].tolist(), level) == (lower[1], upper[1])


@given(values, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_quantiles_never_fall(curve: np.ndarray, p: float, q: float) -> None:
    low, high = quantile(curve, min(p, q)), quantile(curve, max(p, q))
    assert (low <= high * (1 + 1e-6)).all()


@pytest.mark.parametrize("position", range(len(QUANTILES)))
def test_a_stored_quantile_is_given_as_it_is(position: int) -> None:
    curve = np.arange(18.0)
    assert quantile(curve, QUANTILES[position]) == pytest.approx(position + 1)


def test_between_stored_quantiles_the_curve_is_linear() -> None:
    assert quantile(np.arange(18.0), 0.15) == pytest.approx(4.5)


def test_an_interval_from_zero_is_one_sided() -> None:
    curve = np.array([3.0, *[0.0] * 4, *range(1, 14)])
    lower, upper = interval(curve, 80)
    assert lower == 0
    assert upper == quantile(curve, 0.8)

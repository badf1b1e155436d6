"""Errors compared with those of a year before."""

import numpy as np
import pytest

from drift.monitors.error_drift import Errors, Performance, error_limits
from tests.unit.drift.synthetic_replays import synthetic_replay

FORECAST = np.full((4, 28), 10, np.float32)
NO_CORRECTION = FORECAST * np.where(np.arange(28) % 2, 1.1, 0.9).astype(np.float32)
EVEN = Errors(1.0, 1.0)


def errors_found(actual: np.ndarray, limit: Errors) -> dict[str, bool]:
    performance = Performance(actual.astype(np.float32), FORECAST, (NO_CORRECTION, FORECAST))
    return {test.name[:4]: test.found for test in performance.tests(EVEN, limit, 0.2)}


def test_an_error_beyond_both_limits_is_found() -> None:
    assert errors_found(FORECAST * 1.3, Errors(1.3, 1.3)) == {"MAPE": True, "WAPE": True}


def test_a_fifth_more_is_no_drift_if_weeks_without_drift_have_as_much() -> None:
    assert errors_found(FORECAST * 1.3, Errors(4.0, 4.0)) == {"MAPE": False, "WAPE": False}


def test_without_a_limit_errors_are_reported_but_never_drift() -> None:
    unknown = Errors(float("nan"), float("nan"))
    assert errors_found(FORECAST * 9, unknown) == {"MAPE": False, "WAPE": False}


def test_wape_finds_a_closed_store_that_mape_ignores() -> None:
    closed = NO_CORRECTION.copy()
    closed[:2] = 0
    assert errors_found(closed, Errors(1.3, 1.3)) == {"MAPE": False, "WAPE": True}


def test_without_a_year_before_there_is_nothing_to_test() -> None:
    assert Performance(NO_CORRECTION, FORECAST, None).tests(EVEN, EVEN, 0.2) == []


def test_the_threshold_scales_with_the_error_ratio_of_the_champion() -> None:
    performance = Performance(FORECAST * np.float32(1.11), FORECAST, (NO_CORRECTION, FORECAST))
    assert not performance.tests(EVEN, EVEN, 0.2)[1].found
    assert performance.tests(Errors(0.8, 0.8), EVEN, 0.2)[1].found


def test_limits_need_weeks_with_a_year_before_them() -> None:
    short, long = error_limits(synthetic_replay(n_weeks=60)), error_limits(synthetic_replay(n_weeks=110))
    assert np.isnan(short[28].wape)
    assert 1 < long[28].wape < 2


@pytest.mark.parametrize("sold", [0.0, np.nan])
def test_errors_of_nothing_sold_are_unknown(sold: float) -> None:
    assert np.isnan(Errors.of(np.full((2, 7), sold), np.ones((2, 7))).wape)


def test_two_errors_of_0_are_equal_and_no_other_error_compares_with_0() -> None:
    assert Errors(0.0, 0.0).relative_to(Errors(0.0, 0.0)) == (1.0, 1.0)
    assert np.isnan(Errors(3.0, 3.0).relative_to(Errors(0.0, 0.0))).all()
    assert Errors(3.0, 6.0).relative_to(Errors(2.0, 3.0)) == (1.5, 2.0)


def test_forecasts_without_error_a_year_before_leave_room_for_rounding() -> None:
    exact = (FORECAST, FORECAST)
    close, off = FORECAST * np.float32(1.005), FORECAST * np.float32(1.05)
    assert not any(test.found for test in Performance(close, FORECAST, exact).tests(EVEN, EVEN, 0.2))
    assert all(test.found for test in Performance(off, FORECAST, exact).tests(EVEN, EVEN, 0.2))

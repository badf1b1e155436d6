"""How large errors usually are."""

import numpy as np
import pytest

from models.intervals.error_spread import FEWEST_ERRORS, Errors, PastForecast, Spread, fit_spread


def errors_of(forecast: np.ndarray, actual: np.ndarray) -> Errors:
    errors = Errors.of([PastForecast(0, forecast, actual)], forecast.shape[1])
    assert errors is not None
    return errors


def fitted(errors: Errors, n_series: int) -> Spread:
    edges = np.quantile(errors.forecast, np.linspace(0, 1, 21))[1:-1]
    return fit_spread(errors, np.searchsorted(edges, errors.forecast), n_series)


@pytest.mark.parametrize("power", [1.0, 1.5, 2.0])
def test_the_variance_grows_with_the_power_of_the_forecast(power: float) -> None:
    rng = np.random.default_rng(1)
    forecast = rng.uniform(5, 200, (40, 400))
    actual = forecast + rng.normal(0, np.sqrt(2 * forecast**power))
    spread = fitted(errors_of(forecast, actual), 40)
    assert spread.power == pytest.approx(power, abs=0.15)
    expected = np.sqrt(2 * np.array([20.0, 100.0]) ** power)
    np.testing.assert_allclose(spread.sigma(np.array([20.0, 100.0])), expected, rtol=0.15)


def test_a_series_with_larger_errors_has_a_larger_scale_and_an_unseen_one_that_of_all() -> None:
    rng = np.random.default_rng(1)
    forecast = np.full((10, 300), 50.0)
    actual = forecast + rng.normal(0, 5, forecast.shape) * np.where(np.arange(10) == 3, 3, 1)[:, None]
    spread = fitted(errors_of(forecast, actual), 10)
    assert np.argmax(spread.by_series) == 3
    assert spread.of_series(np.array([3, -1])).tolist() == [spread.by_series[3], spread.unseen]


def test_sales_that_never_change_have_no_spread_and_no_division_by_nothing() -> None:
    spread = fitted(errors_of(np.full((2, 200), 7.0), np.full((2, 200), 7.0)), 2)
    assert np.isfinite(spread.by_series).all()
    assert spread.sigma(np.array([7.0])) * spread.by_series[0] < 1e-3


def test_unknown_and_closed_days_are_no_errors() -> None:
    forecast, actual = np.full((2, FEWEST_ERRORS), 7.0), np.full((2, FEWEST_ERRORS), 7.0)
    forecast[0], actual[1, 0] = 0, np.nan
    assert Errors.of([PastForecast(0, forecast, actual)], FEWEST_ERRORS) is None
    assert Errors.of([], 1) is None


def test_errors_of_days_that_are_still_to_come_are_unknown() -> None:
    past = PastForecast(10, np.full((2, 300), 7.0), np.full((2, 300), 8.0))
    errors = Errors.of([past], 210)
    assert errors is not None
    assert (errors.day.min(), errors.day.max(), len(errors.day)) == (10, 209, 400)

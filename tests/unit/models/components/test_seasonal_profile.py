"""models.components.seasonal_profile: weekday and month factors."""

import numpy as np
import pytest

from data.dates.calendar_days import calendar
from data.panel.series_index import SeriesIndex
from models.components.seasonal_profile import Effects, fit_profile, prefix_sums

START = np.datetime64("2014-01-01", "D")
WEEKDAY = np.array([0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3])
MONTH = np.linspace(0.6, 1.4, 12)


def index_of(n_stores: int, n_items: int) -> SeriesIndex:
    stores = [store for store in range(n_stores) for _ in range(n_items)]
    return SeriesIndex.from_labels(stores, [item for _ in range(n_stores) for item in range(n_items)])


def seasonal_sales(series: SeriesIndex, n_days: int, seed: int = 0) -> np.ndarray:
    days = calendar(START, n_days)
    mean = 60 * WEEKDAY[days.weekday] * MONTH[days.month - 1]
    return np.random.default_rng(seed).poisson(mean, (len(series), n_days)).astype(float)


def test_weekday_and_month_factors_are_found_again() -> None:
    series, days = index_of(2, 6), calendar(START, 1461)
    profile = fit_profile(seasonal_sales(series, 1461), days, series, np.zeros((12, 7), bool), season=True)
    np.testing.assert_allclose(profile.weekday.mean(0), WEEKDAY / WEEKDAY.mean(), atol=0.01)
    np.testing.assert_allclose(profile.month.mean(0), MONTH / MONTH.mean(), atol=0.02)


def test_without_season_every_month_is_one() -> None:
    series, days = index_of(1, 4), calendar(START, 800)
    profile = fit_profile(seasonal_sales(series, 800), days, series, np.zeros((4, 7), bool), season=False)
    assert (profile.month == 1).all()


def test_a_closed_weekday_has_factor_zero_and_the_open_ones_mean_one() -> None:
    series, days = index_of(1, 4), calendar(START, 800)
    sales = seasonal_sales(series, 800)
    sales[:, days.weekday == 6] = np.nan
    closed = np.zeros((4, 7), bool)
    closed[:, 6] = True
    profile = fit_profile(sales, days, series, closed, season=True)
    assert (profile.weekday[:, 6] == 0).all()
    np.testing.assert_allclose(profile.weekday[:, :6].mean(1), 1)


def test_a_series_that_differs_significantly_keeps_its_own_weekdays() -> None:
    series, days = index_of(2, 6), calendar(START, 1461)
    sales = seasonal_sales(series, 1461)
    sales[3] = sales[3, ::-1]  # its week runs backwards
    profile = fit_profile(sales, days, series, np.zeros((12, 7), bool), season=False)
    assert np.abs(profile.weekday[3] - profile.weekday[4]).max() > 0.2


def test_an_unseen_series_takes_the_factors_of_its_store_and_item() -> None:
    effects = Effects(np.array([1.0, 2.0]), np.array([[1.0, 3.0]]), np.array([[5.0, 1.0]]))
    codes = np.array([0, -1])
    np.testing.assert_array_equal(effects.of(codes, codes), [[5, 6], [1, 2]])


@pytest.mark.parametrize("n_days", [1, 5])
def test_weekdays_that_were_never_seen_count_as_average(n_days: int) -> None:
    series, days = index_of(1, 2), calendar(START, n_days)
    profile = fit_profile(seasonal_sales(series, n_days), days, series, np.zeros((2, 7), bool), season=True)
    assert profile.weekday.min() > 0.2


def test_prefix_sums_start_at_zero() -> None:
    np.testing.assert_array_equal(prefix_sums(np.array([[1.0, 2.0, 3.0]])), [[0, 1, 3, 6]])

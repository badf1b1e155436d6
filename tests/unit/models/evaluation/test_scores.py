"""Scores worked by hand; the formulas as loops are in the properties."""

import math

import numpy as np
import pytest

from models.evaluation import scores


def test_scores_of_a_week_worked_by_hand() -> None:
    actual = np.array([[10.0, 0.0, 20.0, np.nan]])
    forecast = np.array([[12.0, 1.0, 15.0, 9.0]])
    assert scores.mae(actual, forecast) == pytest.approx((2 + 1 + 5) / 3)
    assert scores.rmse(actual, forecast) == pytest.approx(math.sqrt((4 + 1 + 25) / 3))
    assert scores.wape(actual, forecast) == pytest.approx(100 * 8 / 30)
    assert scores.bias(actual, forecast) == pytest.approx(100 * -2 / 30)
    assert scores.mape(actual, forecast) == pytest.approx(100 * (2 / 10 + 5 / 20) / 2)
    assert scores.zero_days(actual, forecast) == 1
    assert scores.smape(actual, forecast) == pytest.approx(200 * (2 / 22 + 1 + 5 / 35) / 3)


def test_a_day_without_sales_forecast_as_none_is_no_error() -> None:
    nothing = np.zeros((2, 3))
    assert scores.smape(nothing, nothing) == 0
    assert scores.mae(nothing, nothing) == 0


def test_what_cannot_be_measured_is_nan() -> None:
    nothing, unknown = np.zeros((1, 3)), np.full((1, 3), np.nan)
    assert math.isnan(scores.wape(nothing, nothing + 1))
    assert math.isnan(scores.mape(nothing, nothing + 1))
    assert math.isnan(scores.mae(unknown, nothing))
    assert math.isnan(scores.coverage(unknown, nothing, nothing))
    assert math.isnan(scores.mase(nothing, nothing, np.array([np.nan])))


def test_mase_of_repeating_last_week_inside_the_history_is_one() -> None:
    history = np.random.default_rng(3).poisson(20, (4, 70)).astype(float)
    repeated = scores.mase(history[:, 7:], history[:, :-7], scores.naive_scale(history))
    assert repeated == pytest.approx(1)


def test_scales_start_with_the_first_sale_and_skip_gaps() -> None:
    history = np.array([[0.0, 0.0, 3.0, 5.0, np.nan, 5.0, 9.0, 9.0, 8.0, 8.0]])
    steps = np.array([2.0, 4.0, 0.0, -1.0, 0.0])
    assert scores.step_scale(history) == pytest.approx(np.sqrt((steps**2).mean()))


def test_a_series_that_never_varies_has_no_scale_and_is_left_out() -> None:
    history = np.stack([np.full(20, 5.0), np.arange(20.0)])
    scale = scores.step_scale(history)
    assert np.isnan(scale[0])
    actual = np.array([[5.0], [20.0]])
    assert scores.rmsse(actual, actual + 1, scale) == pytest.approx(1)


def test_size_classes_are_thirds_by_mean_sales() -> None:
    history = np.array([[9.0, np.nan], [1.0, 1.0], [5.0, 4.0], [np.nan, np.nan], [20.0, 20.0], [6.0, 6.0]])
    assert scores.size_classes(history).tolist() == [2, 0, 1, 0, 2, 1]


def test_one_series_is_a_low_seller_because_there_is_no_other() -> None:
    assert scores.size_classes(np.array([[3.0]])).tolist() == [0]

"""data.panel.seed_features: the ten seed features against a reading by hand."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.dates.calendar_days import as_day
from data.panel.seed_features import SEED_FEATURES, seed_features

START = as_day("2017-01-01")  # a Sunday


def named(features: NDArray[np.float32], name: str) -> NDArray[np.float32]:
    return features[..., SEED_FEATURES.index(name)]


def test_the_features_are_the_ten_of_the_seed_in_its_order() -> None:
    assert ",".join(SEED_FEATURES) == (
        "year,month,day,dayofweek,is_weekend,lag_1,lag_7,lag_30,rolling_mean_7,rolling_mean_30"
    )


def test_a_day_is_described_by_its_date_and_the_days_before_it() -> None:
    sales = np.arange(40, dtype=np.float32)[None]
    [[features]] = seed_features(sales, START, [35])  # Sunday, 5 February
    assert features.tolist() == [2017, 2, 5, 6, 1, 34, 28, 5, sum(range(28, 35)) / 7, sum(range(5, 35)) / 30]


def test_unknown_days_are_nan_as_lags_and_left_out_of_means() -> None:
    sales = np.array([[1, np.nan, 3, 100]], dtype=np.float32)
    features = seed_features(sales, START, [0, 1, 2, 3])[0]
    np.testing.assert_array_equal(named(features, "lag_1"), [np.nan, 1, np.nan, 3])
    np.testing.assert_array_equal(named(features, "rolling_mean_7"), [np.nan, 1, 1, 2])
    assert np.isnan(named(features, "lag_7")).all()


def test_all_days_of_several_series_are_as_pandas_has_them() -> None:
    sales = np.random.default_rng(1).poisson(20, (3, 90)).astype(np.float32)
    sales[0, 10:15] = np.nan
    features = seed_features(sales, START, np.arange(90))
    for row in range(3):
        before = pd.Series(sales[row], dtype="float64").shift(1)
        for days in (7, 30):
            expected = before.rolling(days, min_periods=1).mean()
            np.testing.assert_allclose(named(features, f"rolling_mean_{days}")[row], expected, rtol=1e-6)
        for days in (1, 7, 30):
            np.testing.assert_array_equal(named(features, f"lag_{days}")[row], before.shift(days - 1))


def test_the_day_after_the_history_is_described_as_it_will_be_in_training() -> None:
    sales = np.random.default_rng(2).poisson(20, (3, 90)).astype(np.float32)
    for n_days in (5, 30, 80):
        in_training = seed_features(sales, START, [n_days])[:, 0]
        np.testing.assert_array_equal(seed_features(sales[:, :n_days], START, [n_days])[:, 0], in_training)

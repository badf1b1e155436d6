"""models.forecaster.backtest_folds: out-of-sample folds."""

import numpy as np

from data.dates.folds import Fold
from data.panel.sales_panel import SalesPanel
from models.forecaster.backtest_folds import forecast_fold, usable_folds
from models.forecaster.fitting import Effort

QUICK = Effort(max_rows=2_000, rounds=5, seed=1)


def test_the_two_newest_folds_need_150_days_and_older_ones_540() -> None:
    assert [fold.cutoff + 1 for fold in usable_folds(800, 90, 4)] == [710, 620]
    assert [fold.cutoff + 1 for fold in usable_folds(1000, 90, 4)] == [910, 820, 730, 640]
    assert usable_folds(200, 90, 4) == []


def test_folds_of_a_short_horizon_are_twelve_weeks_apart() -> None:
    assert [fold.cutoff + 1 for fold in usable_folds(1000, 14, 4)] == [986, 902, 818, 734]


def test_origins_follow_until_the_next_fold_and_no_day_is_known_twice(small_panel: SalesPanel) -> None:
    fold = Fold(cutoff=599, horizon_days=90)
    origins = forecast_fold(small_panel, fold, QUICK)
    assert [origin.made.cutoff - small_panel.start for origin in origins] == [599, 627, 655]
    last = origins[-1].made.actual
    np.testing.assert_array_equal(last[:, :28], small_panel.sales[:, 656:684])
    assert np.isnan(last[:, 28:]).all()
    newest = Fold(cutoff=small_panel.n_days - 61, horizon_days=60)
    actual = forecast_fold(small_panel, newest, QUICK)[1].made.actual
    assert np.isfinite(actual[:, :32]).any()
    assert np.isnan(actual[:, 32:]).all()


def test_a_folds_forecast_does_not_depend_on_days_after_its_cutoff(small_panel: SalesPanel) -> None:
    fold = Fold(cutoff=699, horizon_days=90)
    changed = small_panel.sales.copy()
    changed[:, 700:] = 1e6
    other_future = SalesPanel(changed, small_panel.start, small_panel.series)
    made, again = (forecast_fold(panel, fold, QUICK)[0].made for panel in (small_panel, other_future))
    np.testing.assert_array_equal(made.forecast("OTN"), again.forecast("OTN"))
    np.testing.assert_array_equal(made.actual, small_panel.sales[:, 700:790])
    assert made.cutoff == small_panel.start + 699

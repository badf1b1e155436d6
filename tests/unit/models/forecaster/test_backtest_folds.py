"""models.forecaster.backtest_folds: out-of-sample folds."""

import numpy as np

from data.dates.folds import Fold, rolling_folds
from data.panel.sales_panel import SalesPanel
from models.forecaster.backtest_folds import forecast_fold, usable_folds
from models.forecaster.fitting import Effort

QUICK = Effort(max_rows=2_000, rounds=5, seed=1)


def test_the_two_newest_folds_need_150_days_and_older_ones_540() -> None:
    lengths = [fold.cutoff + 1 for fold in usable_folds(rolling_folds(800, 90, 4, 1))]
    assert lengths == [710, 620]
    assert [fold.cutoff + 1 for fold in usable_folds(rolling_folds(1000, 90, 4, 1))] == [910, 820, 730, 640]
    assert usable_folds(rolling_folds(200, 90, 4, 1)) == []


def test_a_folds_forecast_does_not_depend_on_days_after_its_cutoff(small_panel: SalesPanel) -> None:
    fold = Fold(cutoff=699, horizon_days=90)
    changed = small_panel.sales.copy()
    changed[:, 700:] = 1e6
    made = forecast_fold(small_panel, fold, QUICK)
    again = forecast_fold(SalesPanel(changed, small_panel.start, small_panel.series), fold, QUICK)
    np.testing.assert_array_equal(made.forecast("OTN"), again.forecast("OTN"))
    np.testing.assert_array_equal(made.actual, small_panel.sales[:, 700:790])
    assert made.cutoff == small_panel.start + 699

"""The same folds for every model, and no information from after the cutoff."""

from dataclasses import replace

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from data.params import Paths
from models.champion import Champion
from models.evaluation.model_names import BASELINE_REGRESSORS, SEASONAL_NAIVE, STORECAST
from models.evaluation.scores import Array
from models.forecaster.forecaster import Forecaster
from models.intervals.error_spread import PastForecast
from training.evaluation.backtest import (
    backtest_baselines,
    backtest_forecaster,
    earlier_bounds,
    sampled_series,
)
from training.train import Settings


@pytest.fixture(scope="module")
def forecaster(trained_clone: Paths) -> Forecaster:
    return Champion.load(trained_clone.challenger).forecaster


def test_all_models_are_tried_on_the_forecasters_folds(
    forecaster: Forecaster, panel: SalesPanel, settings: Settings
) -> None:
    rows = np.array([1, 4])
    results = backtest_forecaster(forecaster, panel, rows, cpu_seconds=1.0)
    results += backtest_baselines(panel, forecaster.folds, rows, settings.train.seed)
    assert [one.model for one in results] == [
        *(STORECAST, "member O", "member T", "member N"),
        *(SEASONAL_NAIVE, BASELINE_REGRESSORS["xgboost"], BASELINE_REGRESSORS["random_forest"]),
    ]
    for one in results:
        assert list(one.trials) == [fold.cutoff for fold in forecaster.folds]
        for cutoff, trial in one.trials.items():
            expected = panel.window(cutoff + 1, cutoff + 28).sales[rows]
            np.testing.assert_array_equal(trial.actual, expected)
            assert np.isfinite(trial.forecast).all()


def test_baselines_do_not_know_what_came_after_the_cutoff(
    forecaster: Forecaster, panel: SalesPanel, settings: Settings
) -> None:
    newest = forecaster.folds[:1]
    changed = panel.sales.copy()
    changed[:, -28:] = 9999
    other = SalesPanel(changed, panel.start, panel.series)
    rows = np.arange(panel.n_series)
    before = backtest_baselines(panel, newest, rows, settings.train.seed)
    after = backtest_baselines(other, newest, rows, settings.train.seed)
    for one, two in zip(before, after, strict=True):
        np.testing.assert_array_equal(
            one.trials[newest[0].cutoff].forecast, two.trials[newest[0].cutoff].forecast
        )


def _changed_from(past: PastForecast, day: int) -> Array:
    """Actuals that are ten times as large from a day on."""
    days = past.first_day + np.arange(past.actual.shape[1])
    return np.where(days >= day, 10 * past.actual, past.actual)


def test_the_actuals_that_judge_a_bound_had_no_part_in_it(forecaster: Forecaster) -> None:
    past = forecaster.past_forecasts()
    newest = past[0]
    bounds = earlier_bounds(newest, past)
    changed = [replace(one, actual=_changed_from(one, newest.first_day)) for one in past]
    np.testing.assert_array_equal(earlier_bounds(newest, changed), bounds)
    assert np.isfinite(bounds).all()
    lower_80, upper_80, lower_95, upper_95 = np.moveaxis(bounds, -1, 0)
    assert (lower_95 <= lower_80).all()
    assert (lower_80 <= upper_80).all()
    assert (upper_80 <= upper_95).all()


def test_the_oldest_fold_has_no_bounds_to_judge(forecaster: Forecaster) -> None:
    past = forecaster.past_forecasts()
    assert np.isnan(earlier_bounds(past[-1], past)).all()


def test_every_model_is_judged_with_bands_of_its_own(
    forecaster: Forecaster, panel: SalesPanel, settings: Settings
) -> None:
    rows = np.arange(panel.n_series)
    results = backtest_forecaster(forecaster, panel, rows, cpu_seconds=1.0)
    results += backtest_baselines(panel, forecaster.folds, rows, settings.train.seed)
    widths = []
    for one in results:
        *measured, oldest = one.trials.values()
        assert np.isnan(oldest.bounds).all()
        for trial in measured:
            assert 20 < trial.scores().coverage_80 < trial.scores().coverage_95
        widths.append(float(np.mean(measured[0].bounds[..., 1] - measured[0].bounds[..., 0])))
    assert len(set(widths[1:])) == len(widths[1:])  # Storecast may be one of its members


def test_series_are_sampled_only_when_there_are_more(panel: SalesPanel) -> None:
    assert sampled_series(panel, 8, random_seed=1).tolist() == list(range(8))
    few = sampled_series(panel, 3, random_seed=1)
    assert few.tolist() == sorted(set(few.tolist()))
    assert len(few) == 3

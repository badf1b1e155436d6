"""What every model keeps to, whether baseline or Storecast: fit on a history, forecast any history."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from data.panel.sales_panel import SalesPanel, SeriesIndex
from models.baselines.seasonal_naive import SeasonalNaive
from models.baselines.seed_estimators import SeedParams
from models.baselines.seed_regressor import SeedRegressor
from models.evaluation.model_names import BASELINE_REGRESSORS, SEASONAL_NAIVE, STORECAST
from models.forecaster.forecaster import Forecaster, ForecasterParams

SEED = SeedParams(rows=3000, rounds=60, forest_rows=400, forest_trees=4)
PARAMS = ForecasterParams(horizon_days=28, folds=1, backtest_rows=800, final_rows=800, rounds=60)
Forecast = Callable[[SalesPanel, int], NDArray[np.float32]]


def fit_storecast(history: SalesPanel) -> Forecast:
    forecaster = Forecaster.fit(history, PARAMS)
    return lambda panel, horizon_days: forecaster.forecast(panel, horizon_days).forecast


FITS: dict[str, Callable[[SalesPanel], Forecast]] = {
    SEASONAL_NAIVE: lambda _: SeasonalNaive().forecast,
    BASELINE_REGRESSORS["xgboost"]: lambda history: SeedRegressor.fit("xgboost", history, SEED).forecast,
    BASELINE_REGRESSORS["random_forest"]: lambda history: (
        SeedRegressor.fit("random_forest", history, SEED).forecast
    ),
    STORECAST: fit_storecast,
}


def panel(n_series: int, n_days: int, unknown_share: float = 0.0) -> SalesPanel:
    rng = np.random.default_rng(n_series + n_days)
    sales = rng.poisson(np.geomspace(1, 50, n_series)[:, None], (n_series, n_days)).astype(np.float32)
    sales[rng.random(sales.shape) < unknown_share] = np.nan
    series = SeriesIndex.from_labels([1] * n_series, list(range(n_series)))
    return SalesPanel(sales, np.datetime64("2023-01-02"), series)


@pytest.fixture(scope="module")
def history() -> SalesPanel:
    return panel(6, 250, unknown_share=0.05)


@pytest.fixture(scope="module", params=FITS)
def forecast(request: pytest.FixtureRequest, history: SalesPanel) -> Forecast:
    """A model fitted on the history."""
    return FITS[request.param](history)


@pytest.mark.parametrize("horizon_days", [1, 28])
def test_forecasts_are_sales_for_each_series_and_day(
    forecast: Forecast, history: SalesPanel, horizon_days: int
) -> None:
    made = forecast(history, horizon_days)
    assert made.shape == (6, horizon_days)
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert (made >= 0).all()


def test_forecasts_sit_near_what_series_sell(forecast: Forecast, history: SalesPanel) -> None:
    means = np.nanmean(history.sales, axis=1)
    np.testing.assert_allclose(forecast(history, 28).mean(axis=1)[2:], means[2:], rtol=0.5)


def test_forecasts_do_not_depend_on_which_other_series_are_requested(
    forecast: Forecast, history: SalesPanel
) -> None:
    rows = [4, 1]
    together = forecast(history, 14)
    alone = forecast(history.select(sorted(rows)), 14)
    np.testing.assert_allclose(alone, together[sorted(rows)], rtol=1e-4)


def test_a_shorter_forecast_is_the_beginning_of_a_longer_one(forecast: Forecast, history: SalesPanel) -> None:
    np.testing.assert_allclose(forecast(history, 7), forecast(history, 28)[:, :7], rtol=1e-5)


def test_forecasting_leaves_the_history_as_it_was(forecast: Forecast, history: SalesPanel) -> None:
    before = history.content_hash()
    forecast(history, 14)
    assert history.content_hash() == before


def test_a_forecast_can_start_from_a_history_that_ends_elsewhere(
    forecast: Forecast, history: SalesPanel
) -> None:
    earlier = history.until(history.end - np.timedelta64(40, "D"))
    assert np.isfinite(forecast(earlier, 7)).all()


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_the_same_history_gives_the_same_forecasts(fit: Callable[[SalesPanel], Forecast]) -> None:
    small = panel(3, 200)
    np.testing.assert_array_equal(fit(small)(small, 7), fit(small)(small, 7))


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
@pytest.mark.parametrize(("n_series", "n_days"), [(1, 1), (1, 12), (2, 60), (1, 200)])
def test_any_history_will_do(fit: Callable[[SalesPanel], Forecast], n_series: int, n_days: int) -> None:
    short = panel(n_series, n_days)
    made = fit(short)(short, 28)
    assert made.shape == (n_series, 28)
    assert np.isfinite(made).all()


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_a_series_without_any_sale_is_forecast_close_to_zero(fit: Callable[[SalesPanel], Forecast]) -> None:
    some = panel(4, 200)
    some.sales[0] = 0
    assert fit(some)(some, 14)[0].mean() < 0.3

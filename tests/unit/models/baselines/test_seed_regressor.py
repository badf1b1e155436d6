"""The seed regressors: recursion, training rows, saving."""

import json
from pathlib import Path

import numpy as np
import pytest

from data.errors import ArtifactError, DataContractError
from data.panel.sales_panel import SalesPanel, SeriesIndex
from data.panel.seed_features import SEED_FEATURES, seed_features
from models.baselines.seed_estimators import Kind, SeedParams
from models.baselines.seed_regressor import SeedRegressor, training_rows

PARAMS = SeedParams(rows=2000, rounds=30, forest_rows=800, forest_trees=6, forest_min_leaf=2)
KINDS: tuple[Kind, ...] = ("xgboost", "random_forest")


def weekly_panel(n_series: int = 4, n_days: int = 140) -> SalesPanel:
    """Sales that depend on the weekday alone, a tenth of the days unknown."""
    rng = np.random.default_rng(2)
    week = np.array([10.0, 20, 30, 40, 50, 60, 5])
    sales = np.tile(week, (n_series, n_days // 7)) * np.arange(1, n_series + 1)[:, None]
    sales[rng.random(sales.shape) < 0.1] = np.nan
    series = SeriesIndex.from_labels([1] * n_series, list(range(n_series)))
    return SalesPanel(sales.astype(np.float32), np.datetime64("2024-01-01"), series)


@pytest.mark.parametrize("kind", KINDS)
def test_the_forecast_feeds_on_itself_day_by_day(kind: Kind) -> None:
    panel = weekly_panel()
    seed = SeedRegressor.fit(kind, panel, PARAMS)
    forecast = seed.forecast(panel, 5)
    sales = panel.sales
    for _ in range(5):
        rows = seed_features(sales, panel.start, [sales.shape[1]])[:, 0]
        sales = np.concatenate([sales, seed.predict(rows)[:, None].astype(np.float32)], axis=1)
    np.testing.assert_array_equal(forecast, sales[:, -5:])


def test_a_weekly_pattern_is_fitted() -> None:
    panel = weekly_panel()
    forecast = SeedRegressor.fit("xgboost", panel, PARAMS).forecast(panel, 7)
    np.testing.assert_allclose(forecast[2], 3 * np.array([10.0, 20, 30, 40, 50, 60, 5]), rtol=0.2)


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_last_month_of_a_history_matters_to_the_forecast(kind: Kind) -> None:
    panel = weekly_panel()
    seed = SeedRegressor.fit(kind, panel, PARAMS)
    month = panel.window(panel.end - np.timedelta64(29, "D"), panel.end)
    np.testing.assert_array_equal(seed.forecast(month, 10), seed.forecast(panel, 10))


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_regressor_forecasts_the_same(kind: Kind, tmp_path: Path) -> None:
    panel = weekly_panel()
    seed = SeedRegressor.fit(kind, panel, PARAMS)
    seed.save(tmp_path)
    loaded = SeedRegressor.load(tmp_path)
    assert loaded.kind == kind
    assert loaded.fitted is None
    np.testing.assert_array_equal(loaded.forecast(panel, 4), seed.forecast(panel, 4))


@pytest.mark.parametrize("kept", [0, 40, -30])
def test_a_damaged_regressor_is_named(tmp_path: Path, kept: int) -> None:
    SeedRegressor.fit("random_forest", weekly_panel(), PARAMS).save(tmp_path)
    forest = tmp_path / "seed_forest.npz"
    forest.write_bytes(forest.read_bytes()[:kept])
    with pytest.raises(ArtifactError, match=str(tmp_path)):
        SeedRegressor.load(tmp_path)


def test_a_regressor_of_other_features_is_refused(tmp_path: Path) -> None:
    SeedRegressor.fit("xgboost", weekly_panel(), PARAMS).save(tmp_path)
    about = json.loads((tmp_path / "seed.json").read_text())
    (tmp_path / "seed.json").write_text(json.dumps(about | {"features": about["features"][::-1]}))
    with pytest.raises(ArtifactError, match="fitted on"):
        SeedRegressor.load(tmp_path)


def test_training_rows_are_distinct_days_that_are_known_and_have_a_month_before_them() -> None:
    panel = weekly_panel(n_series=30)
    rows, sales = training_rows(panel, 500, random_seed=1)
    lag_30 = rows[:, SEED_FEATURES.index("lag_30")]
    assert rows.shape == (500, 10)
    assert np.isfinite(sales).all()
    assert len(np.unique(np.column_stack([rows, sales]), axis=0)) > 400
    assert np.isnan(lag_30).mean() < 0.2


def test_training_rows_are_bounded_by_what_is_known() -> None:
    panel = weekly_panel(n_series=1, n_days=14)
    rows, sales = training_rows(panel, 500, random_seed=1)
    assert len(rows) == len(sales) == np.isfinite(panel.sales).sum()


def test_a_panel_without_known_days_is_refused() -> None:
    panel = weekly_panel()
    empty = SalesPanel(np.full_like(panel.sales, np.nan), panel.start, panel.series)
    with pytest.raises(DataContractError, match="None of the 4 series"):
        training_rows(empty, 100, random_seed=1)

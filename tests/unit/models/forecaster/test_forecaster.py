"""models.forecaster.forecaster: fit, forecast, save and load, on ordinary and on odd histories."""

import json
from pathlib import Path

import numpy as np
import pytest

from data.errors import ArtifactError, DataContractError
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from data.params import load_params
from models.champion import Champion
from models.evaluation.scores import coverage, wape
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.storage.array_packing import load_arrays, save_arrays
from models.storage.forecast_table import CLOSED, COLD_START, MODEL

QUICK = ForecasterParams(folds=2, backtest_rows=4_000, final_rows=4_000, rounds=20)


def other_series(panel: SalesPanel, store: int, item: int, days: int) -> SalesPanel:
    """The last days of a panel's first row, under another name."""
    sales = panel.sales[:1, panel.n_days - days :]
    return SalesPanel(sales, panel.end - (days - 1), SeriesIndex.from_labels([store], [item]))


@pytest.fixture(scope="module")
def fitted(small_panel: SalesPanel) -> Forecaster:
    return Forecaster.fit(small_panel.until(small_panel.end - 90), QUICK)


def test_the_forecast_is_close_to_the_actuals_and_its_bounds_cover_them(
    fitted: Forecaster, small_panel: SalesPanel
) -> None:
    table = fitted.forecast(small_panel.until(small_panel.end - 90))
    actual = small_panel.sales[:, -90:]
    noise = 100 * np.mean(np.sqrt(2 / np.pi) * np.sqrt(actual.mean(1))) / actual.mean()
    assert wape(actual, table.forecast) < 1.25 * noise
    assert coverage(actual, *table.bounds(80)) == pytest.approx(80, abs=7)


def test_a_closed_weekday_is_forecast_as_zero(fitted: Forecaster, small_panel: SalesPanel) -> None:
    table = fitted.forecast(small_panel.until(small_panel.end - 90))
    sundays = ((table.cutoff + 1 + np.arange(90)).astype(np.int64) + 3) % 7 == 6
    assert (table.methods[:5, sundays] == CLOSED).all()
    assert not table.values[:5, sundays].any()
    assert (table.methods[5:] == MODEL).all()


def test_one_series_online_gets_the_numbers_of_the_batch(fitted: Forecaster, small_panel: SalesPanel) -> None:
    history = small_panel.until(small_panel.end - 90)
    batch = fitted.forecast(history)
    for row in (0, 7):
        online = fitted.forecast(history.select([row]))
        np.testing.assert_allclose(online.values[0], batch.values[row], rtol=1e-6)


def test_the_kept_history_is_enough(small_panel: SalesPanel) -> None:
    repeated = np.tile(small_panel.sales, 2)
    long = SalesPanel(repeated, small_panel.end - (repeated.shape[1] - 1), small_panel.series)
    forecaster = Forecaster.fit(long, QUICK.model_copy(update={"folds": 0}))
    tail = long.window(long.end - 1119, long.end)
    np.testing.assert_allclose(forecaster.forecast(tail).values, forecaster.forecast(long).values, rtol=1e-5)


def test_a_known_series_that_stopped_selling_is_not_a_cold_start(
    fitted: Forecaster, small_panel: SalesPanel
) -> None:
    zeros = small_panel.select([7]).window(small_panel.end - 399, small_panel.end)
    zeros.sales[:] = 0
    table = fitted.forecast(zeros)
    assert (table.methods == MODEL).all()
    assert table.forecast.max() < 0.02 * small_panel.sales[7].mean()


def test_an_unknown_series_starts_cold_from_its_store_and_item(
    fitted: Forecaster, small_panel: SalesPanel
) -> None:
    table = fitted.forecast(other_series(small_panel, 1, 99, 10))
    assert set(table.methods.ravel()) <= {COLD_START, CLOSED}
    own, of_the_store = small_panel.sales[0, -10:].mean(), small_panel.sales[:5].mean()
    assert own < table.forecast.mean() < of_the_store


def test_ten_days_of_history_are_a_cold_start_even_if_no_series_is_older(small_panel: SalesPanel) -> None:
    young = small_panel.window(small_panel.end - 9, small_panel.end).select([0, 7])
    table = Forecaster.fit(young, QUICK).forecast(young)
    assert set(table.methods.ravel()) == {COLD_START}
    np.testing.assert_allclose(table.forecast.mean(axis=1), np.nanmean(young.sales, axis=1), rtol=0.2)


@pytest.mark.parametrize("setting", ["horizon_days: 0", "folds: -1", "rounds: -1", "seed: -1"])
def test_an_invalid_setting_is_refused_by_name(tmp_path: Path, setting: str) -> None:
    (tmp_path / "params.yaml").write_text(f"forecaster: {{{setting}}}\n")
    with pytest.raises(DataContractError, match=f"forecaster.{setting.replace(':', ' is')}"):
        load_params("forecaster", ForecasterParams, tmp_path / "params.yaml")


def test_a_series_without_any_history_is_forecast_from_its_name_alone(
    fitted: Forecaster, small_panel: SalesPanel
) -> None:
    nothing = SalesPanel(
        np.full((1, 1), np.nan, np.float32), small_panel.end, SeriesIndex.from_labels([2], [99])
    )
    assert fitted.forecast(nothing).forecast.min() > 0


@pytest.mark.parametrize("n_days", [10, 45, 119, 363, 364, 400])
def test_a_history_gets_what_it_gets_beside_longer_ones(
    fitted: Forecaster, small_panel: SalesPanel, n_days: int
) -> None:
    sales = small_panel.sales.copy()
    sales[9, :-n_days] = np.nan
    among = fitted.forecast(SalesPanel(sales, small_panel.start, small_panel.series))
    alone = fitted.forecast(small_panel.select([9]).window(small_panel.end - n_days + 1, small_panel.end))
    np.testing.assert_allclose(alone.values[0], among.values[9], rtol=1e-5)


def test_a_saved_forecaster_forecasts_to_the_last_digit(
    fitted: Forecaster, small_panel: SalesPanel, tmp_path: Path
) -> None:
    fitted.save(tmp_path)
    again = Forecaster.load(tmp_path)
    np.testing.assert_array_equal(again.forecast(small_panel).values, fitted.forecast(small_panel).values)
    assert again.chosen == fitted.chosen
    np.testing.assert_array_equal(again.folds[0].actual, fitted.folds[0].actual)


def test_intervals_of_an_older_version_are_calibrated_again_on_its_folds(
    fitted: Forecaster, small_panel: SalesPanel, tmp_path: Path
) -> None:
    fitted.save(tmp_path)
    arrays = load_arrays(tmp_path / "forecaster.npz")
    older = {name: array for name, array in arrays.items() if name != "intervals.scores"}
    save_arrays(tmp_path / "forecaster.npz", older)
    described = json.loads((tmp_path / "forecaster.json").read_text()) | {"has_quantile_tree": False}
    (tmp_path / "forecaster.json").write_text(json.dumps(described))
    table = Forecaster.load(tmp_path).forecast(small_panel.until(small_panel.end - 90))
    assert coverage(small_panel.sales[:, -90:], *table.bounds(80)) == pytest.approx(80, abs=7)


@pytest.mark.parametrize("content", [b"", b"not arrays", b"PK\x03\x04 cut off"])
def test_a_damaged_forecaster_is_refused_by_name(fitted: Forecaster, tmp_path: Path, content: bytes) -> None:
    fitted.save(tmp_path)
    (tmp_path / "forecaster.npz").write_bytes(content)
    with pytest.raises(ArtifactError, match=tmp_path.name):
        Forecaster.load(tmp_path)


def test_the_champions_table_equals_its_models_forecast(champion: Champion) -> None:
    np.testing.assert_allclose(
        champion.forecaster.forecast(champion.history).values, champion.table.values, rtol=1e-6
    )


@pytest.mark.parametrize("n_days", [1, 10, 60, 200])
def test_a_short_history_still_gets_forecasts(small_panel: SalesPanel, n_days: int) -> None:
    panel = small_panel.window(small_panel.end - (n_days - 1), small_panel.end)
    forecaster = Forecaster.fit(panel, QUICK)
    assert forecaster.folds == ()
    forecast = forecaster.forecast(panel).forecast
    assert forecast.mean() == pytest.approx(panel.sales.mean(), rel=0.5)


@pytest.mark.parametrize("n_days", [1, 200, 800])
@pytest.mark.parametrize("sales", [0.0, 7.0, np.nan])
def test_constant_sales_are_forecast_as_they_are(sales: float, n_days: int) -> None:
    panel = SalesPanel(
        np.full((3, n_days), sales, np.float32),
        np.datetime64("2015-01-01", "D"),
        SeriesIndex.from_labels([1, 1, 2], [1, 2, 1]),
    )
    forecast = Forecaster.fit(panel, QUICK).forecast(panel).forecast
    np.testing.assert_allclose(forecast, np.nan_to_num(sales), rtol=0.02)

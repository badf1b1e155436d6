"""Sales beside what was fitted: the kept history, discontinued series and values that are no sales."""

from dataclasses import replace

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.forecaster.explain import explain
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.forecaster.recent_correction import FOLLOW_BREAKS
from models.storage.forecast_table import COLD_START, DISCONTINUED, MODEL
from models.storage.version_record import KEPT_DAYS
from tests.unit.models.forecaster.test_recent_correction import QUICK

N_DAYS = 1_400


def chain(n_days: int = N_DAYS) -> SalesPanel:
    """Six series of two stores with a weekly rhythm, sold every day."""
    rng = np.random.default_rng(5)
    rhythm = 1 + 0.3 * np.sin(2 * np.pi * np.arange(n_days) / 7)
    sales = rng.poisson(rng.gamma(5, 6, 6)[:, None] * rhythm).astype(np.float32)
    series = SeriesIndex.from_labels([1, 1, 1, 2, 2, 2], [1, 2, 3, 1, 2, 3])
    return SalesPanel(sales, np.datetime64("2020-01-01", "D"), series)


def silent(panel: SalesPanel, days: int, rows: slice = np.s_[4:5], back_days: int = 0) -> SalesPanel:
    """Rows of a panel without a record for so many days, recorded again for the last `back_days`."""
    sales = panel.sales.copy()
    sales[rows, panel.n_days - days : panel.n_days - back_days] = np.nan
    return SalesPanel(sales, panel.start, panel.series)


@pytest.mark.parametrize("days", [150, 800, N_DAYS - 100])
def test_a_silent_series_is_discontinued_in_table_kept_history_and_explanation(days: int) -> None:
    panel = silent(chain(), days)
    forecaster = Forecaster.fit(panel, QUICK)
    table = forecaster.forecast(panel)
    assert not table.values[4].any()
    assert (table.methods[4] == DISCONTINUED).all()
    assert (np.delete(table.methods, 4, axis=0) == MODEL).all()
    assert (np.delete(table.forecast, 4, axis=0) > 0).all()
    kept = panel.window(panel.end - (KEPT_DAYS - 1), panel.end).select([4])
    assert not forecaster.forecast(kept).values.any()
    assert explain(forecaster, kept, panel.end + 5).forecast == 0


@pytest.mark.parametrize("correction", [{}, {"recent_correction": FOLLOW_BREAKS}])
def test_corrections_leave_a_discontinued_series_at_zero(correction: dict[str, object]) -> None:
    panel = silent(chain(), 150)
    forecaster = replace(Forecaster.fit(panel, QUICK), **correction)  # type: ignore[arg-type]
    assert not forecaster.points(panel, 28)[4].any()


@pytest.mark.parametrize("days", [150, 800, N_DAYS - 10])
def test_a_series_returns_within_a_week_of_selling_again(days: int) -> None:
    panel = silent(chain(), days, back_days=7)
    forecaster = Forecaster.fit(silent(chain(), days).until(panel.end - 7), QUICK).on(panel)
    table = forecaster.forecast(panel)
    assert set(table.methods[4]) <= {MODEL, COLD_START}
    assert table.forecast[4].mean() == pytest.approx(panel.sales[4, -7:].mean(), rel=0.5)
    kept = panel.window(panel.end - (KEPT_DAYS - 1), panel.end).select([4])
    np.testing.assert_allclose(forecaster.forecast(kept).values[0], table.values[4], rtol=1e-5)
    np.testing.assert_array_equal(forecaster.forecast(kept).methods[0], table.methods[4])


def test_a_chain_that_stops_as_a_whole_is_forecast_as_before() -> None:
    panel = silent(chain(), 150, rows=np.s_[:])
    table = Forecaster.fit(panel, QUICK).forecast(panel)
    assert (table.methods == MODEL).all()
    assert (table.forecast > 0).all()


def test_a_forecaster_saved_before_series_could_be_discontinued_still_forecasts() -> None:
    panel = silent(chain(), 150)
    forecaster = Forecaster.fit(panel, QUICK)
    fitted = replace(forecaster.members.fitted, records=None, limits=None)
    old = replace(forecaster, members=replace(forecaster.members, fitted=fitted))
    np.testing.assert_array_equal(old.forecast(panel).values, forecaster.forecast(panel).values)


@pytest.mark.parametrize("column", [-3, -20, 700, 1_390])
def test_a_barcode_among_the_sales_changes_no_other_series(column: int) -> None:
    params = ForecasterParams(folds=2, backtest_rows=3_000, final_rows=4_000, rounds=10)
    panel = chain()
    sales = panel.sales.copy()
    sales[4, column] = np.nan
    unknown = SalesPanel(sales.copy(), panel.start, panel.series)
    sales[4, column] = 4_006_381_333_931
    barcode = SalesPanel(sales, panel.start, panel.series)
    forecaster = Forecaster.fit(barcode, params)
    np.testing.assert_array_equal(
        forecaster.forecast(barcode).values, Forecaster.fit(unknown, params).forecast(unknown).values
    )
    alone = forecaster.forecast(barcode.select([4]))
    np.testing.assert_allclose(alone.values[0], forecaster.forecast(barcode).values[4], rtol=1e-5)

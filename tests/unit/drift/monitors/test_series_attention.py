"""Which series need attention: those that differ from their own past and from others, else none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from drift.monitors.last_year import compare_with_last_year
from drift.monitors.series_attention import SHOWN, Reason, series_needing_attention
from models.storage.forecast_table import COLUMNS, ForecastTable

END = np.datetime64("2026-11-22", "D")
N_STORES, N_ITEMS, N_DAYS = 4, 10, 500
Sales = NDArray[np.float32]


def steady(n_days: int = N_DAYS) -> Sales:
    """Poisson sales with a weekly rhythm, (40, n_days): four stores with ten items each."""
    rhythm = np.array([0.8, 0.9, 1.0, 1.0, 1.1, 1.4, 0.8])[np.arange(n_days) % 7]
    levels = np.geomspace(10, 80, N_STORES * N_ITEMS)
    sales: Sales = np.random.default_rng(3).poisson(levels[:, None] * rhythm).astype(np.float32)
    return sales


def attention(sales: Sales, forecast: NDArray[np.floating] | None = None) -> tuple[list[Reason], int]:
    """Reasons for these sales; the forecast repeats each series' mean unless another is given."""
    stores = np.repeat(np.arange(N_STORES), N_ITEMS)[: len(sales)].tolist()
    items = (np.arange(len(sales)) % N_ITEMS).tolist()
    index = SeriesIndex.from_labels(stores, items)
    panel = SalesPanel(sales, END - (sales.shape[1] - 1), index)
    means = np.nan_to_num(steady()[: len(sales)].mean(axis=1)) if forecast is None else forecast
    values = np.repeat(means[:, None], 90, axis=1)[:, :, None] * np.ones(len(COLUMNS))
    methods = np.zeros((len(sales), 90), np.uint8)
    table = ForecastTable(index, END, values.astype(np.float32), methods, means.astype(np.float32))
    return series_needing_attention(panel, table, compare_with_last_year(panel, table, 28))


def only(sales: Sales, forecast: NDArray[np.floating] | None = None) -> Reason:
    (reason,), count = attention(sales, forecast)
    assert count == 1
    return reason


def test_steady_sales_need_no_attention() -> None:
    assert attention(steady()) == ([], 0)


def test_a_series_whose_records_stopped_is_named_with_the_days_since() -> None:
    sales = steady()
    sales[7, -9:] = np.nan
    reason = only(sales)
    assert (reason.row, reason.kind, reason.days) == (7, "silent", 9)


def test_a_series_silent_for_long_needs_no_attention() -> None:
    sales = steady()
    sales[7, -200:] = np.nan
    assert attention(sales)[0] == []


def test_a_steady_seller_that_sells_nothing_is_named() -> None:
    sales = steady()
    sales[12, -5:] = 0
    reason = only(sales)
    assert (reason.row, reason.kind, reason.days) == (12, "zeros", 5)


def test_days_without_a_sale_are_usual_for_a_slow_seller() -> None:
    sales = steady()
    sales[12] = np.random.default_rng(1).random(N_DAYS) < 0.2
    sales[12, -5:] = 0
    assert attention(sales, sales.mean(axis=1))[0] == []


def test_a_closed_store_is_no_reason_for_its_items() -> None:
    sales = steady()
    sales[:N_ITEMS, -5:] = 0
    assert attention(sales)[0] == []


def test_a_last_week_far_above_the_weeks_before_is_named_with_its_change() -> None:
    sales = steady()
    sales[20, -7:] *= 2
    reason = only(sales)
    assert (reason.row, reason.kind) == (20, "recent")
    assert reason.change == pytest.approx(1.0, abs=0.2)


def test_a_week_in_which_all_sell_more_names_no_series() -> None:
    sales = steady()
    sales[:, -7:] *= 2
    assert attention(sales)[0] == []


@pytest.mark.parametrize("seed", range(5))
def test_noisy_sales_need_little_attention(seed: int) -> None:
    sales = steady(n_days=1120)
    sales *= np.random.default_rng(seed).gamma(1, 1, sales.shape).astype(np.float32)
    assert attention(sales, sales[:, -364:].mean(axis=1))[1] <= 2


@pytest.mark.parametrize("seed", range(5))
def test_a_week_in_which_most_series_are_off_by_much_names_them_and_no_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sales, is_off = steady(), rng.permutation(N_STORES * N_ITEMS) < 24
    sales[is_off, -7:] *= rng.uniform(1.5, 3.5, 24)[:, None]  # 24 of 40 sell 50 to 250 % more
    reasons, count = attention(sales)
    assert count >= 20
    assert is_off[[reason.row for reason in reasons]].all()


def test_forecasts_of_which_most_are_far_from_last_year_are_named() -> None:
    rng = np.random.default_rng(1)
    sales, is_off = steady(n_days=1120), rng.permutation(N_STORES * N_ITEMS) < 24
    forecast = sales.mean(axis=1) * np.where(is_off, rng.uniform(1.5, 3.5, 40), 1)
    reasons, count = attention(sales, forecast)
    assert count >= 20
    assert is_off[[reason.row for reason in reasons]].all()


def test_a_forecast_far_from_last_year_is_named_with_the_shared_change() -> None:
    forecast = steady().mean(axis=1) * 1.1
    forecast[30] *= 2
    reason = only(steady(), forecast)
    assert (reason.row, reason.kind) == (30, "last year")
    assert reason.change == pytest.approx(1.2, abs=0.15)
    assert reason.common == pytest.approx(0.14, abs=0.05)


def test_forecasts_of_half_of_last_year_for_all_name_no_series() -> None:
    assert attention(steady(), steady().mean(axis=1) / 2)[0] == []


def test_few_units_are_no_reason_however_large_their_share() -> None:
    sales = steady()
    sales[0] = 0
    sales[0, ::50] = 1
    sales[0, -3] = 4
    assert attention(sales, sales.mean(axis=1))[0] == []


def test_the_reasons_with_most_at_stake_come_first_and_the_rest_are_counted() -> None:
    sales = steady()
    sales[:30, -9:] = np.nan
    reasons, count = attention(sales)
    assert (len(reasons), count) == (SHOWN, 30)
    assert [reason.units for reason in reasons] == sorted((r.units for r in reasons), reverse=True)


def test_a_series_has_one_reason_even_where_several_are_true() -> None:
    sales = steady()
    sales[7, -9:] = np.nan
    forecast = steady().mean(axis=1)
    forecast[7] *= 3
    assert only(sales, forecast).kind == "silent"


@given(
    seed=st.integers(0, 10_000),
    n_series=st.integers(1, 12),
    n_days=st.integers(1, 450),
    unknown=st.floats(0, 1),
    zero=st.floats(0, 1),
)
def test_any_history_gives_finite_reasons(
    seed: int, n_series: int, n_days: int, unknown: float, zero: float
) -> None:
    rng = np.random.default_rng(seed)
    sales = rng.gamma(0.5, 40, (n_series, n_days)).astype(np.float32)
    sales[rng.random(sales.shape) < zero] = 0
    sales[rng.random(sales.shape) < unknown] = np.nan
    reasons, count = attention(sales, rng.gamma(0.5, 40, n_series))
    assert count >= len(reasons) == len({reason.row for reason in reasons})
    for reason in reasons:
        values = [value for value in (reason.units, reason.change, reason.common) if value is not None]
        assert np.isfinite(values).all()

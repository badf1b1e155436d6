"""Values that are no sales."""

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.components.sales_limits import plausible, sales_limits


def panel_of(sales: np.ndarray) -> SalesPanel:
    series = SeriesIndex.from_labels([1] * len(sales), range(len(sales)))
    return SalesPanel(np.asarray(sales, np.float32), np.datetime64("2020-01-01", "D"), series)


def cleaned(sales: np.ndarray) -> np.ndarray:
    panel = panel_of(sales)
    return plausible(panel.sales, sales_limits(panel))


@pytest.mark.parametrize("n_values", [1, 3])
def test_barcodes_among_sales_are_unknown(n_values: int) -> None:
    sales = np.random.default_rng(1).poisson(20, (4, 300)).astype(float)
    sales[2, 50 : 50 + n_values] = 4_006_381_333_931
    known = cleaned(sales)
    assert np.isnan(known[2, 50 : 50 + n_values]).all()
    assert np.isfinite(known).sum() == known.size - n_values


@pytest.mark.parametrize(
    "sales", [np.full((3, 200), 7.0), np.zeros((3, 200)), np.ones((3, 1)), np.ones((3, 2))]
)
def test_ordinary_sales_stay(sales: np.ndarray) -> None:
    np.testing.assert_array_equal(cleaned(sales), sales)


def test_a_bulk_order_and_a_lasting_new_level_stay() -> None:
    sales = np.random.default_rng(1).poisson(20, (3, 300)).astype(float)
    sales[0, 100] = 1_500
    sales[1, -20:] *= 1_000
    np.testing.assert_array_equal(cleaned(sales), sales)


def test_a_short_series_is_judged_by_the_others() -> None:
    sales = np.full((3, 300), np.nan)
    sales[:2] = 20
    sales[2, -3:] = 5, 4_006_381_333_931, 6
    assert np.isnan(cleaned(sales)[2, -3:]).tolist() == [False, True, False]


def test_a_fitted_limit_holds_for_a_history_that_is_too_short_for_its_own() -> None:
    fitted = sales_limits(panel_of(np.full((2, 300), 20.0)))
    few = panel_of(np.array([[5.0, 4_006_381_333_931.0]] * 2))
    np.testing.assert_array_equal(sales_limits(few, fitted, np.array([1, -1])), fitted[:2])

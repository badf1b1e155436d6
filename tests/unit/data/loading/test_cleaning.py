"""data.loading.cleaning: each flaw is counted and cleaned by its rule."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from data.dates.calendar_days import as_day
from data.errors import DataContractError
from data.loading.cleaning import clean_panel
from data.loading.cleaning_rules import DataParams
from data.loading.quality_report import Finding
from data.panel.sales_panel import SalesPanel, SeriesIndex

NAN = np.nan
USUAL = DataParams()


def make_panel(*sales: list[float] | NDArray[Any]) -> SalesPanel:
    series = SeriesIndex.from_labels(list(range(len(sales))), ["x"] * len(sales))
    return SalesPanel(np.array(sales, dtype=np.float32), as_day("2017-01-01"), series)


def cleaned(panel: SalesPanel, params: DataParams) -> tuple[NDArray[np.float32], dict[str, Finding]]:
    clean, findings = clean_panel(panel, params)
    return clean.sales, {finding.name: finding for finding in findings}


def test_good_sales_are_left_as_they_are_and_so_is_the_panel_given() -> None:
    panel = make_panel([1, 0, 3])
    clean, findings = clean_panel(panel, USUAL)
    assert clean.content_hash() == panel.content_hash()
    assert [finding.count for finding in findings] == [0] * 5
    clean.sales[:] = 9
    assert panel.sales[0, 0] == 1


@pytest.mark.parametrize(("rule", "expected"), [("zero", 0.0), ("missing", NAN)])
def test_negative_sales_are_cleaned_by_the_rule_and_named(rule: str, expected: float) -> None:
    sales, found = cleaned(make_panel([1, -2, 3]), USUAL.model_copy(update={"negative_sales": rule}))
    np.testing.assert_array_equal(sales, np.array([[1, expected, 3]], dtype=np.float32))
    assert found["negative sales"].count == 1
    assert found["negative sales"].examples == ("store 0, item x, 2017-01-02: -2",)


def test_negative_sales_are_refused_under_the_rule_error() -> None:
    with pytest.raises(DataContractError, match=r"negative on 1 day; store 0, item x, 2017-01-02: -2"):
        clean_panel(make_panel([1, -2, 3]), DataParams(negative_sales="error"))


def test_missing_days_are_counted_between_first_and_last_and_stay_missing() -> None:
    panel = make_panel([NAN, 1, NAN, 3, NAN], [1, 1, 1, 1, 1])
    sales, found = cleaned(panel, USUAL)
    np.testing.assert_array_equal(sales, panel.sales)
    assert (found["missing days"].count, found["missing days"].out_of) == (1, 8)
    assert found["missing days"].examples == ("store 0, item x, 2017-01-03",)


def test_missing_days_become_zeros_from_the_first_row_to_the_end_on_request() -> None:
    sales, _ = cleaned(make_panel([NAN, 1, NAN, 3, NAN]), DataParams(missing_days="zero"))
    np.testing.assert_array_equal(sales, np.array([[NAN, 1, 0, 3, 0]], dtype=np.float32))


def test_many_missing_days_and_no_zero_at_all_suggest_that_zeros_were_left_out() -> None:
    assert "data.missing_days" in cleaned(make_panel([1, NAN, 2, NAN, 3]), USUAL)[1]["missing days"].note
    assert not cleaned(make_panel([1, NAN, 2, 0, 3]), USUAL)[1]["missing days"].note


def test_a_single_return_does_not_hide_that_zeros_were_left_out() -> None:
    with_return = [3.0, NAN, 2, NAN, 1] * 20 + [-1.0]
    assert "data.missing_days" in cleaned(make_panel(with_return), USUAL)[1]["missing days"].note


def test_series_that_leave_out_zeros_are_counted_beside_those_that_do_not() -> None:
    note = cleaned(make_panel([1, NAN, 2, NAN, 3], [1, 0, 2, 0, 3]), USUAL)[1]["missing days"].note
    assert note.startswith("In 1 of 2 series")


@pytest.mark.parametrize("outliers", ["keep", "cap", "missing"])
@pytest.mark.parametrize("absurd", [40123455, 4006381333931, 2**31 - 1, -4006381333931, 3e38])
def test_a_barcode_or_an_overflow_in_the_sales_is_left_out_under_any_rule(
    absurd: float, outliers: str
) -> None:
    sales = np.random.default_rng(1).poisson(30, (2, 60)).astype(np.float64)
    sales[1, 10] = absurd
    clean, found = cleaned(make_panel(*sales), USUAL.model_copy(update={"outliers": outliers}))
    assert np.isnan(clean[1, 10])
    assert np.isfinite(clean).sum() == 119
    assert (found["absurd sales"].count, found["outliers"].count) == (1, 0)


def test_a_barcode_that_is_all_a_series_has_is_compared_with_the_other_series() -> None:
    clean, _ = cleaned(make_panel([30, 31], [29, 30], [NAN, 4006381333931]), USUAL)
    assert np.isnan(clean[2]).all()


def test_large_orders_of_slow_sellers_and_large_units_are_no_absurd_sales() -> None:
    bulk, grams = [1.0] * 30 + [50_000.0], [2e6, 3e6] * 15 + [4e6]
    assert cleaned(make_panel(bulk, grams), USUAL)[1]["absurd sales"].count == 0


def test_series_that_ended_while_others_sell_on_are_counted_and_named() -> None:
    ended = [5.0] * 100 + [NAN] * 100
    found = cleaned(make_panel([5.0] * 200, ended), USUAL)[1]["ended series"]
    assert (found.count, found.out_of) == (1, 2)
    assert found.examples == ("store 1, item x: last row on 2017-04-10",)
    assert (
        cleaned(make_panel([5.0] * 200, ended), DataParams(missing_days="zero"))[1]["ended series"].count == 0
    )


def spiky(peak: float = 90) -> NDArray[np.float64]:
    sales = np.random.default_rng(1).poisson(5, 200).astype(np.float64)
    sales[100] = peak
    return sales


def test_outliers_are_reported_and_kept() -> None:
    panel = make_panel(spiky())
    sales, found = cleaned(panel, USUAL)
    np.testing.assert_array_equal(sales, panel.sales)
    assert found["outliers"].examples == ("store 0, item x, 2017-04-11: 90",)


def test_outliers_are_cut_or_taken_out_on_request() -> None:
    capped, _ = cleaned(make_panel(spiky()), DataParams(outliers="cap"))
    assert 12 < capped[0, 100] < 50
    assert np.isnan(cleaned(make_panel(spiky()), DataParams(outliers="missing"))[0][0, 100])
    assert (np.delete(capped, 100) == np.delete(spiky(), 100)).all()


def test_seasons_promotions_and_slow_sellers_are_no_outliers() -> None:
    rng = np.random.default_rng(2)
    days = np.arange(730)
    seasonal = rng.poisson(100 * (1 + 0.6 * np.sin(days / 58)) * np.where(days % 7 == 6, 1.6, 1))
    promoted = rng.poisson(np.where(days % 30 < 3, 45, 20))
    slow = rng.poisson(0.1, 730)
    assert cleaned(make_panel(seasonal, promoted, slow), USUAL)[1]["outliers"].count == 0


def test_a_few_days_are_too_few_to_call_one_of_them_unusual() -> None:
    assert cleaned(make_panel([1, 1, 1, 1, 500]), USUAL)[1]["outliers"].count == 0

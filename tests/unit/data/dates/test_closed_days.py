"""data.dates.closed_days: which zeros mean that a store was closed, in cases written by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from data.dates.calendar_days import as_day, calendar
from data.dates.closed_days import ClosedRules, find_closed

START = as_day("2014-01-01")
ONE_STORE = np.array([0, 0])
YEAR_AHEAD = as_day("2017-01-01")


def steady_sales(n_days: int = 1096, n_series: int = 2) -> NDArray[np.float64]:
    """Three years on which every series sells five a day."""
    return np.full((n_series, n_days), 5.0)


def predicted(rules: ClosedRules, row: int = 0, n_days: int = 365) -> list[str]:
    """The days of 2017 on which a series is predicted to be closed."""
    closed = rules.closed(ONE_STORE, YEAR_AHEAD, n_days)[row]
    return [str(YEAR_AHEAD + int(day)) for day in np.flatnonzero(closed)]


def test_steady_sales_have_no_closed_days_and_stay_as_they_are() -> None:
    sales = steady_sales()
    cleaned, rules, first_sale = find_closed(sales, ONE_STORE, START)
    np.testing.assert_array_equal(cleaned, sales)
    assert predicted(rules) == []
    assert first_sale.tolist() == [0, 0]


def test_the_input_is_left_alone() -> None:
    sales = steady_sales()
    sales[0, :100] = -1
    before = sales.copy()
    find_closed(sales, ONE_STORE, START)
    np.testing.assert_array_equal(sales, before)


def test_days_before_the_first_sale_are_unknown_and_negative_sales_are_zero() -> None:
    sales = steady_sales()
    sales[0, :50] = 0
    sales[0, 60] = -3
    cleaned, _, first_sale = find_closed(sales, ONE_STORE, START)
    assert np.isnan(cleaned[0, :50]).all()
    assert cleaned[0, 60] == 0
    assert first_sale.tolist() == [50, 0]


def test_a_series_that_never_sold_has_its_first_sale_after_the_last_day() -> None:
    sales = steady_sales()
    sales[1] = 0
    cleaned, _, first_sale = find_closed(sales, ONE_STORE, START)
    assert first_sale.tolist() == [0, 1096]
    assert np.isnan(cleaned[1]).all()


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_weekday_without_sales_or_without_rows_is_closed_from_now_on(value: float) -> None:
    sales = steady_sales()
    is_sunday = calendar(START, 1096).weekday == 6
    sales[:, is_sunday] = value
    cleaned, rules, _ = find_closed(sales, ONE_STORE, START)
    assert rules.weekdays.tolist() == [[False] * 6 + [True]] * 2
    assert np.isnan(cleaned[:, is_sunday]).all()
    assert predicted(rules, n_days=14) == ["2017-01-01", "2017-01-08"]


def test_a_sale_on_a_closed_weekday_is_kept() -> None:
    sales = steady_sales()
    sundays = np.flatnonzero(calendar(START, 1096).weekday == 6)
    sales[:, sundays] = 0
    sales[0, sundays[40]] = 2
    cleaned, rules, _ = find_closed(sales, ONE_STORE, START)
    assert rules.weekdays[0, 6]
    assert cleaned[0, sundays[40]] == 2


def test_a_weekday_counts_as_closed_by_its_last_26_weeks_only() -> None:
    sales = steady_sales()
    sundays = np.flatnonzero(calendar(START, 1096).weekday == 6)
    sales[0, sundays[-26:]] = 0
    sales[1, sundays[:-26]] = 0
    _, rules, _ = find_closed(sales, ONE_STORE, START)
    assert rules.weekdays[:, 6].tolist() == [True, False]


def test_five_zero_sundays_are_too_few_to_call_the_weekday_closed() -> None:
    sales = steady_sales(n_days=39)
    sundays = np.flatnonzero(calendar(START, 39).weekday == 6)
    assert len(sundays) == 5
    sales[:, sundays] = 0
    _, rules, _ = find_closed(sales, ONE_STORE, START)
    assert not rules.weekdays.any()


def test_a_weekday_that_sold_twice_in_26_weeks_is_open() -> None:
    sales = steady_sales()
    sundays = np.flatnonzero(calendar(START, 1096).weekday == 6)
    sales[:, sundays] = 0
    sales[0, sundays[-5:-3]] = 1
    _, rules, _ = find_closed(sales, ONE_STORE, START)
    assert rules.weekdays[:, 6].tolist() == [False, True]


def test_a_series_that_sells_on_few_days_has_no_closed_weekdays() -> None:
    is_monday = calendar(START, 1096).weekday == 0
    sells_twice_a_week = np.where(is_monday | (calendar(START, 1096).weekday == 3), 1.0, 0.0)
    _, rules, _ = find_closed(np.stack([sells_twice_a_week] * 2), ONE_STORE, START)
    assert not rules.weekdays.any()


def days_of(*days: str) -> NDArray[np.int64]:
    return (np.array(days, dtype="datetime64[D]") - START).astype(np.int64)


def test_christmas_is_closed_each_year_and_so_the_next() -> None:
    sales = steady_sales()
    sales[:, days_of("2014-12-25", "2015-12-25", "2016-12-25")] = 0
    cleaned, rules, _ = find_closed(sales, ONE_STORE, START)
    assert np.isnan(cleaned[:, days_of("2015-12-25")]).all()
    assert predicted(rules) == ["2017-12-25"]
    assert rules.month_days.tolist() == [[0, 1225]]


def test_a_date_closed_in_two_of_three_years_is_closed_and_in_one_of_three_is_not() -> None:
    sales = steady_sales()
    sales[:, days_of("2014-05-01", "2015-05-01", "2015-06-10")] = 0
    cleaned, rules, _ = find_closed(sales, ONE_STORE, START)
    assert np.isnan(cleaned[:, days_of("2015-06-10")]).all()
    assert predicted(rules) == ["2017-05-01"]


def test_a_weekday_of_a_month_that_was_closed_every_year_is_foretold() -> None:
    sales = steady_sales()
    sales[:, days_of("2014-11-27", "2015-11-26", "2016-11-24")] = 0  # the fourth Thursday of November
    _, rules, _ = find_closed(sales, ONE_STORE, START)
    assert predicted(rules) == ["2017-11-23"]
    assert len(rules.nth_weekdays) == 1


def test_good_friday_is_foretold_from_easter() -> None:
    sales = steady_sales()
    sales[:, days_of("2014-04-18", "2015-04-03", "2016-03-25")] = 0
    _, rules, _ = find_closed(sales, ONE_STORE, START)
    assert predicted(rules) == ["2017-04-14"]
    assert rules.easter_days.tolist() == [[0, -2]]


def test_days_explained_by_their_date_do_not_close_a_weekday_of_the_month_too() -> None:
    sales = steady_sales(n_days=731)
    both_years = days_of("2014-06-09", "2014-06-10", "2015-06-09", "2015-06-10")
    sales[:, both_years] = 0  # the second Tuesday of June is among them in both years
    _, rules, _ = find_closed(sales, ONE_STORE, START)
    assert predicted(rules) == ["2017-06-09", "2017-06-10"]


def test_a_short_history_takes_a_date_from_its_only_year() -> None:
    sales = steady_sales(n_days=366)
    sales[:, days_of("2014-12-25")] = 0
    _, rules, _ = find_closed(sales, ONE_STORE, START)
    assert predicted(rules) == ["2017-12-25"]


def test_sixteen_closed_days_of_one_year_are_too_many_to_believe_each_of_them() -> None:
    sales = steady_sales(n_days=360)
    sales[:, 100:116] = 0
    cleaned, rules, _ = find_closed(sales, ONE_STORE, START)
    assert np.isnan(cleaned[:, 100:116]).all()
    assert predicted(rules) == []


def test_one_item_without_sales_closes_no_store() -> None:
    sales = steady_sales()
    sales[0, days_of("2014-12-25", "2015-12-25", "2016-12-25")] = 0
    cleaned, rules, _ = find_closed(sales, ONE_STORE, START)
    assert (cleaned[0, days_of("2015-12-25")] == 0).all()
    assert predicted(rules) == []


def test_each_store_has_closed_days_of_its_own() -> None:
    sales = steady_sales()
    sales[1, days_of("2014-12-25", "2015-12-25", "2016-12-25")] = 0
    two_stores = np.array([0, 1])
    _, rules, _ = find_closed(sales, two_stores, START)
    closed = rules.closed(two_stores, as_day("2017-12-25"), 1)
    assert closed.tolist() == [[False], [True]]


def test_zero_days_mean_nothing_where_they_are_usual_or_a_store_hardly_sells() -> None:
    often_zero = steady_sales()
    often_zero[:, 5::10] = 0
    slow = np.full((1, 1096), 1.0)
    slow[:, 500] = 0
    for sales in (often_zero, slow):
        cleaned, rules, _ = find_closed(sales, np.zeros(len(sales), dtype=np.int64), START)
        np.testing.assert_array_equal(cleaned, sales)
        assert len(rules.month_days) == 0


def test_selected_rules_foretell_what_they_did_before() -> None:
    sales = steady_sales()
    sales[1, days_of("2014-12-25", "2015-12-25", "2016-12-25")] = 0
    sales[1, calendar(START, 1096).weekday == 6] = np.nan
    _, rules, _ = find_closed(sales, np.array([0, 1]), START)
    both = rules.closed(np.array([0, 1]), YEAR_AHEAD, 365)
    np.testing.assert_array_equal(rules.select([1]).closed(np.array([1]), YEAR_AHEAD, 365), both[1:])

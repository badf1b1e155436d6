"""data.dates.calendar_days: what the calendar says, by hand and by Python's own calendar."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from data.dates.calendar_days import as_day, calendar, days_between


def test_every_day_of_a_leap_year_and_its_neighbours_is_described_as_python_does() -> None:
    first = date(2015, 12, 1)
    days = calendar(as_day(first), 600)
    for position in range(len(days)):
        day = first + timedelta(position)
        assert days.year[position] == day.year
        assert days.month[position] == day.month
        assert days.day[position] == day.day
        assert days.weekday[position] == day.weekday()
        assert days.day_of_year[position] == day.timetuple().tm_yday
        assert days.is_weekend[position] == (day.weekday() >= 5)


@pytest.mark.parametrize(
    ("year", "month_day"),
    [(1961, "04-02"), (2000, "04-23"), (2008, "03-23"), (2011, "04-24"), (2017, "04-16"), (2038, "04-25")],
)
def test_easter_falls_where_almanacs_have_it(year: int, month_day: str) -> None:
    assert calendar(as_day(f"{year}-{month_day}"), 1).easter_offset.tolist() == [0]


def test_easter_offset_counts_from_easter_of_the_same_year() -> None:
    days = calendar(as_day("2017-12-31"), 107)
    assert days.easter_offset[0] == days_between(as_day("2017-04-16"), as_day("2017-12-31"))
    assert days.easter_offset[1] == -90
    assert days.easter_offset[91] == 0


def test_week_parity_changes_on_mondays_only_also_over_a_new_year_after_week_53() -> None:
    days = calendar(as_day("2020-12-01"), 60)
    changes = np.flatnonzero(np.diff(days.week_parity)) + 1
    assert (days.weekday[changes] == 0).all()
    assert (np.diff(changes) == 7).all()


@pytest.mark.parametrize(
    "same_day",
    [
        "2017-12-31",
        "2017-12-31T23:59",
        date(2017, 12, 31),
        datetime(2017, 12, 31, 5),
        np.datetime64("2017-12-31T05"),
    ],
)
def test_a_day_is_a_day_however_it_is_given(same_day: str | date | np.datetime64) -> None:
    assert as_day(same_day) == np.datetime64("2017-12-31", "D")


def test_text_that_is_no_day_is_refused() -> None:
    with pytest.raises(ValueError, match="31/12"):
        as_day("31/12/2017")


def test_days_between_counts_backwards_too() -> None:
    assert days_between(as_day("2016-02-28"), as_day("2016-03-01")) == 2
    assert days_between(as_day("2016-03-01"), as_day("2016-02-28")) == -2

"""The calendar of each day, as numbers for profiles, features and closed days."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from dateutil.easter import easter
from numpy.typing import NDArray

WEEK_DAYS = 7
YEAR_DAYS = 364  # 52 whole weeks, so that a Saturday is compared with a Saturday
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Calendar:
    """One entry a day, (n_days,) each."""

    year: IntArray
    month: IntArray  # 1..12
    day: IntArray  # 1..31
    weekday: IntArray  # 0 = Monday
    day_of_year: IntArray  # 1..366
    is_weekend: NDArray[np.bool_]
    week_parity: IntArray  # 0 or 1, changes every Monday, also over New Year
    easter_offset: IntArray  # days since Easter Sunday of the same year, negative before it

    def __len__(self) -> int:
        return len(self.year)


def as_day(day: np.datetime64 | date | str) -> np.datetime64:
    """A day as numpy counts it; text is ISO (2017-12-31), a time is dropped; `ValueError` if it is no day."""
    as_numpy: np.datetime64 = np.array([day], dtype="datetime64[D]")[0]
    return as_numpy


def days_between(first: np.datetime64, last: np.datetime64) -> int:
    """How many days after `first` is `last`; negative when before it."""
    return int((as_day(last) - as_day(first)).astype(np.int64))


def calendar(start: np.datetime64, n_days: int) -> Calendar:
    """Describe `n_days` days from `start` on."""
    dates = as_day(start) + np.arange(n_days)
    months, years = dates.astype("datetime64[M]"), dates.astype("datetime64[Y]")
    year = years.astype(np.int64) + 1970
    since_monday = dates.astype(np.int64) + 3  # 1970-01-01 was a Thursday
    weekday = since_monday % 7
    distinct_years, which_year = np.unique(year, return_inverse=True)
    easters = np.array([easter(int(y)) for y in distinct_years], dtype="datetime64[D]")
    return Calendar(
        year=year,
        month=months.astype(np.int64) % 12 + 1,
        day=(dates - months).astype(np.int64) + 1,
        weekday=weekday,
        day_of_year=(dates - years).astype(np.int64) + 1,
        is_weekend=weekday >= 5,
        week_parity=since_monday // 7 % 2,
        easter_offset=(dates - easters[which_year]).astype(np.int64),
    )

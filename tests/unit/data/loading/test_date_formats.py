"""data.loading.date_formats: dates as files write them."""

import numpy as np
import pytest

from data.errors import DataContractError
from data.loading.date_formats import parse_times


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-01-02", "2017-01-02"),
        ("2017-1-2", "2017-01-02"),
        ("2017/01/02", "2017-01-02"),
        ("20170102", "2017-01-02"),
        ("2017-01-02 10:30", "2017-01-02T10:30"),
        ("2017-01-02T10:30:15.250", "2017-01-02T10:30:15"),
        ("2017-01-02 00:00:00.000000000", "2017-01-02"),
        ("2 Jan 2017", "2017-01-02"),
        ("January 2, 2017", "2017-01-02"),
        ("02-JAN-2017", "2017-01-02"),
        ("2JAN2017", "2017-01-02"),
        ("Jan 2nd, 2017", "2017-01-02"),
        ("Mon, 2 Jan 2017 10:30", "2017-01-02T10:30"),
        ("2017-Sept-02", "2017-09-02"),
        ("31.12.2017 0:00", "2017-12-31"),
        ("12/31/2017 12:05:00 AM", "2017-12-31T00:05"),
        ("12/31/2017 1:05 pm", "2017-12-31T13:05"),
        ("01/01/2017", "2017-01-01"),
        ("31.12.2017", "2017-12-31"),
        ("12/31/2017", "2017-12-31"),
    ],
)
def test_dates_are_read_in_the_ways_people_write_them(text: str, expected: str) -> None:
    assert parse_times([text])[0] == np.datetime64(expected, "s")


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "today", "2017-13-01", "2017-02-30", "17", "43000", "2017-01-02T00Z", "Total 2017"),
        *("NaT", "Jan-23", "01-Jan", "2023-01", "Jan 2023", "202301", "2023-W01", "01/02/23", "01-Jan-18"),
        *("1 Foo 2017", "0001-01-01", "1000-01-01", "1899-12-31", "2200-01-01", "2017-01-02 25:00"),
        "٢٠١٧-٠١-٠٢",
    ],
)
def test_what_is_no_date_or_has_a_time_zone_is_not_made_one(text: str) -> None:
    assert np.isnat(parse_times([text])[0])


def test_one_date_that_tells_the_day_tells_it_for_the_whole_file() -> None:
    assert parse_times(["01/02/2017", "13/02/2017"])[0] == np.datetime64("2017-02-01")
    assert parse_times(["01/02/2017", "02/13/2017"])[0] == np.datetime64("2017-01-02")


@pytest.mark.parametrize("texts", [["01/02/2017", "03/04/2017"], ["13/02/2017", "02/13/2017"]])
def test_dates_of_unknown_or_mixed_order_are_refused_with_the_fix(texts: list[str]) -> None:
    with pytest.raises(DataContractError, match=f"(?s){texts[0]}.*data.date_format"):
        parse_times(texts)


def test_a_format_settles_the_order() -> None:
    assert parse_times(["01/02/2017"], "%d/%m/%Y")[0] == np.datetime64("2017-02-01")
    assert np.isnat(parse_times(["2017-02-01"], "%d/%m/%Y")[0])

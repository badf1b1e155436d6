"""data.loading.text_values: text as days, labels and numbers."""

import numpy as np
import pytest

from data.errors import DataContractError
from data.loading.date_formats import parse_times
from data.loading.text_values import parse_labels, parse_number


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
        ("31.12.2017", "2017-12-31"),
        ("12/31/2017", "2017-12-31"),
    ],
)
def test_dates_are_read_in_the_ways_people_write_them(text: str, expected: str) -> None:
    assert parse_times([text])[0] == np.datetime64(expected, "s")


@pytest.mark.parametrize(
    "text",
    ["", "soon", "today", "2017-13-01", "2017-02-30", "17", "43000", "2017-01-02T00Z", "Total 2017"],
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


def test_labels_are_integers_only_if_all_are_and_nothing_is_lost() -> None:
    assert parse_labels(["1", "20", "-3"]) == [1, 20, -3]
    assert parse_labels(["1.0", "2"]) == [1, 2]
    assert parse_labels(["1.0", "2", "TOTAL"]) == ["1", "2", "TOTAL"]
    assert parse_labels(["007", "8"]) == ["007", "8"]
    assert parse_labels(["12345678901234567890"]) == ["12345678901234567890"]
    assert parse_labels(["1", "2"], is_text=True) == ["1", "2"]


def test_numbers_are_read_with_a_point_a_sign_or_an_exponent() -> None:
    assert [parse_number(text) for text in ("13", "-2.5", ".5", "1e3", "+7")] == [13, -2.5, 0.5, 1000, 7]


@pytest.mark.parametrize("text", ["", "abc", "1,5", "1_000", "nan", "inf", "1e39", "0x10", "12 pieces"])
def test_what_is_no_number_is_nan(text: str) -> None:
    assert np.isnan(parse_number(text))

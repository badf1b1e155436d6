"""data.text: numbers as a person reads them."""

import pytest

from data.text import counted, quoted, share, shortened


@pytest.mark.parametrize(
    ("number", "noun", "message"),
    [(1, "row", "1 row"), (0, "row", "0 rows"), (1234, "store", "1,234 stores"), (2, "series", "2 series")],
)
def test_a_count_agrees_with_its_noun(number: int, noun: str, message: str) -> None:
    assert counted(number, noun) == message


@pytest.mark.parametrize(
    ("part", "whole", "message"),
    [(0, 10, "0.0 %"), (1, 3, "33.3 %"), (1, 913_000, "under 0.1 %"), (0, 0, "0.0 %")],
)
def test_a_share_never_rounds_something_to_nothing(part: int, whole: int, message: str) -> None:
    assert share(part, whole) == message


def test_a_long_text_is_shortened_and_a_short_one_is_kept() -> None:
    assert shortened("x" * 100, 10) == "xxxxxxxxx…"
    assert shortened("short") == "short"


@pytest.mark.parametrize("value", ["x" * 10**7, [["x" * 10**6] * 1000] * 1000, {"x" * 10**6: 1}, 1.5, None])
def test_a_quoted_value_is_bounded_whatever_it_is(value: object) -> None:
    assert 0 < len(quoted(value)) <= 200

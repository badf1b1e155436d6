"""Findings as text."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from data.panel.series_index import SeriesIndex
from drift.calibration.threshold_fit import fit_on
from drift.checking.wording import FindingFormatter, _against_forecast, _total
from drift.detector.group_shifts import Groups
from tests.unit.drift.synthetic_replays import last_windows, shocked, synthetic_replay

REPLAY = synthetic_replay()
GROUPS = Groups.of(REPLAY.panel.series)
DETECTOR = fit_on(REPLAY, GROUPS, np.arange(105), 0.005)
FORMATTER = FindingFormatter(REPLAY.panel.series, GROUPS)


def messages(factor: NDArray[np.floating]) -> list[str]:
    result = DETECTOR.evaluate(last_windows(shocked(REPLAY, factor)), GROUPS)
    return [finding.words for finding in FORMATTER.findings(result)]


def test_weeks_without_drift_have_no_finding_but_a_total() -> None:
    result = DETECTOR.evaluate(last_windows(REPLAY), GROUPS)
    assert FORMATTER.findings(result) == []
    assert _total(result[28]).words.startswith("All series together sold ")
    assert not any(test.found for test in FORMATTER.tests(result))


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (np.full(18, 1.3), "All series together sold 3"),
        (np.where(GROUPS.store == 1, 0.0, 1.0), "Store 2 sold nothing in 28 days: closed, or data missing?"),
        (np.where(GROUPS.store == 2, 1.5, 1.0), "Store 3 sold "),
        (np.where(GROUPS.item == 3, 1.6, 1.0), "Item 4 sold "),
        (np.tile([1, 1, 1, 1, 1, 1.6, 0.4], (18, 4)), "The weekly pattern changed: S"),
    ],
)
def test_the_first_words_name_what_changed(factor: NDArray[np.floating], words: str) -> None:
    assert messages(factor)[0].startswith(words)


def test_a_single_series_is_named_with_its_change_and_no_other() -> None:
    first, second = messages(np.where(np.arange(18) == 7, 5.0, 1.0))
    assert first == "1 of 18 series is far from the forecast over 28 days."
    assert second.startswith("Store 2, item 2 sold 3")


def test_every_changed_item_is_counted_and_named_before_single_series() -> None:
    words = messages(np.select([GROUPS.item == 1, GROUPS.item == 4], [0.4, 1.8], 1.0))
    assert words[0].startswith("2 of 6 items changed. Item ")
    assert {words[0].split(". ")[1][:6], words[1][:6]} == {"Item 2", "Item 5"}
    assert words[2].endswith("of 18 series are far from the forecast over 28 days.")


def test_a_closed_store_comes_before_its_effect_on_the_total() -> None:
    first, second, *_ = messages(np.where(GROUPS.store < 2, 0.0, 1.0))
    assert first.startswith("Store 1 sold nothing")
    assert second.startswith("Store 2 sold nothing")


def test_a_total_with_a_forecast_of_0_is_reported_in_units() -> None:
    of_length = last_windows(REPLAY)[28]
    windows = {28: replace(of_length, expected=np.zeros_like(of_length.expected))}
    total = _total(DETECTOR.evaluate(windows, GROUPS)[28])
    units = f"{of_length.sold.sum():,.0f}"
    assert total.words == f"All series together sold {units} units over 28 days; the forecast was 0."
    assert total.change_share is None


def test_names_stay_as_the_user_writes_them() -> None:
    stores = [f"SHOP-{code}" for code in GROUPS.store]
    named = SeriesIndex.from_labels(stores, [f"SKU {code}" for code in GROUPS.item])
    result = DETECTOR.evaluate(last_windows(shocked(REPLAY, np.where(GROUPS.store == 1, 0.0, 1.0))), GROUPS)
    (finding,) = FindingFormatter(named, GROUPS).findings(result)
    assert finding.group == "store SHOP-1"
    assert finding.words.startswith("Store SHOP-1 sold nothing in 28 days")


def test_changes_are_words_with_whole_percents_and_a_bound() -> None:
    assert [_against_forecast(share) for share in (-0.004, -0.49, 9.99, 1939)] == [
        "as forecast",
        "49 % less than forecast",
        "999 % more than forecast",
        "over 1,000 % more than forecast",
    ]


def test_findings_name_store_and_item_in_fields_of_their_own() -> None:
    store, item, series = (
        FORMATTER.findings(DETECTOR.evaluate(last_windows(shocked(REPLAY, factor)), GROUPS))
        for factor in (
            np.where(GROUPS.store == 1, 0.0, 1.0),
            np.where(GROUPS.item == 3, 1.6, 1.0),
            np.where(np.arange(18) == 7, 5.0, 1.0),
        )
    )
    assert [(found.store, found.item) for found in (store[0], item[0], *series)] == [
        (2, None),
        (None, 4),
        (None, None),
        (2, 2),
    ]


def test_tests_name_the_group_that_is_furthest_off() -> None:
    result = DETECTOR.evaluate(last_windows(shocked(REPLAY, np.where(GROUPS.store == 2, 1.5, 1.0))), GROUPS)
    tests = {test.name: test for test in FORMATTER.tests(result)}
    assert tests["store, 28 days"].group == "store 3"
    assert tests["store, 28 days"].found
    assert tests["store, 28 days"].value > tests["store, 28 days"].threshold == 1

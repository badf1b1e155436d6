"""When sales cannot be checked, and why."""

from dataclasses import replace

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from drift.calibration.threshold_fit import fit_on
from drift.calibration.thresholds import Calibration
from drift.checking.data_coverage import (
    lengths_not_checked,
    not_covered,
    nothing_to_compare,
    short_history,
    why_undecided,
)
from drift.detector.detector import Detector
from drift.detector.group_shifts import Groups
from tests.unit.drift.synthetic_replays import last_windows, synthetic_replay


def later(panel: SalesPanel, n_days: int) -> SalesPanel:
    """The panel with its last days once more after it."""
    return SalesPanel(np.hstack([panel.sales, panel.sales[:, -n_days:]]), panel.start, panel.series)


def test_recorded_days_can_be_checked(known: SalesPanel) -> None:
    assert why_undecided(later(known, 28), known.end, 28) is None


@pytest.mark.parametrize("n_new", [0, 6])
def test_under_a_week_of_new_days_is_too_little(known: SalesPanel, n_new: int) -> None:
    panel = later(known, n_new) if n_new else known
    assert "7 are needed" in str(why_undecided(panel, known.end, 7))


def test_a_file_without_history_is_too_little(known: SalesPanel) -> None:
    panel = later(known, 28)
    new_days_only = panel.window(known.end - np.timedelta64(20, "D"), panel.end)
    assert "history before the new days" in str(why_undecided(new_days_only, known.end, 28))


@pytest.mark.parametrize("days", [slice(-20, -1), slice(-50, -29)])
def test_a_gap_in_the_window_or_right_before_it_leaves_it_undecided(known: SalesPanel, days: slice) -> None:
    panel = later(known, 28)
    panel.sales[:, days] = np.nan
    assert str(why_undecided(panel, known.end, 28)).startswith("A gap")


def without(panel: SalesPanel, rows: slice, days: slice) -> SalesPanel:
    """The panel of which these series have no record on these days; series 0 to 5 are store 1."""
    sales = panel.sales.copy()
    sales[rows, days] = np.nan
    return SalesPanel(sales, panel.start, panel.series)


@pytest.mark.parametrize(
    ("n_days", "rows", "words"),
    [
        (7, slice(0, 18), "A gap: 0 % of the days"),
        (7, slice(6, 18), "Nothing was recorded of 12 series (all of store 2, store 3) in 7 days"),
        (14, slice(1, 18), "Of 17 series (all of store 2, store 3; store 1, item 2; "),
    ],
)
def test_a_last_week_without_most_series_leaves_it_undecided(
    known: SalesPanel, n_days: int, rows: slice, words: str
) -> None:
    panel = without(later(known, n_days), rows, slice(-7, None))
    reason = str(why_undecided(panel, known.end, n_days))
    assert reason.startswith("A gap")
    assert words in reason


@pytest.mark.parametrize(("n_days", "n_missing"), [(7, 7), (7, 120), (7, 320), (28, 28), (28, 120)])
def test_a_store_without_records_does_not_stop_the_check_of_others(
    known: SalesPanel, calibration: Calibration, n_days: int, n_missing: int
) -> None:
    panel = without(later(known, n_days), slice(12, 18), slice(-n_missing, None))
    assert why_undecided(panel, known.end, n_days) is None
    (note,) = not_covered(panel, calibration, n_days)
    assert note.startswith("Nothing was recorded of 6 series (all of store 3) in ")


def test_series_that_ended_long_ago_are_no_gap(known: SalesPanel) -> None:
    panel = without(later(known, 7), slice(6, 18), slice(-120, None))
    assert why_undecided(panel, known.end, 7) is None


def test_a_store_without_some_weeks_is_named_with_their_dates(
    known: SalesPanel, calibration: Calibration
) -> None:
    panel = without(later(known, 28), slice(6, 18), slice(-7, None))
    assert why_undecided(panel, known.end, 28) is None
    assert not_covered(panel, calibration, 28) == [
        f"Of 12 series (all of store 2, store 3) nothing was recorded in whole weeks "
        f"from {panel.end - 6} to {panel.end}."
    ]


def test_a_store_that_sells_nothing_is_recorded(known: SalesPanel, calibration: Calibration) -> None:
    panel = later(known, 28)
    panel.sales[:6, -28:] = 0
    assert why_undecided(panel, known.end, 28) is None
    assert not_covered(panel, calibration, 28) == []


def test_sales_recorded_only_when_something_sold_are_no_gap(
    known: SalesPanel, calibration: Calibration
) -> None:
    panel = later(known, 28)
    panel.sales[np.random.default_rng(1).random(panel.sales.shape) > 0.3] = np.nan
    for n_days in (7, 28):
        assert why_undecided(panel, known.end, n_days) is None
        assert not_covered(panel, calibration, n_days) == []


def test_lengths_with_too_few_records_are_reported() -> None:
    assert lengths_not_checked([7, 14, 28], [7, 14, 28]) == []
    assert lengths_not_checked([7, 14, 28], [28]) == [
        "Too little was recorded of the last 7 and 14 days: checked over 28 days."
    ]


def test_days_that_were_never_recorded_are_no_gap(known: SalesPanel) -> None:
    panel = later(known, 28)
    panel.sales[:, np.arange(panel.n_days) % 7 == 3] = np.nan
    panel.sales[:, np.arange(panel.n_days) % 7 == 4] = np.nan
    assert why_undecided(panel, known.end, 28) is None


def test_a_verdict_says_which_series_it_does_not_cover(known: SalesPanel, calibration: Calibration) -> None:
    assert not_covered(known, calibration, 28) == []
    silent = SalesPanel(known.sales.copy(), known.start, known.series)
    silent.sales[4, -28:] = np.nan
    notes = not_covered(silent.select(np.arange(known.n_series) != 7), calibration, 28)
    gone, kept = (f"store {known.series.stores[row]}, item {known.series.items[row]}" for row in (7, 4))
    assert notes == [
        f"1 series ({gone}) of the model are not in these sales.",
        f"Nothing was recorded of 1 series ({kept}) in 28 days: not checked.",
    ]


def test_a_store_is_named_when_all_of_it_is_silent_or_new(
    known: SalesPanel, calibration: Calibration
) -> None:
    labels = [
        (4 if store == 3 else store, item)
        for store, item in zip(known.series.stores, known.series.items, strict=True)
    ]
    renamed = SalesPanel(known.sales, known.start, SeriesIndex.from_labels(*zip(*labels, strict=True)))
    assert not_covered(renamed, calibration, 28) == [
        "6 series (all of store 3) of the model are not in these sales.",
        "6 series (all of store 4) began after the calibration: not checked.",
    ]


def test_a_short_history_reports_what_is_not_detected() -> None:
    steady = synthetic_replay(n_weeks=30)
    groups = Groups.of(steady.panel.series)
    weeks = np.arange(30)
    taught, untaught = fit_on(steady, groups, weeks, 0.005), fit_on(steady, groups, weeks[:9], 0.005)
    windows = last_windows(steady)
    assert short_history(taught, taught.evaluate(windows, groups)) == []
    (note,) = short_history(untaught, untaught.evaluate(windows, groups))
    assert note.startswith(
        "The history has 9 weeks for calibration, 20 are needed: only a store that sells nothing"
    )
    assert "under 40 % or over 250 % of its forecast" in note


def test_a_history_of_constant_sales_is_not_called_short() -> None:
    steady = synthetic_replay(n_weeks=30)
    groups, windows = Groups.of(steady.panel.series), last_windows(steady)
    untaught = Detector({}, np.inf, 93)
    (note,) = short_history(untaught, untaught.evaluate(windows, groups))
    assert note.startswith("The history has 93 weeks for calibration, sales never vary: only a store")


def test_windows_without_sales_and_forecast_cannot_be_compared() -> None:
    windows = last_windows(synthetic_replay(n_weeks=30))
    nothing = np.zeros_like(windows[28].sold)
    unsold = {length: replace(part, sold=nothing) for length, part in windows.items()}
    idle = {length: replace(part, expected=nothing) for length, part in unsold.items()}
    assert nothing_to_compare(windows) is None
    assert nothing_to_compare(unsold) is None
    assert str(nothing_to_compare(idle)).startswith("Nothing was sold in 28 days and the forecast was 0")


def test_a_total_of_unknown_season_is_reported() -> None:
    steady = synthetic_replay(n_weeks=30)
    groups = Groups.of(steady.panel.series)
    detector = fit_on(steady, groups, np.arange(30), 0.005)
    in_first_year = np.array([steady.first_day + 380])
    early = {length: replace(windows, ends=in_first_year) for length, windows in last_windows(steady).items()}
    (note,) = short_history(detector, detector.evaluate(early, groups))
    assert note.startswith("Without the same weeks of an earlier year a change of the total may be seasonal")

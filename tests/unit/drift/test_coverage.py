"""When nothing can be said, and why."""

import numpy as np
import pytest

from data.panel import SalesPanel
from drift.calibration import Calibration
from drift.coverage import not_covered, why_undecided


def later(panel: SalesPanel, n_days: int) -> SalesPanel:
    """The panel with its last days once more after it."""
    return SalesPanel(np.hstack([panel.sales, panel.sales[:, -n_days:]]), panel.start, panel.series)


def test_recorded_days_can_be_judged(known: SalesPanel) -> None:
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


def test_days_that_were_never_recorded_are_no_gap(known: SalesPanel) -> None:
    panel = later(known, 28)
    panel.sales[:, np.arange(panel.n_days) % 7 == 3] = np.nan
    panel.sales[:, np.arange(panel.n_days) % 7 == 4] = np.nan
    assert why_undecided(panel, known.end, 28) is None


def test_a_verdict_says_which_series_it_does_not_cover(known: SalesPanel, calibration: Calibration) -> None:
    assert not_covered(known, calibration) == []
    silent = SalesPanel(known.sales.copy(), known.start, known.series)
    silent.sales[4, -28:] = np.nan
    notes = not_covered(silent.select(np.arange(known.n_series) != 7), calibration)
    assert [note[:8] for note in notes] == ["1 series", "Nothing "]

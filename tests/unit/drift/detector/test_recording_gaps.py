"""Which lengths of new days are recorded well enough."""

import numpy as np
import pytest

from drift.detector.recording_gaps import Records, usual_share

LENGTHS = (7, 14, 28)


def records(rows: slice, days: slice, usual: float = 1.0) -> Records:
    """28 days of six series, of which these miss these days."""
    known = np.ones((6, 28), bool)
    known[rows, days] = False
    return Records(known, np.full(6, usual))


@pytest.mark.parametrize(
    ("rows", "days", "judged"),
    [
        (slice(0, 0), slice(0, 0), [7, 14, 28]),
        (slice(0, 6), slice(-2, -1), [7, 14, 28]),
        (slice(0, 6), slice(-3, -1), [14, 28]),
        (slice(0, 6), slice(-20, -14), [7, 14]),
        (slice(0, 6), slice(-7, None), []),
        (slice(0, 3), slice(-7, None), [7, 28]),  # 14 days are neither without half of the series nor with it
        (slice(0, 4), slice(-7, None), [28]),
        (slice(0, 5), slice(None, None), [7, 14, 28]),  # not sent
    ],
)
def test_lengths_are_usable_if_their_own_days_are_recorded(
    rows: slice, days: slice, judged: list[int]
) -> None:
    assert records(rows, days).usable_lengths(LENGTHS) == judged


def test_days_that_were_never_recorded_are_not_missing() -> None:
    rare = records(slice(0, 6), slice(0, 28, 2), usual=0.5)
    assert rare.usable_lengths(LENGTHS) == [7, 14, 28]
    assert not rare.silent_weeks(28).any()


def test_weeks_are_missing_of_series_that_are_usually_recorded_every_week() -> None:
    silent = records(slice(2, 3), slice(7, 14))
    assert np.argwhere(silent.silent_weeks(28)).tolist() == [[2, 1]]
    assert not silent.silent_weeks(14).any()
    assert not records(slice(2, 3), slice(7, 14), usual=0.3).silent_weeks(28).any()


def test_without_a_year_before_every_day_is_expected() -> None:
    assert usual_share(np.empty((3, 0))).tolist() == [1, 1, 1]

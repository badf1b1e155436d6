"""The alarm: statistics of new windows against what they were in calm weeks. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from drift.detector import gross_faults as gross
from drift.detector.extreme_quantile import tail_quantile
from drift.detector.group_shifts import Groups
from drift.detector.standardised_shifts import StandardisedShifts, Standardiser
from drift.detector.windows import Floats, Windows

FEWEST_WEEKS = 20  # replayed weeks below which only gross faults can be told
FULL_WEEKS, SHORT_FACTOR = 104, 0.35  # fewer weeks have seen fewer oddities: the threshold is raised
STATISTICS = ("total", "store", "item", "low tenth", "high tenth", "spread", "weekday")
BUDGET = {"total": 8.0, "store": 3.0}  # shares of the false alarms, others 1
STATISTIC_RATE = 0.002  # tail at which statistics are made comparable
LEAST_SCALE = 0.02  # a statistic that hardly varies is rounding noise, and would set the threshold
TESTS = (*STATISTICS, *gross.TESTS)


@dataclass(frozen=True)
class LengthDetector:
    """What is usual of windows of one length: centre and tail of each statistic, NaN if it says nothing."""

    standardiser: Standardiser
    centre: Floats  # (n_statistics,)
    tail: Floats  # distance from the centre to the tail
    gross_limit: float

    @classmethod
    def fit(cls, windows: Windows, groups: Groups, first_day: int) -> tuple[Self, Floats]:
        """Learn from calm windows; also their own scores, (n, n_statistics)."""
        standardiser, standardised = Standardiser.fit(windows, groups, first_day)
        found = statistics(standardised)
        centre, tail = np.array(
            [_usual(column, name) for column, name in zip(found.T, STATISTICS, strict=True)]
        ).T
        fitted = cls(standardiser, centre, tail, gross.limit(windows))
        return fitted, fitted.scores(found)

    def scores(self, found: Floats) -> Floats:
        """Statistics in units of their own tail: 0 usual, 1 rare."""
        return np.asarray((found - self.centre) / self.tail)


@dataclass(frozen=True)
class DetectorResult:
    """New windows of one length: `relative` (n, n_tests) is above 1 where `TESTS` alarm, NaN if unknown."""

    windows: Windows
    standardised: StandardisedShifts | None
    relative: Floats
    limits: Floats  # (n_statistics,) what each of `STATISTICS` must exceed to alarm, NaN if it cannot


@dataclass(frozen=True)
class Detector:
    """Thresholds learnt from replayed weeks; without enough of them `lengths` is empty."""

    lengths: dict[int, LengthDetector]
    threshold: float
    n_weeks: int

    @classmethod
    def fit(
        cls, windows: Mapping[int, Windows], groups: Groups, first_day: int, false_alarm_rate: float
    ) -> Self:
        """Learn from calm windows of a history from `first_day` on, row k of each length ending together.

        `false_alarm_rate` is wanted per weekly check.
        """
        n_weeks = min(len(of_length) for of_length in windows.values())
        if n_weeks < FEWEST_WEEKS:
            return cls({}, np.inf, n_weeks)
        lengths, largest = {}, np.full(n_weeks, np.nan)
        for length, of_length in windows.items():
            lengths[length], scores = LengthDetector.fit(of_length, groups, first_day)
            largest = np.fmax(largest, np.fmax.reduce(scores, axis=1))
        largest = largest[np.isfinite(largest)]
        if len(largest) < FEWEST_WEEKS:
            return cls({}, np.inf, n_weeks)
        short = 1 + SHORT_FACTOR * max(0.0, (FULL_WEEKS - n_weeks) / n_weeks)
        return cls(lengths, tail_quantile(largest, false_alarm_rate) * short, n_weeks)

    def evaluate(self, windows: Mapping[int, Windows], groups: Groups) -> dict[int, DetectorResult]:
        """Judge new windows, row k of each length ending together; gross faults by the longest alone."""
        return {
            length: self._evaluate_length(of_length, groups, is_longest=length == max(windows))
            for length, of_length in windows.items()
        }

    def largest_score(self, windows: Mapping[int, Windows], groups: Groups) -> Floats:
        """Largest test of each window end, (n,): above 1 is an alarm."""
        largest = [
            np.fmax.reduce(result.relative, axis=1) for result in self.evaluate(windows, groups).values()
        ]
        return np.asarray(np.fmax.reduce(largest, axis=0))

    def _evaluate_length(self, windows: Windows, groups: Groups, is_longest: bool) -> DetectorResult:
        fitted, n_windows = self.lengths.get(windows.length_days), len(windows)
        standardised, scores = None, np.full((n_windows, len(STATISTICS)), np.nan)
        limits = np.full(len(STATISTICS), np.nan)
        faults = np.full((n_windows, len(gross.TESTS)), np.nan)
        if fitted is not None:
            standardised = fitted.standardiser.standardise(windows, groups)
            scores = fitted.scores(statistics(standardised)) / self.threshold
            limits = fitted.centre + fitted.tail * self.threshold
        if is_longest:
            faults = gross.faults(windows, groups, fitted.gross_limit if fitted else gross.WIDEST_LIMIT)
        return DetectorResult(windows, standardised, np.concatenate([scores, faults], axis=1), limits)


def statistics(standardised: StandardisedShifts) -> Floats:
    """One number for each of `STATISTICS`, (n, n_statistics); NaN where it cannot be told."""
    nothing = np.full(len(standardised.series), np.nan)
    largest = [
        np.abs(standardised.groups[name]).max(1) if name in standardised.groups else nothing
        for name in ("total", "store", "item")
    ]
    tenths = [nothing] * 3
    if standardised.series_say_more:
        ordered = np.sort(standardised.series, axis=1)
        n_tenth = max(1, round(0.1 * ordered.shape[1]))
        spread = np.log(np.minimum(ordered**2, 36).mean(1) + 0.05)
        tenths = [-ordered[:, :n_tenth].mean(1), ordered[:, -n_tenth:].mean(1), spread]
    weekday = nothing if standardised.weekday is None else np.sqrt((standardised.weekday**2).mean(1))
    return np.stack([*largest, *tenths, weekday], axis=1)


def _usual(values: Floats, statistic: str) -> tuple[float, float]:
    """Centre of a statistic and the way from there to its tail; NaN if it does not vary or is unknown."""
    known = values[np.isfinite(values)]
    if len(known) < FEWEST_WEEKS:
        return np.nan, np.nan
    centre = float(np.median(known))
    tail = tail_quantile(known, STATISTIC_RATE * BUDGET.get(statistic, 1.0)) - centre
    return centre, tail if tail > LEAST_SCALE else np.nan

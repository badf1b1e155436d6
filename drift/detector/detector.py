"""The drift detector: statistics of new windows against those of weeks without drift.

    standardised shifts z     of total, stores, items, series and weekdays (standardised_shifts.py)
    statistics          A_k   max |z| of total, stores, items; mean z of the lowest and the highest tenth of
                              series; log mean z² ("spread"); root mean square of the weekdays
    scores              a_k = (A_k - median_k) / (Q_k - median_k)    Q_k: quantile 1 - .002 · budget_k
    drift               max a_k > threshold                          its quantile 1 - false alarm rate

Medians and quantiles are those of replayed weeks; the maximum is over statistics and the windows of 7, 14
and 28 days. Tails are exponential (Pickands 1975), shifts are robust means (Huber 1964).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from drift.detector import gross_faults as gross
from drift.detector.extreme_quantile import FEWEST_WEEKS, tail_quantile
from drift.detector.group_shifts import Groups
from drift.detector.standardised_shifts import StandardisedShifts, Standardiser
from drift.detector.windows import Floats, Windows

FULL_WEEKS, SHORT_FACTOR = 104, 0.35  # fewer weeks hold fewer rare values: raise the threshold
STATISTICS = ("total", "store", "item", "low tenth", "high tenth", "spread", "weekday")
BUDGET = {"total": 8.0, "store": 3.0}  # shares of the false alarms; of the other statistics 1
STATISTIC_RATE = 0.002  # tail probability at which the score is 1
LEAST_SCALE = 0.02  # a statistic that varies less is rounding noise and would set the threshold
TESTS = (*STATISTICS, *gross.TESTS)


@dataclass(frozen=True)
class LengthDetector:
    """Centre and tail of each statistic for windows of one length; NaN for one that is left out."""

    standardiser: Standardiser
    centre: Floats  # (n_statistics,)
    tail: Floats  # distance from the centre to the tail
    gross_limit: float

    @classmethod
    def fit(cls, windows: Windows, groups: Groups, first_day: int) -> tuple[Self, Floats]:
        """Fit on windows without drift; also return their scores, (n, n_statistics)."""
        standardiser, standardised = Standardiser.fit(windows, groups, first_day)
        found = statistics(standardised)
        pairs = zip(found.T, STATISTICS, strict=True)
        centre, tail = np.array([_centre_and_tail(column, name) for column, name in pairs]).T
        fitted = cls(standardiser, centre, tail, gross.limit(windows))
        return fitted, fitted.scores(found)

    def scores(self, found: Floats) -> Floats:
        """Scores of statistics (n, n_statistics): 0 at the median, 1 at the tail quantile."""
        return np.asarray((found - self.centre) / self.tail)


@dataclass(frozen=True)
class DetectorResult:
    """Result for n windows of one length."""

    windows: Windows
    standardised: StandardisedShifts | None
    relative: Floats  # (n, n_tests) scores over their threshold: above 1 is drift, NaN is unknown
    limits: Floats  # (n_statistics,) of `STATISTICS`, in their own units; NaN for one that is left out


@dataclass(frozen=True)
class Detector:
    """Thresholds fitted on replayed weeks; without enough of them `lengths` is empty."""

    lengths: dict[int, LengthDetector]
    threshold: float
    n_weeks: int

    @classmethod
    def fit(
        cls, windows: Mapping[int, Windows], groups: Groups, first_day: int, false_alarm_rate: float
    ) -> Self:
        """Fit on windows without drift of a history from `first_day` on; row k of each ends on the same day.

        Fewer than `FEWEST_WEEKS` detect gross faults alone. `false_alarm_rate` is per weekly check.
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
        threshold = tail_quantile(largest, false_alarm_rate) * short
        return cls(lengths, threshold, n_weeks) if threshold > 0 else cls({}, np.inf, n_weeks)

    def evaluate(self, windows: Mapping[int, Windows], groups: Groups) -> dict[int, DetectorResult]:
        """Test new windows, row k of each length ends on the same day; gross faults by the longest alone."""
        results = {}
        for length, of_length in windows.items():
            fitted, n_windows = self.lengths.get(length), len(of_length)
            standardised, scores = None, np.full((n_windows, len(STATISTICS)), np.nan)
            limits = np.full(len(STATISTICS), np.nan)
            faults = np.full((n_windows, len(gross.TESTS)), np.nan)
            if fitted is not None:
                standardised = fitted.standardiser.standardise(of_length, groups)
                scores = fitted.scores(statistics(standardised)) / self.threshold
                limits = fitted.centre + fitted.tail * self.threshold
            if length == max(windows):
                gross_limit = fitted.gross_limit if fitted else gross.WIDEST_LIMIT
                faults = gross.faults(of_length, groups, gross_limit)
            relative = np.concatenate([scores, faults], axis=1)
            results[length] = DetectorResult(of_length, standardised, relative, limits)
        return results

    def largest_score(self, windows: Mapping[int, Windows], groups: Groups) -> Floats:
        """Largest score of each window end over its threshold, (n,): above 1 is drift."""
        results = self.evaluate(windows, groups).values()
        largest = [np.fmax.reduce(result.relative, axis=1) for result in results]
        return np.asarray(np.fmax.reduce(largest, axis=0))


def statistics(standardised: StandardisedShifts) -> Floats:
    """Value of each of `STATISTICS`, (n, n_statistics); NaN where it is unknown."""
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
    weekday = np.sqrt((standardised.weekday**2).mean(1))
    return np.stack([*largest, *tenths, weekday], axis=1)


def _centre_and_tail(values: Floats, statistic: str) -> tuple[float, float]:
    """Median of a statistic and its distance to the tail quantile; NaN where it is unknown or constant."""
    known = values[np.isfinite(values)]
    if len(known) < FEWEST_WEEKS:
        return np.nan, np.nan
    centre = float(np.median(known))
    tail = tail_quantile(known, STATISTIC_RATE * BUDGET.get(statistic, 1.0)) - centre
    return centre, tail if tail > LEAST_SCALE else np.nan

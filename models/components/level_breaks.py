"""Levels that broke: where a series' last weeks no longer fit its last year, and what it sells since."""

import numpy as np

from models.components.levels import WINDOW_DAYS, History
from models.components.seasonal_profile import Floats, Ints

COMPARED_DAYS = WINDOW_DAYS[:-1]
RECENT_DAYS = 56  # a level that holds for longer than this is no news: blend and trees know it
BREAK_DEVIATIONS, LEVEL_DEVIATIONS = 3.5, 2.0
LEAST_LEVEL_SHARE = 0.25  # of last year's level: a week of zeros is not without its chance
WEEKS = 52
MEDIAN_OF_CHI_SQUARE = 0.4549  # with one degree of freedom


def broken_levels(history: History) -> Floats:
    """Level of each series since it broke, in units a day, (n_series,); NaN where it did not.

    A level holds for the longest window whose interval meets those of all shorter ones, by the intersection
    of confidence intervals (Goldenshluger & Nemirovski 1997, after Lepski 1991). Intervals of 3.5 standard
    errors, √(d · level / expected) with the dispersion d between neighbouring weeks, tell a break: the
    longest window is recent then. Intervals of two tell since when, and so the level. Sales are units: d is
    at least 1, that of Poisson.
    """
    level, expected = _levels(history)
    variance = np.maximum(level, LEAST_LEVEL_SHARE * level[-1]) / np.maximum(expected, 1e-9)
    error = np.sqrt(_dispersion(history) * variance)
    is_broken = np.array(COMPARED_DAYS)[_longest(level, error, BREAK_DEVIATIONS)] <= RECENT_DAYS
    since = _longest(level, error, LEVEL_DEVIATIONS)
    return np.where(is_broken, level[since, np.arange(len(since))], np.nan)


def _longest(level: Floats, error: Floats, deviations: float) -> Ints:
    """Position of the longest window up to which all intervals meet, (n_series,)."""
    lowest = np.maximum.accumulate(level - deviations * error)
    highest = np.minimum.accumulate(level + deviations * error)
    return np.asarray(np.logical_and.accumulate(lowest <= highest).sum(0) - 1)


def _levels(history: History) -> tuple[Floats, Floats]:
    """Level of each window and what it would have sold at a level of one, both (n_windows, n_series)."""
    series = np.arange(len(history.origin))
    since = np.maximum(0, history.origin - np.array(COMPARED_DAYS)[:, None])
    expected = history.expected_sum[:, -1] - history.expected_sum[series, since]
    sold = history.sales_sum[:, -1] - history.sales_sum[series, since]
    return sold / np.maximum(expected, 1e-9), expected


def _dispersion(history: History) -> Floats:
    """Variance of a week's sales over their mean, from the median difference of neighbours; at least 1.

    A single break moves one of the 51 differences of a year, and so does not hide itself.
    """
    edges = np.maximum(0, history.origin[:, None] - 7 * np.arange(WEEKS + 1))
    sold = -np.diff(np.take_along_axis(history.sales_sum, edges, axis=1), axis=1)
    expected = -np.diff(np.take_along_axis(history.expected_sum, edges, axis=1), axis=1)
    both = (expected[:, 1:] > 0) & (expected[:, :-1] > 0)
    level = sold / np.maximum(expected, 1e-9)
    pooled = (sold[:, 1:] + sold[:, :-1]) / np.maximum(expected[:, 1:] + expected[:, :-1], 1e-9)
    weight = 1 / np.maximum(expected[:, 1:], 1e-9) + 1 / np.maximum(expected[:, :-1], 1e-9)
    squared = (level[:, 1:] - level[:, :-1]) ** 2 / np.maximum(pooled * weight, 1e-9)
    median, has_weeks = np.zeros(len(sold)), both.any(axis=1)
    median[has_weeks] = np.nanmedian(np.where(both, squared, np.nan)[has_weeks], axis=1)
    return np.maximum(median / MEDIAN_OF_CHI_SQUARE, 1.0)

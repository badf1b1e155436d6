"""Series with little history: their own few days, shrunk to what their store and item suggest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.panel.sales_panel import SeriesIndex
from models.components.seasonal_profile import Floats, Ints

KNOWN_DAYS = 28.0  # index days from which a series' own levels are used
STORE_RIDGE, ITEM_RIDGE = 1.0, 0.3
ALTERNATIONS = 20
FEWEST_SERIES = 3


@dataclass(frozen=True)
class LevelPrior:
    """log level = overall + store + item; `spread` is the variance of what is left, NaN an unknown effect."""

    overall: float
    by_store: Floats  # (n_stores,)
    by_item: Floats  # (n_items,)
    spread: float

    def expected_level(self, store: Ints, item: Ints) -> Floats:
        """Expected units a day by store and item code (n,); an unknown effect, or code −1, adds nothing."""
        effects = np.nan_to_num(_effect(self.by_store, store)) + np.nan_to_num(_effect(self.by_item, item))
        return np.asarray(np.exp(self.overall + effects))

    def shrunk(self, sold: Floats, expected: Floats, store: Ints, item: Ints) -> Floats:
        """(sold + k · prior) / (expected + k) with k = (1 / prior + 1) / variance of the prior, each (n,).

        `expected` are index days, so k is days of history that the prior is worth: one on irregular sales,
        very many where store and item explain all. An unknown store or item adds the variance of the known
        ones to the spread.
        """
        prior = self.expected_level(store, item)
        variance = self.spread + _doubt(self.by_store, store) + _doubt(self.by_item, item)
        weight = (1 / np.maximum(prior, 0.05) + 1) / variance
        return (sold + weight * prior) / (expected + weight)


def fit_level_prior(level: Floats, series: SeriesIndex, known: NDArray[np.bool_]) -> LevelPrior | None:
    """Ridge fit of log levels (n_series,) of known series; None with fewer than three of them.

    `spread` comes from leave-one-out residuals over the items, so that an item sold in one store does not
    count as explained.
    """
    if known.sum() < FEWEST_SERIES:
        return None
    store, item = series.store_codes[known], series.item_codes[known]
    log_level = np.log(np.maximum(level[known], 1e-2))
    overall = float(log_level.mean())
    by_store, by_item = np.zeros(len(series.store_names)), np.zeros(len(series.item_names))
    in_store = np.bincount(store, minlength=len(by_store))
    in_item = np.bincount(item, minlength=len(by_item))
    for _ in range(ALTERNATIONS):
        left = np.bincount(store, log_level - overall - by_item[item], len(by_store))
        by_store = left / (in_store + STORE_RIDGE)
        left = np.bincount(item, log_level - overall - by_store[store], len(by_item))
        by_item = left / (in_item + ITEM_RIDGE)
    n = in_item[item]
    inflation = (n + ITEM_RIDGE) / np.maximum(n + ITEM_RIDGE - 1, ITEM_RIDGE)
    residual = (log_level - overall - by_store[store] - by_item[item]) * inflation
    by_store, by_item = np.where(in_store > 0, by_store, np.nan), np.where(in_item > 0, by_item, np.nan)
    return LevelPrior(overall, by_store, by_item, max(1e-4, float(residual.var())))


def _effect(effects: Floats, code: Ints) -> Floats:
    return np.where(code >= 0, effects[np.maximum(code, 0)], np.nan)


def _doubt(effects: Floats, code: Ints) -> Floats:
    """What not knowing an effect adds to the variance of a log level, (n,)."""
    return np.where(np.isnan(_effect(effects, code)), np.nanvar(effects), 0.0)

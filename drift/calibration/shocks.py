"""Named shocks, injected into real sales to measure how often the detector finds them."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from drift.detector.group_shifts import Groups

Sales = NDArray[np.floating]
Shock = Callable[[Sales, Groups, np.random.Generator], Sales]


def _all(factor: float, sales: Sales, groups: Groups, rng: np.random.Generator) -> Sales:
    return sales * factor


def _one_store(factor: float, sales: Sales, groups: Groups, rng: np.random.Generator) -> Sales:
    return np.where(groups.store == rng.integers(groups.n_stores), factor, 1.0)[:, None] * sales


def _tenth_of_items(factor: float, sales: Sales, groups: Groups, rng: np.random.Generator) -> Sales:
    n_hit = max(1, round(0.1 * groups.n_items))
    is_hit = np.isin(groups.item, rng.choice(groups.n_items, n_hit, replace=False))
    return np.where(is_hit, factor, 1.0)[:, None] * sales


def _item_mix(change: float, sales: Sales, groups: Groups, rng: np.random.Generator) -> Sales:
    loses = rng.permutation(groups.n_items) < groups.n_items // 2
    return np.where(loses, 1 - change, 1 + change)[groups.item][:, None] * sales


def _rotated_weekdays(sales: Sales, groups: Groups, rng: np.random.Generator) -> Sales:
    day = np.arange(sales.shape[1])
    return sales[:, np.minimum(day // 7 * 7 + (day % 7 + 2) % 7, len(day) - 1)]


SHOCKS: dict[str, Shock] = {
    **{f"all ×{factor}": partial(_all, factor) for factor in (1.05, 1.1, 1.3, 0.8, 0.5)},
    "closed store": partial(_one_store, 0.0),
    "one store ×1.3": partial(_one_store, 1.3),
    "a tenth of the items ×1.5": partial(_tenth_of_items, 1.5),
    "a tenth of the items ×0": partial(_tenth_of_items, 0.0),
    "rotated weekdays": _rotated_weekdays,
    "item mix ±20 %": partial(_item_mix, 0.2),
    "item mix ±50 %": partial(_item_mix, 0.5),
}

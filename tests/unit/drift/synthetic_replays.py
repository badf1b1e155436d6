"""Synthetic replays: Poisson sales and forecasts of their true means, without a forecaster."""

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import WEEK_DAYS
from data.panel.sales_panel import SalesPanel, SeriesIndex
from drift.detector.expectations import Replay
from drift.detector.windows import LONGEST_DAYS, WindowsByLength

FIRST_ORIGIN = 420


def synthetic_replay(
    n_weeks: int = 110, n_stores: int = 3, n_items: int = 6, seed: int = 1, sales_level: float = 20.0
) -> Replay:
    """Poisson sales with weekly swings, beside forecasts that know the truth but not the swings."""
    rng = np.random.default_rng(seed)
    n_days, n_series = FIRST_ORIGIN + LONGEST_DAYS + WEEK_DAYS * (n_weeks - 1), n_stores * n_items
    labels = [(store + 1, item + 1) for store in range(n_stores) for item in range(n_items)]
    series = SeriesIndex.from_labels(*zip(*labels, strict=True))
    start = np.datetime64("2014-01-06", "D")
    weekday = np.array([0.8, 0.9, 0.9, 1.0, 1.1, 1.3, 1.0])[np.arange(n_days) % WEEK_DAYS]
    mean = sales_level * rng.lognormal(0, 0.5, n_series)[:, None] * weekday
    swings = np.repeat(rng.lognormal(0, 0.03, n_days // WEEK_DAYS + 1), WEEK_DAYS)[:n_days]
    store_swings = np.repeat(rng.lognormal(0, 0.03, (n_stores, n_days // WEEK_DAYS + 1)), WEEK_DAYS, axis=1)
    sales = rng.poisson(mean * swings * store_swings[series.store_codes, :n_days]).astype(np.float32)
    origins = range(FIRST_ORIGIN, n_days - WEEK_DAYS + 1, WEEK_DAYS)
    padded = np.concatenate([mean, mean[:, -WEEK_DAYS:].repeat(5, axis=1)], axis=1).astype(np.float32)
    forecasts = {origin: padded[:, origin : origin + LONGEST_DAYS] for origin in origins}
    return Replay(SalesPanel(sales, start, series), forecasts)


def shocked(replay: Replay, factor: NDArray[np.floating]) -> Replay:
    """The same world with the last 28 days multiplied, by series (n_series,) or by series and day."""
    sales = replay.panel.sales.copy()
    sales[:, -LONGEST_DAYS:] *= factor if factor.ndim == 2 else factor[:, None]
    panel = SalesPanel(sales.astype(np.float32), replay.panel.start, replay.panel.series)
    return Replay(panel, replay.forecasts)


def last_windows(replay: Replay) -> WindowsByLength:
    """The windows of the newest end, by length."""
    return replay.windows_of([-1])

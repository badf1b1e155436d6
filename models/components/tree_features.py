"""Training rows and features of the trees, taken at an origin: one code for training, batch and online."""

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import YEAR_DAYS
from models.components.levels import SALES_LEVELS, WINDOW_DAYS, Growth, History, Rows
from models.components.seasonal_profile import Floats, Ints, prefix_sums

SKIPPED_DAYS = 457  # a year and a quarter of history before the first training target, where there is enough
SKIPPED_SHARE = 0.4
SETTLING_DAYS = 7  # a series' first week says little about its level
FIRST_ORIGIN = 14
MAX_REPEATS = 3
NEAR_DAYS = 28  # a horizon beyond it has far days

FEATURES = (
    *("weekday", "month", "day", "week_parity", "step", "day_of_year", "year_sin", "year_cos"),
    *(f"level_{days}" for days in WINDOW_DAYS[:-1]),
    *("growth_28", "growth_91", "store_growth_28", "store_growth_91", "log_base"),
    *("weekday_factor", "month_factor", "month_factor_change"),
    *("same_weekday_4", "same_weekday_8", "alternate_weekday_2", "alternate_weekday_4"),
    *("last_year_day", "last_year_week", "last_year_weeks", "level_change_year"),
    *("zero_share_28", "zero_share_91", "days_since_sale", "age_days"),
)


def sample_rows(history: History, horizon_days: int, max_rows: int, rng: np.random.Generator) -> Rows:
    """One row for each (series, known open day) with a step drawn from 1..horizon_days, at most `max_rows`.

    Steps are drawn log-uniformly, which teaches the first days more: orders rest on those. Where the horizon
    is beyond four weeks half of them are drawn uniformly, or its far days would lose.

    Where there are fewer days than that, each is taken up to three times with other steps.

        |<- skipped ->|  o ....... t          t: target, a known open day after the series' first sale
        0             40 %   step = t − o + 1 in 1..horizon_days; only days before o are used
    """
    n_days = history.n_days
    usable = history.known & (history.expected > 0)
    usable &= np.arange(n_days) > history.first_sale[:, None]
    usable[:, : min(SKIPPED_DAYS, int(SKIPPED_SHARE * n_days))] = False
    series, target = np.nonzero(usable)
    repeats = int(np.clip(np.ceil(max_rows / max(len(series), 1)), 1, MAX_REPEATS))
    series, target = np.tile(series, repeats), np.tile(target, repeats)
    if len(series) > max_rows:
        chosen = rng.choice(len(series), max_rows, replace=False)
        series, target = series[chosen], target[chosen]
    near = np.exp(rng.uniform(0, np.log(horizon_days + 1), len(series))).astype(np.int64)
    step = np.clip(near, 1, horizon_days)
    if horizon_days > NEAR_DAYS:
        is_near = rng.random(len(series)) < 0.5
        step = np.where(is_near, step, rng.integers(1, horizon_days + 1, len(series)))
    origin = target - step + 1
    settled = (origin > history.first_sale[series] + SETTLING_DAYS) & (origin >= FIRST_ORIGIN)
    return Rows(series[settled], origin[settled], target[settled])


def forecast_rows(origin: Ints, horizon_days: int) -> Rows:
    """Every series and step from its origin (n_series,): n_series × horizon_days rows, series by series."""
    series = np.repeat(np.arange(len(origin)), horizon_days)
    target = (origin[:, None] + np.arange(horizon_days)).ravel()
    return Rows(series, origin[series], target)


def features(
    history: History, growth: Growth, rows: Rows, levels: Floats, base: Floats
) -> NDArray[np.float32]:
    """The 35 columns of `FEATURES` for each row, float32 (n, 35), NaN where unknown.

    `levels` (n, 10) are the row's `level_table`; `base` is the level its forecast starts from. Levels and
    past sales are divided by it, so that a tree learns ratios that hold for large and small sellers alike.
    """
    base = np.maximum(base, 1e-6)
    columns = [
        *_of_the_calendar(history, rows),
        *_of_the_level(history, growth, rows, levels, base),
        *_of_the_profile(history, rows),
        *_of_same_weekdays(history, rows, base),
        *_of_last_year(history, rows, levels),
        *_of_recent_days(history, rows),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _of_the_calendar(history: History, rows: Rows) -> list[Floats | Ints]:
    calendar, target = history.calendar, rows.target
    day_of_year = calendar.day_of_year[target] - 1
    phase = day_of_year * (2 * np.pi / 365.25)
    parts = (calendar.weekday, calendar.month, calendar.day, calendar.week_parity)
    return [*(part[target] for part in parts), rows.step, day_of_year, np.sin(phase), np.cos(phase)]


def _of_the_level(history: History, growth: Growth, rows: Rows, levels: Floats, base: Floats) -> list[Floats]:
    relative = [np.clip(levels[:, column] / base, 0, 10) for column in range(len(WINDOW_DAYS) - 1)]
    by_store = growth.of_store(history.store[rows.series], rows.origin)
    return [*relative, *growth.at(rows.origin), *by_store, np.log(base)]


def _of_the_profile(history: History, rows: Rows) -> list[Floats]:
    series, calendar = rows.series, history.calendar
    origin_day = np.clip(rows.origin - 1, 0, history.n_days - 1)
    month = history.month[series, calendar.month[rows.target] - 1]
    month_at_origin = history.month[series, calendar.month[origin_day] - 1]
    weekday = history.weekday[series, calendar.weekday[rows.target]]
    return [weekday, month, month / np.maximum(month_at_origin, 1e-3)]


def _of_same_weekdays(history: History, rows: Rows, base: Floats) -> list[Floats]:
    """Season-free means of the newest known same weekdays, then of every second one: promotions alternate."""
    months = history.calendar.month[: history.n_days] - 1
    season = np.maximum(history.month[:, months], 1e-6)
    columns = []
    for stride, counts in ((7, (4, 8)), (14, (2, 4))):
        sold = _strided_sums(history.filled / season, stride)
        days = _strided_sums(history.known, stride)
        newest = rows.target - stride * (-(-rows.step // stride))
        for count in counts:
            before = newest - stride * count
            n = _at(days, rows.series, newest) - _at(days, rows.series, before)
            units = _at(sold, rows.series, newest) - _at(sold, rows.series, before)
            ratio = np.clip(units / np.maximum(n, 1) / base, 0, 20)
            columns.append(np.where(n > 0, ratio, np.nan))
    return columns


def _of_last_year(history: History, rows: Rows, levels: Floats) -> list[Floats]:
    """Last year's day, its ± 3 and its ± 10 days over last year's level: what was special may come back.

    Unknown where no level was known a year before the origin, however long the table around it is.
    """
    series, origin = rows.series, rows.origin
    centre = np.clip(rows.target - YEAR_DAYS, 0, history.n_days - 1)
    level = history.sales_levels(series, np.maximum(origin - YEAR_DAYS, 0), shortest_days=91)[91]
    is_known, level = np.isfinite(level), np.maximum(np.nan_to_num(level), 1e-6)
    columns = []
    for half in (0, 3, 10):
        first = np.maximum(centre - half, 0)
        past_last = np.maximum(np.minimum(centre + half + 1, origin), first)
        expected = history.expected_sum[series, past_last] - history.expected_sum[series, first]
        units = history.sales_sum[series, past_last] - history.sales_sum[series, first]
        ratio = np.clip(units / np.maximum(expected, 1e-6) / level, 0, 10)
        columns.append(np.where(is_known & (expected > 0), ratio, np.nan))
    now = levels[:, SALES_LEVELS.index("L91")]
    return [*columns, np.where(is_known, np.clip(now / level, 0, 10), np.nan)]


def _of_recent_days(history: History, rows: Rows) -> list[Floats | Ints]:
    series, origin = rows.series, rows.origin
    known = prefix_sums(history.known)
    zeros = prefix_sums(history.known & (history.filled == 0))
    columns: list[Floats | Ints] = []
    for days in (28, 91):
        since = np.maximum(0, origin - days)
        n = known[series, origin] - known[series, since]
        share = (zeros[series, origin] - zeros[series, since]) / np.maximum(n, 1)
        columns.append(np.where(n > 0, share, np.nan))
    sold_on = np.where(history.filled > 0, np.arange(history.n_days), -1)
    last_sale = np.maximum.accumulate(sold_on, axis=1)
    after_sale = 1 + np.where(origin > 0, last_sale[series, origin - 1], -1)
    first_known = np.where(history.known.any(1), history.known.argmax(1), history.origin)[series]
    days_since_sale = origin - np.minimum(np.maximum(after_sale, first_known), origin)
    age_days = origin - history.first_sale[series]
    return [*columns, np.minimum(days_since_sale, 400), np.minimum(age_days, 1500)]


def _strided_sums(values: NDArray[np.float64 | np.bool_], stride: int) -> Floats:
    """Column t holds the sum of columns t, t − stride, t − 2 stride, …"""
    n_series, n_days = values.shape
    padded = np.zeros((n_series, -(-n_days // stride) * stride))
    padded[:, :n_days] = values
    return padded.reshape(n_series, -1, stride).cumsum(1).reshape(n_series, -1)[:, :n_days]


def _at(sums: Floats, series: Ints, day: Ints) -> Floats:
    return np.where(day >= 0, sums[series, np.maximum(day, 0)], 0.0)

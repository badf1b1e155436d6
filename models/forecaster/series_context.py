"""Sales beside the fitted state of their series: the only way in which sales reach the members."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import calendar
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesId, SeriesIndex
from models.components.cold_start import KNOWN_DAYS, LevelPrior
from models.components.discontinued_series import Records
from models.components.levels import History
from models.components.sales_limits import plausible, sales_limits
from models.components.seasonal_profile import Floats, Ints
from models.forecaster.fitted_state import NEVER, FittedState, MemberFit
from models.storage.version_record import KEPT_DAYS

NEVER_SOLD_DAYS = 28  # recorded days without a sale after which none is expected


@dataclass(frozen=True)
class SeriesContext:
    """Cleaned sales beside the row, store and item code of each series in training, −1 when unseen.

    Only the newest `KEPT_DAYS` of each series count, which a saved version keeps: its table is made from all
    history, and a later forecast from what was kept is the same number.
    """

    sales: Floats
    recorded_days: Ints
    panel: SalesPanel
    horizon_days: int
    row: Ints
    store: Ints
    item: Ints
    first_sale: Ints
    origin: Ints  # column after the last day of each series
    is_closed: NDArray[np.bool_]  # (n_series, n_days + horizon_days)
    records: Records
    is_discontinued: NDArray[np.bool_]
    limits: Floats  # of plausible sales

    @classmethod
    def of(
        cls,
        series: SeriesIndex,
        fitted: FittedState,
        panel: SalesPanel,
        horizon_days: int,
        last_days: NDArray[np.datetime64] | None = None,
    ) -> SeriesContext:
        """Match the series by name and clean their sales by the fitted rules.

        `last_days` (n_series,) are the days each series ends on, where that is not the panel's end.
        """
        if last_days is None:
            origin = np.full(panel.n_series, panel.n_days)
        else:
            origin = (last_days - panel.start).astype(np.int64) + 1
        if panel.n_days > KEPT_DAYS:
            is_kept = np.arange(panel.n_days) >= origin[:, None] - KEPT_DAYS
            panel = replace(panel, sales=np.where(is_kept, panel.sales, np.float32(np.nan)))
        row, store, item = series_codes(series, panel.series)
        weekdays = np.where(row[:, None] >= 0, fitted.rules.weekdays[row], False)
        rules = replace(fitted.rules, weekdays=weekdays)
        is_closed = rules.closed(store, panel.start, panel.n_days + horizon_days)
        limits = sales_limits(panel, fitted.limits, row)
        sales = np.maximum(plausible(panel.sales, limits).astype(np.float64), 0.0)
        recorded_days = np.isfinite(sales).sum(1)
        first_sale = _first_sales(fitted, sales, row, panel.start, origin)
        is_listed = np.arange(panel.n_days) >= first_sale[:, None]
        sales[~is_listed | (is_closed[:, : panel.n_days] & (sales == 0))] = np.nan
        if fitted.weekday_change is not None:
            sales = fitted.weekday_change.applied(sales, panel.start, row)
        ends = None if last_days is None else last_days.astype(np.int64)
        records, is_discontinued = _records(panel, ends, fitted.records, row)
        return cls(
            *(sales, recorded_days, panel, horizon_days, row, store, item, first_sale, origin),
            *(is_closed, records, is_discontinued, limits),
        )

    def history_for(self, fit: MemberFit) -> History:
        """The sales with the profile of one member fit."""
        weekday, month = fit.profile.weekday[self.row], fit.profile.month[self.row]
        unseen = self.row < 0
        weekday[unseen], month[unseen] = fit.profile.unseen(self.store[unseen], self.item[unseen])
        days = calendar(self.panel.start, self.panel.n_days + self.horizon_days)
        index = weekday[:, days.weekday] * month[:, days.month - 1]
        is_future = np.arange(len(days)) >= self.origin[:, None]
        index[self.is_closed & is_future] = 0.0
        return History(self.sales, index, weekday, month, days, self.store, self.first_sale, self.origin)

    def cold_levels(self, history: History, prior: LevelPrior | None) -> tuple[Floats, NDArray[np.bool_]]:
        """Levels (n_series,) for series with under 28 known days, and which those are.

        NaN where there is no prior: their own few days are all there is to go by.
        """
        sold, expected = history.sales_sum[:, -1], history.expected_sum[:, -1]
        is_cold = expected < KNOWN_DAYS
        if prior is None:
            return np.full(len(sold), np.nan), is_cold
        level = prior.shrunk(sold, expected, self.store, self.item)
        never_sold = (self.recorded_days >= NEVER_SOLD_DAYS) & (self.first_sale >= self.origin)
        return np.where(never_sold, 0.0, level), is_cold


def _first_sales(fitted: FittedState, sales: Floats, row: Ints, start: np.datetime64, origin: Ints) -> Ints:
    """Column of each series' first sale as the fit or these sales know it; `origin` without any."""
    has_sold = sales > 0
    of_fit = np.where(row >= 0, fitted.first_sale[row] - start.astype(np.int64), NEVER)
    return np.minimum(of_fit, np.where(has_sold.any(1), has_sold.argmax(1), origin))


def _records(
    panel: SalesPanel, ends: Ints | None, fitted: Records | None, row: Ints
) -> tuple[Records, NDArray[np.bool_]]:
    """The records of a panel with what the fit knows of older ones, and which series are discontinued.

    Series with an end of their own (`ends`, days since 1970) are compared with the fit alone.
    """
    records, end = Records.of(panel), int(panel.end.astype(np.int64))
    newest_day = np.full(panel.n_series, records.newest_day(end)) if ends is None else records.last_day
    ends = np.full(panel.n_series, end) if ends is None else ends
    if fitted is not None:
        records = records.merged(fitted, row, ends)
        newest_day = np.maximum(newest_day, fitted.newest_day(end))
    return records, records.discontinued(np.minimum(newest_day, ends))


def series_codes(known: SeriesIndex, requested: SeriesIndex) -> tuple[Ints, Ints, Ints]:
    """Row, store code and item code in `known` of each requested series, −1 where it is unseen."""
    row = known.rows_of(requested)
    return row, positions(known.store_names, requested.stores), positions(known.item_names, requested.items)


def positions(known: tuple[SeriesId, ...], requested: tuple[SeriesId, ...]) -> Ints:
    """Position of each requested name among the known, −1 where there is none; "1" and 1 are the same."""
    position = {str(name): code for code, name in enumerate(known)}
    return np.array([position.get(str(name), -1) for name in requested], np.int64)

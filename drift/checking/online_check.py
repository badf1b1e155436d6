"""The check behind /drift-check: rows of new days against the champion's own forecasts, without pandas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import WEEK_DAYS
from data.errors import DataContractError
from data.panel.sales_panel import SeriesId
from data.text import counted
from drift.calibration.thresholds import Calibration
from drift.checking.data_coverage import not_recorded
from drift.checking.wording import summarise
from drift.detector.recording_gaps import Records
from drift.detector.windows import LENGTHS_DAYS, LONGEST_DAYS, Ints, Windows
from drift.result.drift_summary import DriftSummary
from models.storage.forecast_table import ForecastTable

MOST_NEEDED_ROWS = 300  # fewer rows are too noisy

Sales = NDArray[np.float32]


@dataclass(frozen=True)
class OnlineCheck:
    """A champion's forecasts of the series its thresholds are for; built once per champion."""

    calibration: Calibration
    cutoff: np.datetime64
    forecast: Sales  # (n_watched, 28)

    @classmethod
    def of(cls, calibration: Calibration, table: ForecastTable) -> OnlineCheck:
        """Raises `DataContractError` when the table lacks a watched series."""
        rows = table.series.rows_of(calibration.series)
        if (rows < 0).any():
            raise DataContractError("The thresholds of drift hold for series the model does not know.")
        return cls(calibration, table.cutoff, np.asarray(table.forecast[rows, :LONGEST_DAYS]))

    def check(
        self,
        dates: NDArray[np.datetime64],
        stores: Sequence[SeriesId],
        items: Sequence[SeriesId],
        sales: NDArray[np.floating],
        model_version: str | None,
    ) -> DriftSummary:
        """Check rows, one per series and day (the last one counts), in any order; NaN sales are left out.

        Rows of watched series on the 28 days after the cutoff are checked. Undecided where nothing was sold
        and the forecast is 0. Raises `DataContractError` with the number of rows needed if there are too few.
        """
        found = (self.calibration.series.find(*pair) for pair in zip(stores, items, strict=True))
        rows = np.array([-1 if row is None else row for row in found], np.int64)
        actual, n_left_out = self._to_matrix(dates, rows, sales)
        known = np.isfinite(actual)
        n_days = int(np.flatnonzero(known.any(axis=0))[-1]) + 1
        records = Records(known[:, :n_days], self.calibration.recorded)
        new = [length for length in LENGTHS_DAYS if length <= n_days]
        lengths = records.usable_lengths(new)
        if not lengths:
            raise self._not_checkable(records)
        last, forecast = self.cutoff + np.timedelta64(n_days, "D"), self.forecast[:, :n_days]
        end, actual = int(last.astype(np.int64)), actual[:, :n_days]
        windows = {days: Windows.of(actual[:, -days:], forecast[:, -days:], end) for days in lengths}
        notes = not_recorded(records, self.calibration.series, last, max(lengths), "sent")
        if n_left_out:
            notes.append(
                f"{counted(n_left_out, 'row')} could not be checked: only known sales of watched series from "
                f"{self._days} are. For later days run python -m drift.check."
            )
        return summarise(self.calibration, windows, last, new, notes, model_version)

    def _to_matrix(
        self, dates: NDArray[np.datetime64], rows: Ints, sales: NDArray[np.floating]
    ) -> tuple[Sales, int]:
        """Sales by watched series and step, (n_watched, n_steps), and how many rows are left out."""
        steps = (np.asarray(dates, "datetime64[D]") - self.cutoff).astype(np.int64) - 1
        is_checked = (rows >= 0) & (steps >= 0) & (steps < self.forecast.shape[1]) & np.isfinite(sales)
        if is_checked.sum() < self._needed_rows:
            raise self._too_few(int(is_checked.sum()), len(rows))
        actual = np.full(self.forecast.shape, np.nan, np.float32)
        actual[rows[is_checked], steps[is_checked]] = np.maximum(sales[is_checked], 0)
        return actual, len(rows) - int(is_checked.sum())

    @property
    def _needed_rows(self) -> int:
        """A week of all watched series, or 300 rows."""
        return min(MOST_NEEDED_ROWS, WEEK_DAYS * len(self.calibration.series))

    @property
    def _days(self) -> str:
        """The days that can be checked."""
        return f"{self.cutoff + np.timedelta64(1, 'D')} to {self.cutoff + np.timedelta64(LONGEST_DAYS, 'D')}"

    def _too_few(self, n_checked: int, n_rows: int) -> DataContractError:
        return DataContractError(
            f"{counted(n_checked, 'row')} of {n_rows:,} can be checked, expected at least "
            f"{self._needed_rows} that cover {WEEK_DAYS} days in a row, of known series, from {self._days}.",
            hint="Send more days, or check a file with history: python -m drift.check --sales FILE.",
        )

    def _not_checkable(self, records: Records) -> DataContractError:
        n_known = int(records.known.sum())
        if records.known.shape[1] < WEEK_DAYS:
            return self._too_few(n_known, n_known)
        sent, usual = records.shares(WEEK_DAYS)
        return DataContractError(
            f"The last {WEEK_DAYS} days have too many gaps: {100 * sent:.0f} % of these series' days were "
            f"sent, {100 * usual:.0f} % are usually recorded.",
            hint="Send 0 where nothing was sold: what is not sent counts as unknown.",
        )

"""Charts of the hold-out, `reports/forecast_vs_actual.html`: one file without external resources."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import matplotlib
import numpy as np
from matplotlib.figure import Figure

from data.panel.sales_panel import SalesPanel
from models.evaluation.scores import SIZES, Array, size_classes, volumes
from models.forecaster.forecaster import Forecaster
from training.evaluation.backtest import earlier_bounds
from training.evaluation.leaderboard import LeaderboardEntry

SHOWN_HISTORY_DAYS = 91
SERIES_PER_SIZE = 2
STYLE: Any = {
    "date.converter": "concise",
    "svg.fonttype": "none",
    "svg.hashsalt": "storecast",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
}
ACTUAL, FORECAST, BAND = "#333333", "#c2410c", "#f59e0b"


@dataclass(frozen=True)
class HoldOut:
    """The newest fold: all sales, and the forecast made at its cutoff, (n_series, horizon_days)."""

    panel: SalesPanel
    cutoff: np.datetime64
    forecast: Array
    bounds: Array

    @classmethod
    def of(cls, forecaster: Forecaster, panel: SalesPanel) -> HoldOut | None:
        """The hold-out, with bounds as in the scorecard; None when the history is too short for a fold."""
        if not forecaster.folds:
            return None
        made, *_ = past = forecaster.past_forecasts()
        return cls(panel, forecaster.folds[0].cutoff, made.forecast, earlier_bounds(made, past))

    @property
    def shown(self) -> SalesPanel:
        """The 91 days before the cutoff and the days forecast."""
        first = max(self.panel.start, self.cutoff - np.timedelta64(SHOWN_HISTORY_DAYS - 1, "D"))
        return self.panel.window(first, self.cutoff + np.timedelta64(self.forecast.shape[1], "D"))

    def examples(self) -> list[tuple[str, int]]:
        """Size and row of a few series of each size, spread evenly over it."""
        history = self.panel.until(self.cutoff).sales
        sizes, by_volume = size_classes(history), np.argsort(volumes(history), kind="stable")
        found = []
        for size, name in enumerate(SIZES):
            rows = by_volume[sizes[by_volume] == size]
            places = (np.arange(SERIES_PER_SIZE) + 0.5) / SERIES_PER_SIZE * len(rows)
            found += [(name, int(row)) for row in rows[np.unique(places.astype(int))[: len(rows)]]]
        return found


def forecast_report(
    panel: SalesPanel, hold_out: HoldOut | None, table: Sequence[LeaderboardEntry], notes: Sequence[str]
) -> str:
    """The page: all sales together, some series of each size with their bands, and the leaderboard.

    `notes` say what could not be measured. Without a hold-out the page has notes only.
    """
    charts: list[Figure] = []
    if hold_out:  # the total first, then examples from low to high sellers
        examples = (series_chart(hold_out, size, row) for size, row in hold_out.examples())
        charts = [total_chart(hold_out), *examples]
    return page(
        Path(__file__).with_name("holdout_report.html"),
        panel=panel,
        hold_out=hold_out,
        horizon_days=hold_out.forecast.shape[1] if hold_out else None,
        charts=[svg(chart) for chart in charts],
        table=table,
        notes=notes,
        number=lambda value, digits: f"{value:,.{digits}f}" if np.isfinite(value) else "–",
    )


def page(template: Path, **values: Any) -> str:
    """A page from a template; values are escaped."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(template.read_text(encoding="utf-8")).render(values)


def total_chart(hold_out: HoldOut) -> Figure:
    """All series together. Without a band: a sum of bounds is not a bound of the sum."""
    shown = hold_out.shown.sales
    known = np.isfinite(shown)
    together = np.where(known.any(axis=0), np.nansum(shown, axis=0), np.nan)
    forecast = np.where(known[:, -hold_out.forecast.shape[1] :], hold_out.forecast, 0).sum(axis=0)
    return _chart(f"All {len(shown):,} series together, units a day", hold_out, together, forecast)


def series_chart(hold_out: HoldOut, size: str, row: int) -> Figure:
    """One series with its 80 and 95 % bands."""
    series = hold_out.panel.series
    title = f"Store {series.stores[row]}, item {series.items[row]} · {size} seller, units a day"
    sales = hold_out.shown.sales[row]
    return _chart(title, hold_out, sales, hold_out.forecast[row], hold_out.bounds[row])


def _chart(
    title: str, hold_out: HoldOut, sales: Array, forecast: Array, bounds: Array | None = None
) -> Figure:
    days = hold_out.shown.dates
    ahead = days[-len(forecast) :]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9, 2.6), layout="constrained")
        axes = figure.subplots()
        if bounds is not None:
            axes.fill_between(ahead, bounds[:, 2], bounds[:, 3], color=BAND, alpha=0.18, lw=0)
            axes.fill_between(ahead, bounds[:, 0], bounds[:, 1], color=BAND, alpha=0.32, lw=0)
        axes.plot(ahead, forecast, color=FORECAST, lw=2.2)
        axes.plot(days, sales, color=ACTUAL, lw=0.8, marker=".", ms=2.5)
        axes.axvline(hold_out.cutoff, color="#999999", lw=0.8, ls=":")  # type: ignore[arg-type]  # dates are fine
        axes.set_xlim(days[0], days[-1])  # the same axis for all, also for a series that starts late
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter("{x:,g}")
        axes.set_title(title)
    return figure


def svg(figure: Figure) -> str:
    """A figure as SVG markup."""
    text = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(text, format="svg", metadata={"Date": None})
    content = text.getvalue()
    return content[content.index("<svg") :]

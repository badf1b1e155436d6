"""The report of the demo, reports/demo.html: accuracy with and without the loop, each decision marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.evaluation.holdout_report import STYLE, page, svg

SHOCKS = {
    "level-shift": "everything sells 30 % more",
    "closed-store": "the first store sells nothing",
    "weekday-rotation": "each weekday sells what another weekday sold before",
    "item-mix": "best sellers and slow sellers swap their sales",
}
SERVED, ALARM = "#0f766e", "#b91c1c"
LINES = {  # of the chart, by the field of a week: label, color and width
    "first_forecasts": ("first forecasts, never updated", "#a8a29e", 1.6),
    "rolled_forward": ("rolled forward, never retrained", "#c2410c", 1.6),
    "served": ("with the loop", SERVED, 2.4),
    "possible": ("possible: the shock known for years", "#57534e", 1.0),
}


@dataclass
class Week:
    """One week: the error of its forecasts as WAPE in percent, and what the jobs decided."""

    number: int
    last_day: date
    first_forecasts: float  # of the first model, made before the first week
    rolled_forward: float  # of the first model, rolled forward every week
    served: float  # of the champion that was served
    drift: str = ""
    flagged: bool = False
    promoted: bool | None = None  # None: no retraining was due
    reasons: tuple[str, ...] = ()
    version: str = ""
    possible: float = 0.0  # with the shock from the first day on: nothing left to learn
    swap_seconds: float = 0.0  # from the promotion until it was served

    @property
    def outcome(self) -> str:
        """The decision of the week."""
        if self.promoted is None:
            return "flag cooling down" if self.flagged else "rolled forward"
        return "retrained, promoted" if self.promoted else "retrained, kept"


def demo_page(shocks: Sequence[str], shock_day: np.datetime64, weeks: Sequence[Week]) -> str:
    """The page as one file without external resources."""
    after = [week for week in weeks if np.datetime64(week.last_day) > shock_day]
    return page(
        Path(__file__).with_name("demo.html"),
        shock=" and ".join(SHOCKS[shock] for shock in shocks),
        shock_day=shock_day,
        weeks=weeks,
        after={name: float(np.mean(_errors(after, name))) for name in LINES},
        chart=svg(_chart(shock_day, weeks)),
    )


def _chart(shock_day: np.datetime64, weeks: Sequence[Week]) -> Figure:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        axes = figure.subplots()
        for name, (label, color, width) in LINES.items():
            axes.plot(_days(weeks), _errors(weeks, name), color=color, lw=width, label=label)
        alarms = [week for week in weeks if week.flagged]
        above = [error + 3 for error in _errors(alarms, "served")]
        axes.plot(_days(alarms), above, "v", color=ALARM, ms=7, label="drift found")
        for label, face in {"retrained, kept": "white", "retrained, promoted": SERVED}.items():
            marked = [week for week in weeks if week.outcome == label]
            errors = _errors(marked, "served")
            axes.plot(_days(marked), errors, "o", mfc=face, mec=SERVED, ms=8, label=label)
        axes.axvline(shock_day, color="#999999", lw=0.8, ls=":")  # type: ignore[arg-type]  # dates are fine
        axes.set_ylim(bottom=0)
        axes.set_title("Error of each week's forecasts: WAPE in %, by the last day of the week")
        axes.legend(frameon=False, fontsize=8, ncols=2)
    return figure


def _days(weeks: Sequence[Week]) -> NDArray[np.datetime64]:
    return np.array([week.last_day for week in weeks], "datetime64[D]")


def _errors(weeks: Sequence[Week], name: str) -> list[float]:
    return [getattr(week, name) for week in weeks]

"""Past weeks simulated with shocks: the forecasts of each model, computed once for all policies."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from data.dates.calendar_days import WEEK_DAYS
from data.panel.sales_panel import SalesPanel
from drift.calibration.shocks import SHOCKS
from drift.calibration.threshold_fit import fit_on, weeks_without_drift
from drift.detector.detector import TESTS, Detector
from drift.detector.expectations import FIRST_ORIGIN_DAYS, Forecast, Replay, forecast_from
from drift.detector.group_shifts import Groups
from drift.detector.windows import LENGTHS_DAYS
from drift.result.drift_kinds import kinds_of
from models.forecaster.fitting import fit_members
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.forecaster.member_selection import DEFAULT
from models.forecaster.recent_correction import RecentCorrection
from models.forecaster.roll_forward import roll_forward
from training.gate.decision_rule import DailyScorecard
from training.gate.head_to_head import score

FIRST_SHOCK_WEEK = 4
MIN_TRAINING_DAYS = FIRST_ORIGIN_DAYS + WEEK_DAYS  # before them no week has an expectation to compare with
PLANNED_KINDS = [name for name in SHOCKS if name != "all ×1.05"]  # which no detector finds within a month
T = TypeVar("T")


@dataclass(frozen=True)
class PlannedShock:
    """A change that begins with a week, counted from 0."""

    week: int
    name: str


@dataclass
class Costs:
    """Seconds of CPU by what they were spent for: every policy pays for what it asks, asked before or not."""

    seconds: dict[tuple[str, int, int], float] = field(default_factory=dict)

    def measured(self, key: tuple[str, int, int], work: Callable[[], T]) -> T:
        """Do the work and note its price."""
        started = time.process_time()
        done = work()
        self.seconds[key] = time.process_time() - started
        return done


@dataclass
class Simulation:
    """Weekly origins of a panel; a model is named by its origin, the number of days it was trained on."""

    panel: SalesPanel
    n_weeks: int
    params: ForecasterParams
    false_alarm_rate: float
    costs: Costs = field(default_factory=Costs)
    _models: dict[int, Forecaster] = field(default_factory=dict)
    _cards: dict[tuple[int, int, RecentCorrection | None], DailyScorecard] = field(default_factory=dict)
    _corrections: dict[tuple[int, int, RecentCorrection | None], RecentCorrection] = field(
        default_factory=dict
    )
    _expected: dict[int, Forecast] = field(default_factory=dict)
    _alarms: dict[int, Detector] = field(default_factory=dict)

    @property
    def origins(self) -> list[int]:
        """Days known at the start of each week."""
        first = self.panel.n_days - WEEK_DAYS * self.n_weeks
        return list(range(first, self.panel.n_days, WEEK_DAYS))

    def known(self, origin: int) -> SalesPanel:
        """What is known at an origin."""
        return SalesPanel(self.panel.sales[:, :origin], self.panel.start, self.panel.series)

    def model(self, origin: int) -> Forecaster:
        """Trained on all days before the origin: members alone, without folds and intervals."""
        if origin not in self._models:

            def fit() -> Forecaster:
                known = self.known(origin)
                members = fit_members(known, self.params.horizon_days, self.params.final_effort)
                return Forecaster(self.params, members, DEFAULT, None, ())

            self._models[origin] = self.costs.measured(("train", origin, origin), fit)
        return self._models[origin]

    def scorecard(self, trained: int, origin: int, start: RecentCorrection | None) -> DailyScorecard:
        """The week after an origin, forecast by a model trained then or earlier and rolled forward.

        It is read as `start` says unless the week before objects; None where no_correction looks at that.
        """
        key = (trained, origin, start)
        if key not in self._cards:
            model = self.model(trained)

            def forecast() -> DailyScorecard:
                known, ahead = self.known(origin), self.known(origin + WEEK_DAYS)
                rolled = roll_forward(model, known) if trained < origin else model
                if start:
                    rolled = rolled.with_recent_correction(known, start, trees_know_it=trained == origin)
                self._corrections[key] = rolled.recent_correction
                return score(rolled, known, ahead)

            self._cards[key] = self.costs.measured(("look" if start else "roll", trained, origin), forecast)
        return self._cards[key]

    def correction(self, trained: int, origin: int, start: RecentCorrection | None) -> RecentCorrection:
        """How a model was read for the week after an origin."""
        self.scorecard(trained, origin, start)
        return self._corrections[trained, origin, start]

    def detect_drift(self, trained: int, origin: int) -> tuple[str, ...] | None:
        """Kinds of drift that a model's alarm, calibrated at its training, finds in the days since, or None.

        It judges windows newer than the training, as `drift.check` does. Its further tests, of errors and
        features, are left out: each counts as drift only where it is beyond steady weeks, too.
        """
        lengths = [days for days in LENGTHS_DAYS if days <= origin - trained]
        if not lengths:
            return None
        alarm, past = self.alarm(trained), self._replay(origin)
        windows = {days: past.window(origin - 1, days) for days in lengths}
        judged = alarm.evaluate(windows, Groups.of(self.panel.series)).values()
        pairs = (pair for one in judged for pair in zip(TESTS, one.relative[0], strict=True))
        return kinds_of(name for name, value in pairs if value > 1) or None

    def alarm(self, trained: int) -> Detector:
        """Thresholds from the weeks before a training."""
        if trained not in self._alarms:
            past = self._replay(trained)
            weeks = weeks_without_drift(past.ends)

            def fit() -> Detector:
                return fit_on(past, Groups.of(self.panel.series), weeks, self.false_alarm_rate)

            self._alarms[trained] = self.costs.measured(("calibrate", trained, trained), fit)
        return self._alarms[trained]

    def _replay(self, origin: int) -> Replay:
        """Member O's forecasts of all weeks before an origin, on the weekly grid of the origins."""
        least = FIRST_ORIGIN_DAYS + (origin - FIRST_ORIGIN_DAYS) % WEEK_DAYS
        past = range(least, origin - WEEK_DAYS + 1, WEEK_DAYS)
        for week in past:
            if week not in self._expected:

                def forecast(week: int = week) -> Forecast:
                    return forecast_from(self.panel, week)

                self._expected[week] = self.costs.measured(("expect", week, week), forecast)
        return Replay(self.known(origin), {week: self._expected[week] for week in past})


def weeks_needed(n_shocks: int) -> int:
    """The fewest weeks into which so many shocks can be planned."""
    return FIRST_SHOCK_WEEK + 2 * n_shocks


def plan_shocks(n_shocks: int, n_weeks: int, seed: int) -> list[PlannedShock]:
    """Shocks of different kinds, one in each equal part of the weeks after the first four."""
    rng = np.random.default_rng(seed)
    kinds = rng.permutation(PLANNED_KINDS)
    part = (n_weeks - FIRST_SHOCK_WEEK) // max(n_shocks, 1)
    weeks = [FIRST_SHOCK_WEEK + part * k + int(rng.integers(part // 2)) for k in range(n_shocks)]
    return [PlannedShock(week, str(kind)) for week, kind in zip(weeks, kinds, strict=False)]


def shocked(
    panel: SalesPanel, shocks: list[PlannedShock], n_weeks: int, lasting_weeks: int, seed: int
) -> SalesPanel:
    """The panel as it would have been; shocks last so many weeks, or for good when that is 0."""
    rng, groups = np.random.default_rng(seed), Groups.of(panel.series)
    sales = panel.sales.astype(np.float64)
    for shock in shocks:
        first = panel.n_days - WEEK_DAYS * (n_weeks - shock.week)
        last = first + WEEK_DAYS * lasting_weeks if lasting_weeks else panel.n_days
        sales[:, first:last] = SHOCKS[shock.name](sales[:, first:last], groups, rng)
    return SalesPanel(np.round(sales).astype(np.float32), panel.start, panel.series)

"""Three retraining policies over the same weeks. All of them roll forward every week."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from data.dates.calendar_days import WEEK_DAYS
from data.jobs.progress import progress
from models.forecaster.recent_correction import NO_CORRECTION, RecentCorrection
from tests.benchmarks.policy_replay.simulation import PlannedShock, Simulation
from training.gate.correction_policy import DefaultCorrections, default_correction, default_corrections
from training.gate.decision_rule import decide
from training.gate.job_context import RetrainParams
from training.gate.retrain_schedule import is_adapting, next_attempt
from training.registry.decision_log import Decision

AFTER_WEEKS = 8
MONTH_WEEKS = 4


@dataclass(frozen=True)
class ReplacedModel:
    """The model that served before a promotion, and what the default of its recent correction."""

    model: int
    start: RecentCorrection | None


@dataclass
class PolicyRun:
    """What a policy did: the model that served each week and how, and the weeks of trainings and alarms."""

    served: list[int] = field(default_factory=list)
    start: list[RecentCorrection | None] = field(default_factory=list)  # None: none is selected
    trained: list[int] = field(default_factory=list)
    promoted: dict[int, ReplacedModel] = field(default_factory=dict)  # by week
    alarms: list[int] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)  # weeks in which an alarm opened an episode
    costs: set[tuple[str, int, int]] = field(default_factory=set)


Policy = Callable[[Simulation, RetrainParams], PolicyRun]


def never(simulation: Simulation, params: RetrainParams) -> PolicyRun:
    """Train once."""
    first, *_ = simulation.origins
    return _add_costs(
        PolicyRun(served=[first] * simulation.n_weeks, start=[None] * simulation.n_weeks, trained=[0]),
        simulation,
    )


def weekly(simulation: Simulation, params: RetrainParams) -> PolicyRun:
    """Train every week, and serve that."""
    no_correction, weeks = [None] * simulation.n_weeks, list(range(simulation.n_weeks))
    return _add_costs(
        PolicyRun(served=list(simulation.origins), start=[*no_correction], trained=weeks), simulation
    )


def loop(simulation: Simulation, params: RetrainParams) -> PolicyRun:
    """Train when the alarm says so or an attempt is due, and serve what passes the gate."""
    run, decisions = PolicyRun(trained=[0]), list[Decision]()
    champion, correction = simulation.origins[0], NO_CORRECTION
    for week, origin in enumerate(progress(simulation.origins, "Storecast's loop")):
        flagged = simulation.detect_drift(champion, origin)
        if flagged is not None:
            run.alarms.append(week)
        today = simulation.known(origin).end.astype(object)
        attempt = next_attempt(decisions, flagged, correction.follows_breaks, today, params.pace)
        corrections = default_corrections(correction, is_adapting(decisions, today, params.pace), attempt)
        is_better = False
        if attempt:
            is_better = _passes_gate(simulation, champion, corrections, origin, run, params)
            run.trained.append(week)
            run.opened += [week] if attempt == 1 else []
            decisions.append(_decision(is_better, str(origin), today, attempt, flagged or ()))
        start = default_correction(correction, is_adapting(decisions, today, params.pace))
        if is_better:
            run.promoted[week] = ReplacedModel(champion, start)
            champion, start = origin, corrections.challenger
        run.served.append(champion)
        run.start.append(start)
        correction = simulation.correction(champion, origin, start)
    for trained in set(run.served):
        simulation.alarm(trained)
        run.costs.add(("calibrate", trained, trained))
    run.costs |= {key for key in simulation.costs.seconds if key[0] == "expect"}
    return _add_costs(run, simulation)


def _passes_gate(
    simulation: Simulation,
    champion: int,
    corrections: DefaultCorrections,
    origin: int,
    run: PolicyRun,
    params: RetrainParams,
) -> bool:
    """What the gate says of the week before an origin, which neither side knows."""
    before = origin - WEEK_DAYS
    cards = (
        simulation.scorecard(champion, before, corrections.champion),
        simulation.scorecard(before, before, corrections.challenger),
    )
    how = "look" if corrections.champion else "roll"
    run.costs |= {("train", before, before), (how, champion, before), ("look", before, before)}
    return decide(*cards, params.gate).promote


def _decision(is_better: bool, version: str, today: object, attempt: int, kinds: tuple[str, ...]) -> Decision:
    what = "promoted" if is_better else "kept"
    facts = {"cutoff": today, "attempt": attempt, "kinds": kinds}
    return Decision.now(what, version, None, [], scorecards={}, **facts)


def _add_costs(run: PolicyRun, simulation: Simulation) -> PolicyRun:
    """Add what serving costs, with the trainings."""
    for week, origin in enumerate(progress(simulation.origins, "Forecasts")):
        simulation.scorecard(run.served[week], origin, run.start[week])
        run.costs.add(("look" if run.start[week] else "roll", run.served[week], origin))
    for week in run.trained:
        origin = simulation.origins[week]
        simulation.model(origin)
        run.costs.add(("train", origin, origin))
    return run


def wape(simulation: Simulation, run: PolicyRun, weeks: Sequence[int]) -> float | None:
    """Error over sales of the weeks, in percent; None where nothing was sold."""
    cards = [
        simulation.scorecard(run.served[week], simulation.origins[week], run.start[week]) for week in weeks
    ]
    sold = float(sum(card.sold.sum() for card in cards))
    return 100 * float(sum(card.error.sum() for card in cards)) / sold if sold > 0 else None


def weeks_after(shocks: Sequence[PlannedShock], n_weeks: int) -> list[int]:
    """The eight weeks from each shock on."""
    return sorted(
        {week for shock in shocks for week in range(shock.week, min(shock.week + AFTER_WEEKS, n_weeks))}
    )


def worst_promotion(simulation: Simulation, run: PolicyRun) -> float | None:
    """How much worse than its predecessor a promoted model was over four weeks, percent; None without one."""
    worse = []
    for week, replaced in run.promoted.items():
        error = _error_over_four_weeks(simulation, week, simulation.origins[week], run.start[week])
        before = _error_over_four_weeks(simulation, week, replaced.model, replaced.start)
        if before > 0 or error == 0:
            worse.append(100 * (error / before - 1) if before > 0 else 0.0)
    return max(worse, default=None)


def _error_over_four_weeks(
    simulation: Simulation, week: int, model: int, start: RecentCorrection | None
) -> float:
    """Error of a model over four weeks, in units, with the corrections it selects."""
    error = 0.0
    for origin in simulation.origins[week : week + MONTH_WEEKS]:
        error += float(simulation.scorecard(model, origin, start).error.sum())
        start = default_correction(simulation.correction(model, origin, start), adapting=True)
    return error


def detections(run: PolicyRun, shocks: Sequence[PlannedShock]) -> list[int | None]:
    """Days from each shock to the first alarm within eight weeks; None where there was none.

    An alarm at the start of a week has seen the weeks before it.
    """
    found = []
    for shock in shocks:
        weeks = [week for week in run.alarms if shock.week < week <= shock.week + AFTER_WEEKS]
        found.append((weeks[0] - shock.week) * WEEK_DAYS if weeks else None)
    return found


def false_alarms(run: PolicyRun, shocks: Sequence[PlannedShock]) -> list[int]:
    """Weeks in which an episode began before the first shock, or over eight weeks after the newest."""
    excused = {week for shock in shocks for week in range(shock.week + 1, shock.week + AFTER_WEEKS + 1)}
    return [week for week in run.opened if week not in excused]

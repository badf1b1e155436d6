"""Three ways to keep a model fresh, lived through the same weeks; all of them roll forward every week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from data.progress import progress
from models.forecaster.recent_correction import USUAL, Lately
from tests.benchmarks.policy_replay.world import WEEK_DAYS, PlannedShock, World
from training.gate.correction_policy import Looks, looks_at, looks_from
from training.gate.decision_rule import decide
from training.gate.params import RetrainParams
from training.gate.retrain_schedule import is_learning, next_attempt
from training.registry.decision_log import Decision

AFTER_WEEKS = 8
MONTH_WEEKS = 4


@dataclass(frozen=True)
class Replaced:
    """The model that served before a promotion, and what a look at it would have started from."""

    model: int
    start: Lately | None


@dataclass
class Life:
    """What a policy did: the model that served each week and how, and the weeks of trainings and alarms."""

    served: list[int] = field(default_factory=list)
    start: list[Lately | None] = field(default_factory=list)  # of a look, None where nobody looked
    trained: list[int] = field(default_factory=list)
    promoted: dict[int, Replaced] = field(default_factory=dict)  # by week
    alarms: list[int] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)  # weeks in which an alarm opened an episode
    costs: set[tuple[str, int, int]] = field(default_factory=set)


Policy = Callable[[World, RetrainParams], Life]


def never(world: World, params: RetrainParams) -> Life:
    """Train once."""
    first, *_ = world.origins
    return _priced(Life(served=[first] * world.n_weeks, start=[None] * world.n_weeks, trained=[0]), world)


def weekly(world: World, params: RetrainParams) -> Life:
    """Train every week, and serve that."""
    nobody, weeks = [None] * world.n_weeks, list(range(world.n_weeks))
    return _priced(Life(served=list(world.origins), start=[*nobody], trained=weeks), world)


def loop(world: World, params: RetrainParams) -> Life:
    """Train when the alarm says so or an attempt is due, and serve what passes the gate."""
    life, decisions = Life(trained=[0]), list[Decision]()
    champion, reading = world.origins[0], USUAL
    for week, origin in enumerate(progress(world.origins, "Storecast's loop")):
        flagged = world.drifted(champion, origin)
        if flagged is not None:
            life.alarms.append(week)
        today = world.known(origin).end.astype(object)
        attempt = next_attempt(decisions, flagged, reading.follows_breaks, today, params.pace)
        looks = looks_at(reading, is_learning(decisions, today, params.pace), attempt)
        is_better = False
        if attempt:
            is_better = _contest(world, champion, looks, origin, life, params)
            life.trained.append(week)
            life.opened += [week] if attempt == 1 else []
            decisions.append(_decision(is_better, str(origin), today, attempt, flagged or ()))
        start = looks_from(reading, is_learning(decisions, today, params.pace))
        if is_better:
            life.promoted[week] = Replaced(champion, start)
            champion, start = origin, looks.challenger
        life.served.append(champion)
        life.start.append(start)
        reading = world.reading(champion, origin, start)
    for trained in set(life.served):
        world.alarm(trained)
        life.costs.add(("calibrate", trained, trained))
    life.costs |= {key for key in world.costs.seconds if key[0] == "expect"}
    return _priced(life, world)


def _contest(
    world: World, champion: int, looks: Looks, origin: int, life: Life, params: RetrainParams
) -> bool:
    """What the gate says of the week before an origin, which neither side knows."""
    before = origin - WEEK_DAYS
    cards = (
        world.scorecard(champion, before, looks.champion),
        world.scorecard(before, before, looks.challenger),
    )
    how = "look" if looks.champion else "roll"
    life.costs |= {("train", before, before), (how, champion, before), ("look", before, before)}
    return decide(*cards, params.gate).promote


def _decision(is_better: bool, version: str, today: object, attempt: int, kinds: tuple[str, ...]) -> Decision:
    what = "promoted" if is_better else "kept"
    facts = {"cutoff": today, "attempt": attempt, "kinds": kinds}
    return Decision.now(what, version, None, [], scorecards={}, **facts)


def _priced(life: Life, world: World) -> Life:
    """Add what serving costs, with the trainings."""
    for week, origin in enumerate(progress(world.origins, "Forecasts")):
        world.scorecard(life.served[week], origin, life.start[week])
        life.costs.add(("look" if life.start[week] else "roll", life.served[week], origin))
    for week in life.trained:
        origin = world.origins[week]
        world.model(origin)
        life.costs.add(("train", origin, origin))
    return life


def wape(world: World, life: Life, weeks: Sequence[int]) -> float:
    """Error over sales of the weeks, in percent."""
    cards = [world.scorecard(life.served[week], world.origins[week], life.start[week]) for week in weeks]
    return 100 * float(sum(card.error.sum() for card in cards) / sum(card.sold.sum() for card in cards))


def weeks_after(shocks: Sequence[PlannedShock], n_weeks: int) -> list[int]:
    """The eight weeks from each shock on."""
    return sorted(
        {week for shock in shocks for week in range(shock.week, min(shock.week + AFTER_WEEKS, n_weeks))}
    )


def worst_promotion(world: World, life: Life) -> float:
    """How much worse than its predecessor a promoted model was over four weeks, percent; NaN without one."""
    worse = []
    for week, replaced in life.promoted.items():
        error = _month_of(world, week, world.origins[week], life.start[week])
        worse.append(100 * (error / _month_of(world, week, replaced.model, replaced.start) - 1))
    return float(max(worse, default=np.nan))


def _month_of(world: World, week: int, model: int, start: Lately | None) -> float:
    """Error of a model over four weeks, in units, read as its looks would have it."""
    error = 0.0
    for origin in world.origins[week : week + MONTH_WEEKS]:
        error += float(world.scorecard(model, origin, start).error.sum())
        start = looks_from(world.reading(model, origin, start), learning=True)
    return error


def detections(life: Life, shocks: Sequence[PlannedShock]) -> list[int | None]:
    """Days from each shock to the first alarm within eight weeks; None where there was none.

    An alarm at the start of a week has seen the weeks before it.
    """
    found = []
    for shock in shocks:
        weeks = [week for week in life.alarms if shock.week < week <= shock.week + AFTER_WEEKS]
        found.append((weeks[0] - shock.week) * WEEK_DAYS if weeks else None)
    return found


def false_alarms(life: Life, shocks: Sequence[PlannedShock]) -> list[int]:
    """Weeks in which an episode began before the first shock, or over eight weeks after the newest."""
    excused = {week for shock in shocks for week in range(shock.week + 1, shock.week + AFTER_WEEKS + 1)}
    return [week for week in life.opened if week not in excused]

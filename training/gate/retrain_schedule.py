"""When a retraining is attempted: at a flag, two weeks later, and once the drift has settled.

    flag ─▸ attempt 1 ─ 14 days ─▸ attempt 2 ─ 56 days ─▸ attempt 3 ─ cool-down
                     └─ 56 days where only sales levels changed and the champion follows them ─┘

Waits are counted in days of sales. The gate decides on each attempt.
"""

from collections.abc import Collection, Sequence
from datetime import date
from math import inf
from typing import Self

from pydantic import Field, model_validator

from data.params import Params
from drift.result.drift_kinds import SALES_LEVEL_KINDS, SYMPTOMS
from training.registry.decision_log import Decision

AT_FLAG, AFTER_FIRST_WAIT, AFTER_SETTLING = 1, 2, 3  # attempts of an episode


class RetrainScheduleParams(Params):
    """Waits in days of sales, not of the clock, so that the schedule depends on the sales only."""

    first_wait_days: int = Field(default=14, ge=1)
    """From attempt 1 to 2: its challenger is trained on the week before the one it is scored on."""
    settled_days: int = Field(default=56, ge=1)
    """From there to the last attempt, which is trained on eight weeks after the change."""
    cool_down_days: int = Field(default=112, ge=0)
    """From an attempt on, at least `settled_days`. During this time forecasts adapt to the drift: they follow
    level breaks, and drift of the same kinds requests no new attempt. Another kind does."""

    @model_validator(mode="after")
    def _last_attempt_comes(self) -> Self:
        if self.cool_down_days < self.settled_days:
            raise ValueError("cool_down_days has to be at least settled_days, or attempt 3 is never made")
        return self


def next_attempt(
    decisions: Sequence[Decision],
    flagged: Collection[str] | None,
    follows: bool,
    today: date,
    params: RetrainScheduleParams,
) -> int | None:
    """The attempt that is due on sales up to `today`, 1 to 3; None when none is.

    `flagged` are the kinds of drift of a flag, None without one; `follows` says whether the champion follows
    level breaks. A flag starts an episode. Until its cool-down is over only drift of another kind starts the
    next one.
    """
    attempts = _attempts(decisions)
    if not attempts or (waited := _waited(attempts[-1], today)) > params.cool_down_days:
        return None if flagged is None else AT_FLAG
    last = attempts[-1]
    if last.attempt != AFTER_SETTLING and waited >= params.settled_days:
        return AFTER_SETTLING
    is_answered = follows and bool(last.kinds) and SALES_LEVEL_KINDS.issuperset(last.kinds)
    if last.attempt == AT_FLAG and last.decision == "kept" and not is_answered:
        return AFTER_FIRST_WAIT if waited >= params.first_wait_days else None
    new_kinds = {*(flagged or ())} - SYMPTOMS - _attempted_kinds(attempts, today, params)
    return AT_FLAG if new_kinds and waited >= params.first_wait_days else None


def is_adapting(decisions: Sequence[Decision], today: date, params: RetrainScheduleParams) -> bool:
    """Whether forecasts adapt to a drift on `today`: from its first attempt to the end of the cool-down."""
    attempts = _attempts(decisions)
    return bool(attempts) and _waited(attempts[-1], today) <= params.cool_down_days


def _attempts(decisions: Sequence[Decision]) -> list[Decision]:
    """The attempts since the last training by hand or roll-back; earlier ones no longer count."""
    attempts: list[Decision] = []
    for decision in decisions:
        if decision.attempt is not None:
            attempts.append(decision)
        elif decision.decision in ("promoted", "rolled back"):
            attempts = []
    return attempts


def _attempted_kinds(attempts: Sequence[Decision], today: date, params: RetrainScheduleParams) -> set[str]:
    """Kinds of drift of the episodes in their cool-down."""
    attempted: set[str] = set()
    episode: set[str] = set()
    for entry in attempts:
        episode = {*entry.kinds} if entry.attempt == AT_FLAG else {*episode, *entry.kinds}
        attempted |= episode if _waited(entry, today) <= params.cool_down_days else set()
    return attempted


def _waited(attempt: Decision, today: date) -> float:
    """Days of sales since an attempt."""
    return (today - attempt.cutoff).days if attempt.cutoff else inf

"""When a retraining is tried: at a flag, once its drift could be learnt, and once it has settled.

    flag ─▸ attempt 1 ─ 14 days ─▸ attempt 2 ─ 56 days ─▸ attempt 3 ─ cool-down
                     └─ 56 days where levels moved, which are followed: no tree is in a hurry ─┘

Waits are counted in days of sales. The gate decides on each attempt.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Self

from pydantic import Field, model_validator

from data.params import Params
from drift.result.drift_kinds import SALES_LEVEL_KINDS, SYMPTOMS
from training.registry.decision_log import Decision

AT_FLAG, LEARNABLE, SETTLED = 1, 2, 3  # attempts of an episode


class PaceParams(Params):
    """In days of sales, not of the clock: what is done depends on the sales alone."""

    first_wait_days: int = Field(default=14, ge=1)
    """From the first attempt to the second: its challenger knows the week before the one it is scored on."""
    settled_days: int = Field(default=56, ge=1)
    """From there to the last attempt, which has eight weeks of the changed world to learn from."""
    cool_down_days: int = Field(default=112, ge=0)
    """From an attempt on, at least `settled_days`. So long a drift counts as being learnt: levels that broke
    are followed, and drift of the kinds that were tried asks for nothing new. Another kind is news."""

    @model_validator(mode="after")
    def _last_attempt_comes(self) -> Self:
        if self.cool_down_days < self.settled_days:
            raise ValueError("cool_down_days has to be at least settled_days, or no last attempt would come")
        return self


def next_attempt(
    decisions: Sequence[Decision],
    flagged: Collection[str] | None,
    follows: bool,
    today: date,
    params: PaceParams,
) -> int | None:
    """The attempt that is due on sales up to `today`, 1 to 3; None when none is.

    `flagged` are the kinds of drift of a flag, None without one; `follows` whether the champion follows
    levels that broke. A flag opens an episode. After it only another kind of drift opens the next before the
    cool-down is over.
    """
    last = _last_attempt(decisions)
    if last is None or last.cutoff is None or not _is_recent(last, today, params):
        return None if flagged is None else AT_FLAG
    waited = (today - last.cutoff).days
    if last.attempt != SETTLED and waited >= params.settled_days:
        return SETTLED
    is_answered = follows and bool(last.kinds) and SALES_LEVEL_KINDS.issuperset(last.kinds)
    if last.attempt == AT_FLAG and last.decision == "kept" and not is_answered:
        return LEARNABLE if waited >= params.first_wait_days else None
    is_news = flagged is not None and not set(flagged) <= _tried(decisions, today, params) | SYMPTOMS
    return AT_FLAG if is_news and waited >= params.first_wait_days else None


def is_learning(decisions: Sequence[Decision], today: date, params: PaceParams) -> bool:
    """Whether a drift is being learnt on sales up to `today`: from its first attempt until it cooled down."""
    last = _last_attempt(decisions)
    return last is not None and _is_recent(last, today, params)


def _tried(decisions: Sequence[Decision], today: date, params: PaceParams) -> set[str]:
    """Kinds of drift of the episodes that are cooling down since their last attempt."""
    tried: set[str] = set()
    episode: set[str] = set()
    for decision in decisions:
        if _ends_all(decision):
            tried = set()
        elif decision.attempt:
            episode = {*decision.kinds} if decision.attempt == 1 else {*episode, *decision.kinds}
            tried |= episode if _is_recent(decision, today, params) else set()
    return tried


def _is_recent(decision: Decision, today: date, params: PaceParams) -> bool:
    return decision.cutoff is not None and (today - decision.cutoff).days <= params.cool_down_days


def _last_attempt(decisions: Sequence[Decision]) -> Decision | None:
    """The newest attempt of an episode that no training by hand and no roll-back has ended."""
    for decision in reversed(decisions):
        if _ends_all(decision):
            return None
        if decision.attempt is not None:
            return decision
    return None


def _ends_all(decision: Decision) -> bool:
    """Whether it is a training by hand or a roll-back, after which what was tried before says nothing."""
    return decision.attempt is None and decision.decision in ("promoted", "rolled back")

"""When a retraining is tried: at a flag, then again while the world is still being learnt, then not for long.

A shock of this week cannot be learnt yet, next week it can, and in a month better: an episode is a few
attempts with growing waits, counted in days of sales. The gate decides on each.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from pydantic import Field

from data.params import Params
from drift.kinds import SYMPTOMS
from training.decisions import Decision


class PaceParams(Params):
    """In days of sales, not of the clock: what is done depends on the sales alone."""

    attempts: int = Field(default=3, ge=1)
    """Trainings an episode may cost."""
    first_wait_days: int = Field(default=7, ge=1)
    """From the first attempt to the second; each wait is twice the one before."""
    cool_down_days: int = Field(default=112, ge=0)
    """From an attempt on, for the kinds of drift it was made for: what was tried is left in peace, while
    levels are followed from day to day. Drift of another kind is news."""


def next_attempt(
    decisions: Sequence[Decision], flagged: Collection[str] | None, today: date, params: PaceParams
) -> int | None:
    """The number of the attempt that is due on sales up to `today`, counted from 1; None when none is.

    `flagged` are the kinds of drift of a flag, None without one. A flag opens an episode. It ends with its
    last attempt, or with one that knew of the shock, as all but the first do, and could not better the
    champion. Then only another kind of drift opens the next before the cool-down is over.
    """
    last = _last_attempt(decisions)
    if last is None or last.attempt is None or last.cutoff is None:
        return None if flagged is None else 1
    waited = (today - last.cutoff).days
    if not _is_over(last, last.attempt, params):
        return last.attempt + 1 if waited >= _wait_days(last, last.attempt, params) else None
    is_news = flagged is not None and not set(flagged) <= _tried(decisions, today, params) | SYMPTOMS
    return 1 if is_news and waited >= _wait_days(last, 1, params) else None


def is_learning(decisions: Sequence[Decision], today: date, params: PaceParams) -> bool:
    """Whether a drift is being learnt on sales up to `today`: from its first attempt until it cooled down."""
    last = _last_attempt(decisions)
    return last is not None and _is_recent(last, today, params)


def _tried(decisions: Sequence[Decision], today: date, params: PaceParams) -> set[str]:
    """Kinds of drift of the episodes that are cooling down since their last attempt."""
    tried: set[str] = set()
    episode: set[str] = set()
    for decision in decisions:
        if decision.attempt:
            episode = {*decision.kinds} if decision.attempt == 1 else {*episode, *decision.kinds}
            tried |= episode if _is_recent(decision, today, params) else set()
    return tried


def _is_recent(decision: Decision, today: date, params: PaceParams) -> bool:
    return decision.cutoff is not None and (today - decision.cutoff).days <= params.cool_down_days


def _is_over(last: Decision, attempt: int, params: PaceParams) -> bool:
    return attempt >= params.attempts or (attempt > 1 and last.decision == "kept")


def _wait_days(last: Decision, attempt: int, params: PaceParams) -> int:
    """Days from an attempt to the next; within a week of a promotion the gate has nothing to compare."""
    days: int = params.first_wait_days * 2 ** (attempt - 1)
    return max(days, 2 * params.first_wait_days) if last.decision == "promoted" else days


def _last_attempt(decisions: Sequence[Decision]) -> Decision | None:
    """The newest attempt of an episode that no training by hand and no roll-back has ended."""
    for decision in reversed(decisions):
        if decision.attempt is not None:
            return decision
        if decision.decision in ("promoted", "rolled back"):
            return None
    return None

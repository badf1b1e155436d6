"""When a retraining is tried: at a flag, then again while the world is still being learnt, then not for long.

A shock of this week cannot be learnt yet, next week it can, and in a month better: an episode is a few
attempts with growing waits, counted in days of sales. The gate decides on each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import Field

from data.params import Params
from training.decisions import Decision


class PaceParams(Params):
    """In days of sales, not of the clock: what is done depends on the sales alone."""

    attempts: int = Field(default=4, ge=1)
    """Trainings an episode may cost."""
    first_wait_days: int = Field(default=7, ge=1)
    """From the first attempt to the second; each wait is twice the one before."""
    cool_down_days: int = Field(default=56, ge=0)
    """After the last attempt, if that kept the champion: what all of them did not cure is left in peace."""


def next_attempt(
    decisions: Sequence[Decision], is_flagged: bool, today: date, params: PaceParams
) -> int | None:
    """The number of the attempt that is due on sales up to `today`, counted from 1; None when none is.

    A flag opens an episode, and after a promotion a new one: thresholds were learnt anew with it. Within a
    week of a promotion the gate could only compare the champion with itself.
    """
    last = _last_attempt(decisions)
    if last is None or last.attempt is None or last.cutoff is None:
        return 1 if is_flagged else None
    waited, is_new = (today - last.cutoff).days, last.decision == "promoted"
    least = 2 * params.first_wait_days if is_new else params.first_wait_days
    if last.attempt < params.attempts and waited >= max(
        params.first_wait_days * 2 ** (last.attempt - 1), least
    ):
        return last.attempt + 1
    if last.attempt == params.attempts and waited > params.cool_down_days:
        is_new = True
    return 1 if is_flagged and is_new and waited >= least else None


def _last_attempt(decisions: Sequence[Decision]) -> Decision | None:
    """The newest attempt of an episode that no training by hand and no roll-back has ended."""
    for decision in reversed(decisions):
        if decision.attempt is not None:
            return decision
        if decision.decision in ("promoted", "rolled back"):
            return None
    return None

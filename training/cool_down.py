"""How long a flag waits after a retraining, so that a drift which no training cures does not loop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import Field

from data.params import Params
from training.decisions import Decision


class CoolDownParams(Params):
    """In days of sales, not of the clock: what is decided depends on the sales alone."""

    first_days: int = Field(default=7, ge=0)
    """After the first time. A shock of this week cannot be learnt yet; next week it can."""
    longest_days: int = Field(default=56, ge=0)
    """Doubled each further time in a row, up to this."""


def cooling_until(decisions: Sequence[Decision], params: CoolDownParams) -> date | None:
    """The last day of sales on which a flag is not acted on; None where the champion was not just kept."""
    kept = 0
    for decision in reversed(decisions):
        if decision.decision in ("promoted", "rolled back"):
            break
        kept += decision.decision == "kept"
    newest = max((one.cutoff for one in decisions if one.decision == "kept" and one.cutoff), default=None)
    if not kept or newest is None:
        return None
    days = min(params.first_days * 2 ** (kept - 1), params.longest_days)
    return newest + timedelta(days=days - 1)

"""`reports/gate.json`: what the gate decided on a challenger, so that an interrupted run can be finished."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from data.atomic_files import atomic_write_text
from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from data.params import Paths
from models.champion import Champion
from models.forecaster.forecaster import Forecaster
from models.storage.bento_store import ChampionRecord
from training.gate.correction_policy import Looks
from training.gate.decision_rule import GateParams, decide
from training.gate.head_to_head import contest
from training.registry.promotion import keep, promote


class Judgement(BaseModel):
    """The decision on a pair of versions, in words, with the scorecards it was taken on.

    `attempt` and `kinds` are those of the drift that was to be learnt, see `Decision`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    challenger: str
    champion: str | None
    promote: bool
    reasons: tuple[str, ...]
    scorecards: dict[str, Any] | None = None
    attempt: int | None = None
    kinds: tuple[str, ...] = ()

    def write(self, paths: Paths) -> None:
        """Keep it, in place of the one before."""
        atomic_write_text(paths.gate, self.model_dump_json(indent=2) + "\n")

    def carry_out(self, folder: Path, challenger: ChampionRecord, paths: Paths) -> None:
        """Promote the challenger in `folder` or keep the champion, and log it; finishes what was cut off."""
        if self.promote:
            promote(folder, self.reasons, paths, self.scorecards, self.attempt, self.kinds)
        else:
            keep(challenger, self.reasons, paths, self.scorecards or {}, self.attempt, self.kinds)


def read_judgement(paths: Paths) -> Judgement | None:
    """The newest one; None where there is none or the file is something else."""
    try:
        return Judgement.model_validate_json(paths.gate.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def earlier_judgement(
    challenger: ChampionRecord, champion: ChampionRecord | None, paths: Paths
) -> Judgement | None:
    """What was decided on this pair before; None where it was not, or the champion is another one now."""
    judgement, now = read_judgement(paths), champion.version if champion else None
    if judgement is None or judgement.challenger != challenger.version:
        return None
    return judgement if now in (judgement.champion, judgement.challenger) else None


def judge(
    challenger: ChampionRecord,
    champion: Champion | None,
    panel: SalesPanel,
    params: GateParams,
    looks: Looks,
    paths: Paths,
) -> Judgement:
    """Hold the contest, or say why there can be none."""
    decided = partial(
        Judgement, challenger=challenger.version, champion=champion.record.version if champion else None
    )
    if champion is None:
        return decided(promote=True, reasons=("There was no champion.",))
    try:
        challenging = Forecaster.load(paths.challenger)
        cards = contest(champion, challenging, panel, params.days, looks)
    except DataContractError as error:
        return decided(promote=True, reasons=(f"The champion cannot forecast these sales: {error}",))
    decision = decide(*cards, params)
    scorecards = {"before": cards[0].to_json(), "challenger": cards[1].to_json()}
    return decided(promote=decision.promote, reasons=decision.reasons, scorecards=scorecards)

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
from models.storage.version_record import ChampionRecord
from training.gate.correction_policy import DefaultCorrections
from training.gate.decision_rule import GateParams, decide
from training.gate.head_to_head import compare_head_to_head
from training.registry.promotion import keep_champion, promote


class GateVerdict(BaseModel):
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

    def apply(self, folder: Path, challenger: ChampionRecord, paths: Paths) -> None:
        """Promote the challenger in `folder` or keep the champion, and log it; finishes what was cut off."""
        if self.promote:
            promote(folder, self.reasons, paths, self.scorecards, self.attempt, self.kinds)
        else:
            keep_champion(challenger, self.reasons, paths, self.scorecards or {}, self.attempt, self.kinds)


def read_verdict(paths: Paths) -> GateVerdict | None:
    """The newest one; None where there is none or the file is something else."""
    try:
        return GateVerdict.model_validate_json(paths.gate.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def earlier_verdict(
    challenger: ChampionRecord, champion: ChampionRecord | None, paths: Paths
) -> GateVerdict | None:
    """What was decided on this pair before; None where it was not, or the champion is another one now."""
    verdict, now = read_verdict(paths), champion.version if champion else None
    if verdict is None or verdict.challenger != challenger.version:
        return None
    return verdict if now in (verdict.champion, verdict.challenger) else None


def run_gate(
    challenger: ChampionRecord,
    champion: Champion | None,
    panel: SalesPanel,
    params: GateParams,
    corrections: DefaultCorrections,
    paths: Paths,
) -> GateVerdict:
    """Hold the contest, or say why there can be none."""
    decided = partial(
        GateVerdict, challenger=challenger.version, champion=champion.record.version if champion else None
    )
    if champion is None:
        return decided(promote=True, reasons=("There was no champion.",))
    try:
        challenger_model = Forecaster.load(paths.challenger)
        cards = compare_head_to_head(champion, challenger_model, panel, params.days, corrections)
    except DataContractError as error:
        return decided(promote=True, reasons=(f"The champion cannot forecast these sales: {error}",))
    decision = decide(*cards, params)
    scorecards = {"before": cards[0].to_json(), "challenger": cards[1].to_json()}
    return decided(promote=decision.promote, reasons=decision.reasons, scorecards=scorecards)

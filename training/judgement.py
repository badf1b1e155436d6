"""`reports/gate.json`: what the gate decided on a challenger, so that an interrupted run can be finished."""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from data.errors import DataContractError
from data.files import atomic_write_text
from data.panel import SalesPanel
from data.params import Paths
from models.champion import Champion
from models.forecaster import Forecaster
from models.store import ChampionRecord
from training.contest import Looks, contest
from training.gate import GateParams, decide


class Judgement(BaseModel):
    """The decision on a pair of versions, in words, with the scorecards it was taken on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    challenger: str
    champion: str | None
    promote: bool
    reasons: tuple[str, ...]
    scorecards: dict[str, Any] | None = None

    def write(self, paths: Paths) -> None:
        """Keep it, in place of the one before."""
        atomic_write_text(paths.gate, self.model_dump_json(indent=2) + "\n")


def earlier_judgement(
    challenger: ChampionRecord, champion: ChampionRecord | None, paths: Paths
) -> Judgement | None:
    """What was decided on this pair before; None where it was not, or the champion is another one now."""
    try:
        judgement = Judgement.model_validate_json(paths.gate.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    now = champion.version if champion else None
    is_of_pair = now in (judgement.champion, judgement.challenger)
    return judgement if is_of_pair and judgement.challenger == challenger.version else None


def judge(
    challenger: ChampionRecord,
    champion: Champion | None,
    panel: SalesPanel,
    params: GateParams,
    looks: Looks,
    paths: Paths,
) -> Judgement:
    """Hold the contest, or say why there can be none"""
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

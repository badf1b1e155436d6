"""The gate's verdict on a challenger, `reports/gate.json`, from which an interrupted run is finished."""

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
    """Whether a challenger replaces a champion, why, and the scorecards of both.

    `attempt` and `kinds` are those of the drift that led to the challenger, see `Decision`.
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
        """Replace the verdict in reports/gate.json."""
        atomic_write_text(paths.gate, self.model_dump_json(indent=2) + "\n")

    def apply(self, folder: Path, challenger: ChampionRecord, paths: Paths) -> None:
        """Promote the challenger in `folder` or keep the champion, and log it. Finishes an interruption.

        Raises `ChampionChangedError` when the champion is no longer the one that was compared.
        """
        facts = {"attempt": self.attempt, "kinds": self.kinds}
        if self.promote:
            promote(folder, self.reasons, paths, self.champion, scorecards=self.scorecards, **facts)
        else:
            cards = self.scorecards or {}
            keep_champion(challenger, self.reasons, paths, self.champion, scorecards=cards, **facts)


def read_verdict(paths: Paths) -> GateVerdict | None:
    """The newest verdict; None where there is none or the file is something else."""
    try:
        return GateVerdict.model_validate_json(paths.gate.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def earlier_verdict(
    challenger: ChampionRecord, champion: ChampionRecord | None, paths: Paths
) -> GateVerdict | None:
    """The verdict of an interrupted run on this challenger and this champion, or None."""
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
    folder: Path,
) -> GateVerdict:
    """Compare the challenger saved in `folder` with the champion on the newest days of a panel.

    Without a champion, or where it cannot forecast these sales, the challenger is promoted.
    """
    verdict = partial(
        GateVerdict, challenger=challenger.version, champion=champion.record.version if champion else None
    )
    if champion is None:
        return verdict(promote=True, reasons=("There was no champion.",))
    try:
        cards = compare_head_to_head(champion, Forecaster.load(folder), panel, params.days, corrections)
    except DataContractError as error:
        return verdict(promote=True, reasons=(f"The champion cannot forecast these sales: {error}",))
    decision = decide(*cards, params)
    scorecards = {"before": cards[0].to_json(), "challenger": cards[1].to_json()}
    return verdict(promote=decision.promote, reasons=decision.reasons, scorecards=scorecards)

"""The gate's verdict on a challenger, `reports/gate.json`, from which an interrupted run is finished."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from data.atomic_files import atomic_write_text
from data.params import Paths
from models.storage.version_record import ChampionRecord
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
        facts = {"attempt": self.attempt, "kinds": self.kinds, "scorecards": self.scorecards}
        if self.promote:
            promote(folder, self.reasons, paths, self.champion, **facts)
        else:
            keep_champion(challenger, self.reasons, paths, self.champion, **facts)


def earlier_verdict(
    challenger: ChampionRecord, champion: ChampionRecord | None, paths: Paths
) -> GateVerdict | None:
    """The verdict of an interrupted run on this challenger, which may be champion by now."""
    try:
        verdict = GateVerdict.model_validate_json(paths.gate.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    now = champion.version if champion else None
    is_same = verdict.challenger == challenger.version and now in (verdict.champion, verdict.challenger)
    return verdict if is_same else None

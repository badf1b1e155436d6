"""The log of decisions, `models/history.jsonl`: what was promoted, kept or rolled back, by whom and why."""

import getpass
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from data.atomic_files import atomic_write_text
from data.errors import ArtifactError
from models.evaluation.model_names import STORECAST
from models.storage.bounded_json import read_json

METRICS = "metrics.json"


class Decision(BaseModel):
    """One line of the log.

    `cutoff` is the last day of the sales it was taken on; `attempt` counts the retrainings of one drift,
    whose `kinds` are those of the flag; `restores` is the version whose files a roll-back restored.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: AwareDatetime
    decision: Literal["promoted", "kept", "rolled forward", "rolled back"]
    version: str
    cutoff: date | None = None
    attempt: int | None = None
    kinds: tuple[str, ...] = ()
    replaces: str | None
    restores: str | None = None
    by: str
    reasons: tuple[str, ...]
    scorecards: dict[str, Any]

    @classmethod
    def now(
        cls, decision: str, version: str, replaces: str | None, reasons: Sequence[str], **more: Any
    ) -> Self:
        """A decision taken at this moment by whoever runs the job."""
        try:
            by = os.environ.get("GITHUB_ACTOR") or getpass.getuser()
        except (KeyError, OSError):  # a container may run as a number that no name belongs to
            by = f"uid {os.getuid()}"
        facts = {"at": datetime.now(UTC), "decision": decision, "version": version, "replaces": replaces}
        return cls.model_validate({**facts, "by": by, "reasons": tuple(reasons), **more})


def read_decisions(path: Path) -> list[Decision]:
    """All decisions, oldest first; none where there is no log."""
    lines = path.read_bytes().splitlines() if path.exists() else []  # as text, names could hold line ends
    try:
        return [Decision.model_validate_json(line) for line in lines]
    except ValidationError as error:
        raise ArtifactError(
            f"{path} has a line that is no decision: {error}.", hint="Restore the file from git."
        ) from error


def append_decision(path: Path, decision: Decision) -> None:
    """Add one line; the file is replaced as a whole, so that it never ends in half a line."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    atomic_write_text(path, f"{before}{decision.model_dump_json()}\n")


def champion_lineage(decisions: Sequence[Decision]) -> list[str]:
    """The versions a roll-back can go back to, the present champion last.

    A roll-forward replaces the version it started from. A roll-back removes what it undid: after promoting A,
    B, C and rolling back once, the lineage is A, B' (B's files as a new version), and the next roll-back
    leads to A.
    """
    lineage: list[str] = []
    for decision in decisions:
        if decision.decision == "kept":
            continue
        replaced = decision.replaces if decision.decision == "rolled forward" else decision.restores
        if replaced in lineage:
            del lineage[lineage.index(replaced) :]
        lineage.append(decision.version)
    return lineage


def versions_in(decisions: Sequence[Decision], but: str | None = None) -> set[str]:
    """The versions that decisions were taken on, without those of the outcome `but`."""
    return {entry.version for entry in decisions if entry.decision != but}


def restored_version(version: str, decisions: Sequence[Decision]) -> str | None:
    """The champion whose files `version` restores, found by the hash at the end of both names.

    Of several with these files, the one that a roll-back leads to is preferred, then the newest. None where
    no champion has them.
    """
    champions = [entry.version for entry in decisions if entry.decision != "kept"]
    nearest_first = [*reversed(champion_lineage(decisions)[:-1]), *reversed(champions)]
    content = version.rpartition("-")[2]
    return next((one for one in nearest_first if one.rpartition("-")[2] == content), None)


def overall_scores(metrics: Path, model: str = STORECAST) -> dict[str, float | None] | None:
    """Scores of a model over all folds in a `metrics.json`; None when not measured or not in this clone."""
    models = read_json(metrics)["models"] if metrics.exists() else {}
    scores: dict[str, float | None] | None = models.get(model, {}).get("overall")
    return scores

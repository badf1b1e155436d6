"""The retraining flag, `reports/retrain.flag`: while it exists, a retraining is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from data.errors import ArtifactError
from data.files import atomic_write_text


class Flag(BaseModel):
    """Why a retraining is asked for, by which `kinds` of drift or by hand, since when, on which version."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reason: str
    time: AwareDatetime
    version: str | None
    kinds: tuple[str, ...] = ()
    by_hand: bool = False


def raise_flag(
    path: Path, reason: str, version: str | None, kinds: tuple[str, ...] = (), by_hand: bool = False
) -> Flag:
    """Ask for a retraining; a flag that is raised already stays as it is and is returned."""
    raised = read_flag(path)
    if raised is not None:
        return raised
    flag = Flag(reason=reason, time=datetime.now(UTC), version=version, kinds=kinds, by_hand=by_hand)
    atomic_write_text(path, flag.model_dump_json(indent=2) + "\n")
    return flag


def read_flag(path: Path) -> Flag | None:
    """The flag that is raised, None where none is; `ArtifactError` when the file is no flag."""
    try:
        return Flag.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise ArtifactError(
            f"{path} is not a retraining flag: {error.errors()[0]['msg']}.",
            hint="Delete it, and ask again with `make drift` or `make retrain FORCE=1`.",
        ) from error


def clear_flag(path: Path) -> None:
    """Take the flag down, if it is up."""
    path.unlink(missing_ok=True)

"""The retraining flag, `reports/retrain.flag`: while it exists, a retraining is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from data.atomic_files import atomic_write_text
from data.errors import ArtifactError


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
    """Ask for a retraining, or add news to the flag that is raised already, and return it.

    A raised flag keeps its time, its version and whether it is by hand. Kinds of drift that it does not name
    are added with their reason; the same drift again, or a request by hand, leaves it as it is.
    """
    raised = read_flag(path)
    if raised is None:
        flag = Flag(reason=reason, time=datetime.now(UTC), version=version, kinds=kinds, by_hand=by_hand)
    elif news := tuple(kind for kind in kinds if kind not in raised.kinds):
        both = {"reason": f"{raised.reason} {reason}", "kinds": (*raised.kinds, *news)}
        flag = raised.model_copy(update=both)
    else:
        return raised
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

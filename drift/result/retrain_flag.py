"""The retraining flag, `reports/retrain.flag`: while it exists, a retraining is requested.

Whatever reads the flag, decides and replaces it holds one lock over all three steps, so that a check and a
retraining that run at the same time lose nothing of each other.
"""

from datetime import UTC, datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from data.atomic_files import atomic_write_text
from data.errors import ArtifactError

LOCK_SECONDS = 30  # the lock is held for milliseconds


class Flag(BaseModel):
    """Why a retraining is requested, for which `kinds` of drift or by hand, since when, on which version."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reason: str
    time: AwareDatetime
    version: str | None
    kinds: tuple[str, ...] = ()
    by_hand: bool = False


def raise_flag(
    path: Path, reason: str, version: str | None, kinds: tuple[str, ...] = (), by_hand: bool = False
) -> Flag:
    """Request a retraining, or extend the flag that is raised already, and return it.

    A raised flag keeps its time, its version and whether it is by hand. Kinds of drift that it does not name
    are added with their reason; the same drift again, or a request by hand, leaves it as it is.
    """
    with _locked(path):
        raised = read_flag(path)
        if raised is None:
            flag = Flag(reason=reason, time=datetime.now(UTC), version=version, kinds=kinds, by_hand=by_hand)
        elif new_kinds := tuple(kind for kind in kinds if kind not in raised.kinds):
            both = {"reason": f"{raised.reason} {reason}", "kinds": (*raised.kinds, *new_kinds)}
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


def clear_flag(path: Path, handled: Flag) -> bool:
    """Remove the flag once a retraining has `handled` it; False when it was extended since and stays."""
    with _locked(path):
        if read_flag(path) not in (None, handled):
            return False
        path.unlink(missing_ok=True)
        return True


def _locked(path: Path) -> BaseFileLock:
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_name(f".{path.name}.lock"), timeout=LOCK_SECONDS)

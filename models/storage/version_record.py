"""The record of a version: what it is, and the digest of each of its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, NonNegativeInt, StringConstraints, ValidationError

from data.atomic_files import atomic_write_text, md5_of, sha256_of
from data.errors import ArtifactError, NoChampionError
from models.storage.bounded_json import read_bounded

RECORD = "champion.json"
PICKLE = "model.pkl"
MAX_RECORD_BYTES = 2**20
KEPT_DAYS = 1_120  # of history, three years and four weeks: no level, lag or drift window reaches further

Version = Annotated[str, StringConstraints(pattern=r"^\d{8}T\d{6}-[0-9a-f]{6}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Kind = Literal["trained", "rolled forward", "rolled back"]


class FileDigest(BaseModel):
    """What a file must be: sha256 to trust it, md5 because DVC's remotes name files by it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    md5: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    bytes: NonNegativeInt


class ChampionRecord(BaseModel):
    """One saved model, as `champion.json` names it; the two hashes say what it was trained on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Version
    kind: Kind
    cutoff: date
    created_at: AwareDatetime
    data_hash: str
    params_hash: str
    files: Mapping[FileName, FileDigest]

    @property
    def served(self) -> dict[str, FileDigest]:
        """The files serving needs: all but the pickle, which is kept for people and never loaded here."""
        return {name: digest for name, digest in self.files.items() if name != PICKLE}

    def as_new_version(self, now: datetime, kind: Kind) -> ChampionRecord:
        """The same files as a version made at another time."""
        return self.model_copy(
            update={"kind": kind, "created_at": now, "version": new_version(now, self.files)}
        )

    def write(self, path: Path) -> None:
        """Write the record, atomically."""
        atomic_write_text(path, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> ChampionRecord:
        """Read a record; `NoChampionError` when there is none, `ArtifactError` when it is not one."""
        try:
            return cls.model_validate_json(read_bounded(path, MAX_RECORD_BYTES))
        except FileNotFoundError as error:
            raise NoChampionError(
                f"There is no champion: {path} does not exist.", hint="Run `make train`."
            ) from error
        except ValidationError as error:
            raise ArtifactError(
                f"{path} is not a champion record: {error.errors()[0]['msg']} at {error.errors()[0]['loc']}.",
                hint="Restore it from git.",
            ) from error


def digests_of(folder: Path) -> dict[str, FileDigest]:
    """Digest of every file of a version folder but the record itself, by name."""
    files = sorted(path for path in folder.iterdir() if path.name != RECORD)
    return {
        path.name: FileDigest(sha256=sha256_of(path), md5=md5_of(path), bytes=path.stat().st_size)
        for path in files
    }


def new_version(now: datetime, files: Mapping[str, FileDigest]) -> str:
    """`YYYYMMDDTHHMMSS-xxxxxx`: the time in UTC and 6 hex digits of the files' content."""
    content = json.dumps({name: digest.sha256 for name, digest in sorted(files.items())})
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{sha256(content.encode()).hexdigest()[:6]}"


def verify(folder: Path, record: ChampionRecord, prefixes: tuple[str, ...] = ("",)) -> None:
    """Check every served file, or those of some prefixes; `ArtifactError` names one missing or changed."""
    for name, digest in record.served.items():
        path = folder / name
        if not name.startswith(prefixes):
            continue
        if not path.is_file():
            fault = "is missing"
        elif path.stat().st_size != digest.bytes or sha256_of(path) != digest.sha256:
            fault = "is not the file that was saved (its sha256 differs)"
        else:
            continue
        raise ArtifactError(
            f"{name} of version {record.version} {fault} ({folder}).",
            hint="Restore the version with `dvc pull`, or train again.",
        )

"""Where models are kept: the record that names a version and its files, and their copy in the BentoML store.

Nothing here is ever unpickled. The BentoML store breaks under two writers, so every write to it holds a lock.
"""

from __future__ import annotations

import json
import lzma
import os
import shutil
import tarfile
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from filelock import FileLock
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    NonNegativeInt,
    StringConstraints,
    ValidationError,
)

from data.atomic_files import atomic_write_text, md5_of, sha256_of
from data.errors import ArtifactError, NoChampionError

NAME = "storecast"
RECORD = "champion.json"
PICKLE = "model.pkl"
LOCK_SECONDS = 600


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

    def made_anew(self, now: datetime, kind: Kind) -> ChampionRecord:
        """The same files as a version of another time."""
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
            return cls.model_validate_json(path.read_bytes())
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


def verify(folder: Path, record: ChampionRecord) -> None:
    """Check every served file; `ArtifactError` names the first that is missing or differs."""
    for name, digest in record.served.items():
        path = folder / name
        if not path.is_file():
            raise _damaged(path, record, "is missing")
        if path.stat().st_size != digest.bytes or sha256_of(path) != digest.sha256:
            raise _damaged(path, record, "is not the file that was saved (its sha256 differs)")


def import_to_bento(folder: Path, record: ChampionRecord) -> str:
    """Copy a version into the BentoML store, verified, as `storecast:latest`; a second time is harmless.

    Returns its tag, `storecast:<version>` in lower case.
    """
    verify(folder, record)
    version = record.version.lower()
    with _store_lock():
        if not _is_stored(version, record):
            _create(version, folder, record)
        # BentoML takes the newest creation time for the latest, which a clock set back makes wrong
        atomic_write_text(_store() / NAME / "latest", version)
    return f"{NAME}:{version}"


def forget(versions: Iterable[str]) -> None:
    """Remove versions from the BentoML store; what is not there, and the latest, is left alone."""
    with _store_lock():
        latest = _store() / NAME / "latest"
        served = latest.read_text(encoding="utf-8").strip() if latest.exists() else ""
        for version in {version.lower() for version in versions} - {served}:
            shutil.rmtree(_store() / NAME / version, ignore_errors=True)


def bento_champion() -> Path:
    """The folder of `storecast:latest` in the BentoML store; `NoChampionError` when there is none."""
    models = _store() / NAME
    try:
        folder = models / (models / "latest").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        folder = models
    if not (folder / RECORD).is_file():
        raise NoChampionError(
            f"The BentoML store {models.parent} has no {NAME}:latest.",
            hint="Run `make train`, which imports the champion.",
        )
    return folder


def export_from_bento(path: Path) -> Path:
    """Write `storecast:latest` as one `.bentomodel` file; returns its path."""
    return Path(_bentoml().models.export_model(f"{NAME}:{bento_champion().name}", str(path)))


def import_from_file(path: Path) -> str:
    """Take a `.bentomodel` file into the store; a damaged one raises `ArtifactError` and leaves nothing."""
    bentoml = _bentoml()
    with _store_lock():
        try:
            model = bentoml.models.import_model(str(path))
        except (
            OSError,
            EOFError,
            tarfile.TarError,
            lzma.LZMAError,
            bentoml.exceptions.BentoMLException,
        ) as error:
            raise ArtifactError(f"{path} is not a model that can be imported: {error}.") from error
        try:
            folder = Path(model.path)
            verify(folder, ChampionRecord.read(folder / RECORD))
        except (ArtifactError, NoChampionError):
            bentoml.models.delete(model.tag)
            raise
    return str(model.tag)


def _is_stored(version: str, record: ChampionRecord) -> bool:
    """Whether the store has this version whole; what interrupted imports left behind is removed."""
    models = _store() / NAME
    for folder in models.iterdir() if models.exists() else ():
        is_half = not (folder / "model.yaml").is_file() or folder.name == version
        if folder.is_dir() and is_half and not (folder / RECORD).is_file():
            shutil.rmtree(folder)
    try:
        verify(models / version, record)
    except ArtifactError:
        shutil.rmtree(models / version, ignore_errors=True)
    return (models / version).exists()


def _create(version: str, folder: Path, record: ChampionRecord) -> None:
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    digests = {name: digest.sha256 for name, digest in record.served.items()}
    labels = {"kind": record.kind, "cutoff": str(record.cutoff), "data": record.data_hash[:12]}
    metadata = _without_none({**card, "version": record.version, "sha256": digests})
    with _bentoml().models.create(f"{NAME}:{version}", labels=labels, metadata=metadata) as model:
        for name in record.served:
            shutil.copy(folder / name, model.path)
    stored = _store() / NAME / version
    stored.chmod(0o755)  # BentoML leaves 0700, which another user of an image cannot read
    record.write(stored / RECORD)  # last: a folder without it is half an import


def _without_none(value: Any) -> Any:
    """BentoML refuses None anywhere in metadata."""
    if isinstance(value, dict):
        return {name: _without_none(part) for name, part in value.items() if part is not None}
    return value


def _bentoml() -> Any:
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")  # saving a model would otherwise call home
    import bentoml

    return bentoml


def _store() -> Path:
    """Where BentoML keeps models: from the environment, as BentoML reads it, without importing it."""
    home = os.environ.get("BENTOML_HOME", str(Path.home() / "bentoml"))
    return Path(os.path.expandvars(home), "models")


def _store_lock() -> FileLock:
    _store().mkdir(parents=True, exist_ok=True)
    return FileLock(_store() / f".{NAME}.lock", timeout=LOCK_SECONDS)


def _damaged(path: Path, record: ChampionRecord, what: str) -> ArtifactError:
    return ArtifactError(
        f"{path.name} of version {record.version} {what} ({path.parent}).",
        hint="Restore the version with `dvc pull`, or train again.",
    )

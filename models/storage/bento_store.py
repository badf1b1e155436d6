"""The BentoML store: an import of the champion, from which the service is built and served.

Nothing here is ever unpickled. The BentoML store breaks under two writers, so every write to it holds a lock.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from filelock import FileLock

from data.atomic_files import atomic_write_text
from data.errors import ArtifactError, NoChampionError
from models.storage.bounded_json import read_json
from models.storage.version_record import RECORD, ChampionRecord, verify

NAME = "storecast"
LOCK_SECONDS = 600


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


def delete_imports(versions: Iterable[str]) -> None:
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


def _is_stored(version: str, record: ChampionRecord) -> bool:
    """Whether the store has this version whole; what interrupted imports left behind is removed."""
    models = _store() / NAME
    for folder in models.iterdir() if models.exists() else ():
        is_half = not (folder / "model.yaml").is_file() or folder.name == version
        if folder.is_dir() and is_half and not (folder / RECORD).is_file():
            shutil.rmtree(folder)
    latest = models / "latest"
    if latest.exists() and not (models / latest.read_text(encoding="utf-8").strip() / "model.yaml").is_file():
        latest.unlink()  # empty after a kill, or of a deleted version: BentoML would fail on it
    try:
        verify(models / version, record)
    except ArtifactError:
        shutil.rmtree(models / version, ignore_errors=True)
    return (models / version).exists()


def _create(version: str, folder: Path, record: ChampionRecord) -> None:
    card = read_json(folder / "card.json")
    digests = {name: digest.sha256 for name, digest in record.served.items()}
    labels = {"kind": record.kind, "cutoff": str(record.cutoff), "data": record.data_hash[:12]}
    metadata = _without_none({**card, "version": record.version, "sha256": digests})
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")  # saving a model would otherwise call home
    import bentoml

    with bentoml.models.create(f"{NAME}:{version}", labels=labels, metadata=metadata) as model:
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


def _store() -> Path:
    """Where BentoML keeps models: from the environment, as BentoML reads it, without importing it."""
    home = os.environ.get("BENTOML_HOME", str(Path.home() / "bentoml"))
    return Path(os.path.expandvars(home), "models")


def _store_lock() -> FileLock:
    _store().mkdir(parents=True, exist_ok=True)
    return FileLock(_store() / f".{NAME}.lock", timeout=LOCK_SECONDS)

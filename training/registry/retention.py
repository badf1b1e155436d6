"""How long versions are kept: enough to roll back to, no more than a disk can hold."""

from __future__ import annotations

import shutil

from pydantic import Field

from data.params import Params, Paths, load_params
from models.storage.bento_store import delete_imports
from models.storage.version_record import RECORD
from training.registry.decision_log import champion_lineage, read_decisions
from training.registry.promotion import UNFINISHED, champion_record, registry_lock


class RetentionParams(Params):
    """Section `retention` of params.yaml: what is kept beside the champion."""

    champions: int = Field(default=5, ge=1)
    """The newest champions that a roll-back leads to, the present one included."""
    others: int = Field(default=7, ge=0)
    """The newest of the rest: what was rolled forward or back since."""


def delete_old_versions(paths: Paths) -> list[str]:
    """Remove older versions from `models/versions` and from BentoML's store; returns what was removed."""
    params = load_params("retention", RetentionParams, paths.params)
    with registry_lock(paths):
        champion = champion_record(paths)
        line = champion_lineage(read_decisions(paths.history_jsonl))
        kept = {*line[-params.champions :], *([champion.version] if champion else [])}
        others = sorted(_known(paths) - kept)
        removed = others[: max(len(others) - params.others, 0)]
        for version in removed:
            _remove(version, paths)
        delete_imports(removed)
    return removed


def _known(paths: Paths) -> set[str]:
    """Versions that are here, and those that only DVC's pointer to a remote tells of."""
    here = {path.parent.name for path in paths.versions.glob(f"*/{RECORD}")}
    return here | {path.stem for path in paths.versions.glob("*.dvc")}


def _remove(version: str, paths: Paths) -> None:
    """Pointer first: DVC is never told of a version that is gone."""
    (paths.versions / f"{version}.dvc").unlink(missing_ok=True)
    folder = paths.versions / version
    if folder.exists():
        shutil.rmtree(folder.rename(paths.versions / f"{UNFINISHED}{version}"))

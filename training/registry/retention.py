"""How long versions are kept: enough to roll back to, no more than a disk can hold."""

import shutil

from pydantic import Field

from data.params import Params, Paths, load_params
from models.storage.bento_store import delete_imports
from models.storage.version_record import RECORD
from training.registry.decision_log import champion_lineage, read_decisions
from training.registry.locks import registry_lock
from training.registry.promotion import UNFINISHED, champion_record, delete_unfinished


class RetentionParams(Params):
    """Section `retention` of params.yaml: what is kept beside the champion."""

    champions: int = Field(default=5, ge=1)
    """The newest champions that a roll-back leads to, the present one included."""
    others: int = Field(default=7, ge=0)
    """The newest of the rest: versions rolled forward or rolled back since."""


def delete_old_versions(paths: Paths) -> list[str]:
    """Delete older versions from BentoML's store and from `models/versions`; return the deleted ones.

    `models/versions` comes last, because it says what is left to delete after an interruption.
    """
    params = load_params("retention", RetentionParams, paths.params)
    with registry_lock(paths):
        delete_unfinished(paths)
        champion = champion_record(paths)
        lineage = champion_lineage(read_decisions(paths.history_jsonl))
        kept = {*lineage[-params.champions :], *([champion.version] if champion else [])}
        known = {path.parent.name for path in paths.versions.glob(f"*/{RECORD}")}
        known |= {path.stem for path in paths.versions.glob("*.dvc")}  # some are on DVC's remote only
        others = sorted(known - kept)
        deleted = others[: max(len(others) - params.others, 0)]
        if deleted:
            delete_imports(deleted)
        for version in deleted:
            (paths.versions / f"{version}.dvc").unlink(missing_ok=True)  # first: DVC must not miss the folder
            folder = paths.versions / version
            if folder.exists():
                shutil.rmtree(folder.rename(paths.versions / f"{UNFINISHED}{version}"))
    return deleted

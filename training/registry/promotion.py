"""The champion: promote a version, roll back to one, keep one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock

from data.atomic_files import atomic_path
from data.errors import ArtifactError, NoChampionError
from data.params import Paths
from models.storage.bento_store import import_to_bento
from models.storage.version_record import PICKLE, RECORD, ChampionRecord, verify
from training.registry.decision_log import (
    METRICS,
    Decision,
    append_decision,
    champion_lineage,
    read_decisions,
    restored_version,
    scores_of,
)
from training.registry.version_list import read_version

LOCK_SECONDS = 600
UNFINISHED = ".unfinished-"  # versions half copied or half removed; the next promotion clears them away


def champion_record(paths: Paths) -> ChampionRecord | None:
    """What `champion.json` says; None when nothing was promoted yet."""
    try:
        return ChampionRecord.read(paths.champion_json)
    except NoChampionError:
        return None


def promote(
    folder: Path,
    reasons: Sequence[str],
    paths: Paths,
    scorecards: Mapping[str, Any] | None = None,
    attempt: int | None = None,
    kinds: tuple[str, ...] = (),
) -> ChampionRecord:
    """Make a saved version the champion: what is served, `model.pkl`, `metrics.json`, the BentoML latest.

    The log keeps the `scorecards` it was decided on, those of the two trainings unless told, and `attempt`
    and `kinds` of the drift that was to be learnt.
    A promotion that is cut off anywhere leaves the last champion or the new one, whole; promoting the same
    folder again finishes it, and a roll-back as one. What is older than the champion becomes a new version,
    or services would pass it over. Raises `ArtifactError` for damaged files and for a champion of the past.
    """
    with registry_lock(paths):
        record = ChampionRecord.read(folder / RECORD)
        champion = _log_interrupted_promotion(paths, record.version)
        log = read_decisions(paths.history_jsonl)
        was_champion = record.version in {entry.version for entry in log if entry.decision != "kept"}
        if was_champion and record.version != champion_lineage(log)[-1]:
            raise ArtifactError(
                f"Version {record.version} has been champion before.",
                hint=f"Roll back to it: `python -m training.registry rollback {record.version}`.",
            )
        if champion and not was_champion and record.created_at < champion.created_at:
            record = record.as_new_version(_later_than(champion), record.kind)
        _publish(folder, record, paths)
        if not was_champion:
            _log_champion(paths, record, reasons, scorecards=scorecards, attempt=attempt, kinds=kinds)
    return record


def rollback(paths: Paths, version: str | None = None, now: datetime | None = None) -> ChampionRecord:
    """Bring back the files of an earlier champion (the one before the present, unless told) as a new version.

    Raises `NoChampionError` when there is none to go back to.
    """
    with registry_lock(paths):
        champion = _log_interrupted_promotion(paths)
        line = champion_lineage(read_decisions(paths.history_jsonl))
        if version is None and len(line) < 2:
            raise NoChampionError("There is no champion before the present one to roll back to.")
        restores = version or line[-2]
        record = read_version(restores, paths).as_new_version(now or _later_than(champion), "rolled back")
        _publish(paths.versions / restores, record, paths)
        _log(paths, "rolled back", record, [f"Rolled back to {restores}."], restores=restores)
    return record


def _later_than(champion: ChampionRecord | None) -> datetime:
    """Now; a second after the champion where a clock was set back: services take what is newer."""
    now = datetime.now(UTC)
    return max(now, champion.created_at + timedelta(seconds=1)) if champion else now


def _publish(folder: Path, record: ChampionRecord, paths: Paths) -> None:
    """Copy a version to its place, then what people look at, then the one truth, then what follows."""
    home = paths.versions / record.version
    if not home.exists():
        _copy_whole(folder, home, record)
    verify(home, record)
    for name, place in ((PICKLE, paths.model_pkl), (METRICS, paths.metrics_json)):
        with atomic_path(place) as unfinished:
            shutil.copyfile(home / name, unfinished)
    record.write(paths.champion_json)
    import_to_bento(home, record)


def _copy_whole(folder: Path, home: Path, record: ChampionRecord) -> None:
    """Copy under another name first: a folder in `versions` is whole or not there."""
    home.parent.mkdir(parents=True, exist_ok=True)
    for abandoned in home.parent.glob(f"{UNFINISHED}*"):
        shutil.rmtree(abandoned)
    unfinished = home.parent / f"{UNFINISHED}{record.version}"
    unfinished.mkdir()
    for name in record.files:
        shutil.copyfile(folder / name, unfinished / name)
    record.write(unfinished / RECORD)
    unfinished.rename(home)


def keep_champion(
    challenger: ChampionRecord,
    reasons: Sequence[str],
    paths: Paths,
    scorecards: Mapping[str, Any],
    attempt: int | None = None,
    kinds: tuple[str, ...] = (),
) -> None:
    """Log that the champion stays and the challenger does not replace it; once for each challenger."""
    with registry_lock(paths):
        if challenger.version not in {entry.version for entry in read_decisions(paths.history_jsonl)}:
            _log(paths, "kept", challenger, reasons, scorecards=scorecards, attempt=attempt, kinds=kinds)


def _log_interrupted_promotion(paths: Paths, version: str | None = None) -> ChampionRecord | None:
    """Log a champion that was cut off before its line, or the log would miss it; returns the champion.

    The promotion of `version` logs itself; without one it is a roll-back, which tries one cut off again.
    """
    try:
        champion = champion_record(paths)
    except ArtifactError:  # damaged: what is promoted now mends that
        return None
    logged = {entry.version for entry in read_decisions(paths.history_jsonl)}
    if (
        champion
        and champion.version not in {version, *logged}
        and (version or champion.kind != "rolled back")
    ):
        _log_champion(paths, champion, ["Finished after an interruption."])
    return champion


def _log_champion(paths: Paths, record: ChampionRecord, reasons: Sequence[str], **facts: Any) -> None:
    """Log a new champion by its kind; one that was rolled back comes here only when that was cut off."""
    is_back = record.kind == "rolled back"
    restores = restored_version(record.version, read_decisions(paths.history_jsonl)) if is_back else None
    reasons = [f"Rolled back to {restores}.", *reasons] if restores else reasons
    what = "promoted" if record.kind == "trained" else record.kind
    _log(paths, what, record, reasons, restores=restores, **facts)


def _log(
    paths: Paths,
    what: str,
    record: ChampionRecord,
    reasons: Sequence[str],
    scorecards: Mapping[str, Any] | None = None,
    **more: Any,
) -> None:
    line = champion_lineage(read_decisions(paths.history_jsonl))
    replaces = line[-1] if line else None
    if scorecards is None:
        scorecards = {"champion": scores_of(paths.versions / record.version)}
        if replaces:
            scorecards["before"] = scores_of(paths.versions / replaces)
    facts = {"cutoff": record.cutoff, "scorecards": scorecards, **more}
    append_decision(paths.history_jsonl, Decision.now(what, record.version, replaces, reasons, **facts))


def registry_lock(paths: Paths) -> FileLock:
    """The lock under which champion and versions change; one process at a time."""
    paths.models.mkdir(parents=True, exist_ok=True)
    return FileLock(paths.models / ".registry.lock", timeout=LOCK_SECONDS)


def use_local_bentoml_home(paths: Paths) -> None:
    """Keep BentoML's stores in this clone unless the environment says otherwise; before its first import."""
    os.environ.setdefault("BENTOML_HOME", str(paths.bentoml_home.resolve()))

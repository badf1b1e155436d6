"""The champion: promote a version, roll back to one, keep one.

A promotion writes in this order, so that a kill leaves the old champion or the new one, complete:

    versions/<version> ─▸ champion.json ─▸ model.pkl, metrics.json ─▸ BentoML store ─▸ history.jsonl

The line in history.jsonl comes last. A champion without a line is an interrupted promotion, and the next job
repeats all steps after champion.json.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from data.atomic_files import atomic_path, sha256_of
from data.errors import ArtifactError, NoChampionError, StorecastError
from data.params import Paths
from models.storage.bento_store import import_to_bento
from models.storage.version_record import PICKLE, RECORD, ChampionRecord, verify
from training.registry.decision_log import (
    METRICS,
    Decision,
    append_decision,
    champion_lineage,
    overall_scores,
    read_decisions,
    restored_version,
    versions_in,
)
from training.registry.locks import registry_lock

UNFINISHED = ".unfinished-"  # start of the name of a version half copied or half removed

Log = list[Decision]


class ChampionChangedError(StorecastError):
    """The champion is not the one that a decision was taken on."""


def champion_record(paths: Paths) -> ChampionRecord | None:
    """The content of `champion.json`; None when nothing was promoted yet."""
    try:
        return ChampionRecord.read(paths.champion_json)
    except NoChampionError:
        return None


def read_version(version: str, paths: Paths) -> ChampionRecord:
    """The record of a promoted version; `ArtifactError` when this clone does not have it."""
    path = paths.versions / version / RECORD
    if not path.exists():
        raise ArtifactError(
            f"Version {version} is not in {paths.versions}.",
            hint="`python -m training.registry list` shows those here; `make pull` fetches the rest.",
        )
    return ChampionRecord.read(path)


def promote(
    folder: Path, reasons: Sequence[str], paths: Paths, expected: str | None = None, **facts: Any
) -> ChampionRecord:
    """Make a saved version the champion: what is served, `model.pkl`, `metrics.json`, the BentoML latest.

    `facts` are `scorecards`, `attempt` and `kinds` of the `Decision`; without scorecards those of the two
    trainings are logged. Promoting the same folder again finishes an interrupted promotion. A version that is
    older than the champion becomes a new version, because services load only newer ones.

    Raises `ChampionChangedError` when the champion is not the `expected` version (None: any), `ArtifactError`
    for damaged files and for an earlier champion.
    """
    with registry_lock(paths):
        record = ChampionRecord.read(folder / RECORD)
        champion, log = _finish_interrupted(paths, record.version)
        _require_expected(champion, expected, record.version)
        was_champion = record.version in versions_in(log, but="kept")
        if was_champion and record.version != champion_lineage(log)[-1]:
            raise ArtifactError(
                f"Version {record.version} has been champion before.",
                hint=f"Roll back to it: `python -m training.registry rollback {record.version}`.",
            )
        if champion and not was_champion and record.created_at < champion.created_at:
            record = record.as_new_version(_later_than(champion), record.kind)
        _publish(folder, record, paths)
        if not was_champion:
            _log(paths, log, record, reasons, **facts)
    return record


def rollback(paths: Paths, version: str | None = None, now: datetime | None = None) -> ChampionRecord:
    """Bring back the files of an earlier champion, by default of the one before, as a new version.

    Raises `NoChampionError` when there is no earlier champion.
    """
    with registry_lock(paths):
        champion, log = _finish_interrupted(paths)
        lineage = champion_lineage(log)
        if version is None and len(lineage) < 2:
            raise NoChampionError("There is no champion before the present one to roll back to.")
        restores = version or lineage[-2]
        record = read_version(restores, paths).as_new_version(now or _later_than(champion), "rolled back")
        _publish(paths.versions / restores, record, paths)
        _log(paths, log, record, [], restores=restores)
    return record


def keep_champion(
    challenger: ChampionRecord, reasons: Sequence[str], paths: Paths, expected: str | None, **facts: Any
) -> None:
    """Log, once for each challenger, that it does not replace the champion; errors as in `promote`."""
    with registry_lock(paths):
        _require_expected(champion_record(paths), expected)
        log = read_decisions(paths.history_jsonl)
        if challenger.version not in versions_in(log):
            _log(paths, log, challenger, reasons, "kept", **facts)


def _require_expected(champion: ChampionRecord | None, expected: str | None, version: str = "") -> None:
    if champion and expected and champion.version not in (expected, version):
        raise ChampionChangedError(
            f"The champion changed from {expected} to {champion.version} while this job ran.",
            hint="Nothing was replaced. Run the job again.",
        )


def _later_than(champion: ChampionRecord | None) -> datetime:
    """Now, or a second after the champion where a clock was set back: services load what is newer."""
    now = datetime.now(UTC)
    return max(now, champion.created_at + timedelta(seconds=1)) if champion else now


def _publish(folder: Path, record: ChampionRecord, paths: Paths) -> None:
    """Write everything but the line in the log, in the order of the module's docstring."""
    home = paths.versions / record.version
    if not home.exists():
        delete_unfinished(paths)
        unfinished = paths.versions / f"{UNFINISHED}{record.version}"
        unfinished.mkdir(parents=True)
        for name in record.files:
            shutil.copyfile(folder / name, unfinished / name)
        record.write(unfinished / RECORD)
        unfinished.rename(home)  # complete or not there
    require_complete(home, record)
    record.write(paths.champion_json)
    for name, place in ((PICKLE, paths.model_pkl), (METRICS, paths.metrics_json)):
        with atomic_path(place) as temporary:
            shutil.copyfile(home / name, temporary)
    import_to_bento(home, record)


def delete_unfinished(paths: Paths) -> None:
    """Delete versions that an interrupted job half copied or half removed."""
    for abandoned in paths.versions.glob(f"{UNFINISHED}*"):
        shutil.rmtree(abandoned)


def require_complete(folder: Path, record: ChampionRecord) -> None:
    """Raise `ArtifactError` unless a version folder holds its record and every file, model.pkl included."""
    verify(folder, record)
    are_here = (folder / PICKLE).is_file() and (folder / RECORD).is_file()
    if not are_here or sha256_of(folder / PICKLE) != record.files[PICKLE].sha256:
        raise ArtifactError(
            f"{PICKLE} or {RECORD} of version {record.version} is missing or damaged ({folder}).",
            hint="`make restore` fetches it again.",
        )


def _finish_interrupted(paths: Paths, version: str | None = None) -> tuple[ChampionRecord | None, Log]:
    """Log a champion whose promotion ended before its line. Return the champion and the log.

    The promotion of `version` logs itself. Without a version this is a roll-back, which repeats an
    interrupted roll-back.
    """
    log = read_decisions(paths.history_jsonl)
    try:
        champion = champion_record(paths)
    except ArtifactError:  # damaged: this promotion replaces it
        return None, log
    is_logged = champion is None or champion.version in {version, *versions_in(log)}
    if champion and not is_logged and (version or champion.kind != "rolled back"):
        log = _log(paths, log, champion, ["Finished after an interruption."])
    return champion, log


def _log(
    paths: Paths,
    log: Log,
    record: ChampionRecord,
    reasons: Sequence[str],
    decision: str = "promoted",
    restores: str | None = None,
    scorecards: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Log:
    """Log a decision on a version, by default that it is champion now. Return the log with this line."""
    if record.kind != "trained":
        decision = record.kind
    if decision == "rolled back":
        restores = restores or restored_version(record.version, log)  # not known after an interruption
        reasons = [f"Rolled back to {restores}.", *reasons] if restores else reasons
    lineage = champion_lineage(log)
    replaces = lineage[-1] if lineage else None
    if scorecards is None:
        versions = {"champion": record.version} | ({"before": replaces} if replaces else {})
        scorecards = {key: overall_scores(paths.versions / one / METRICS) for key, one in versions.items()}
    facts = {"cutoff": record.cutoff, "restores": restores, "scorecards": scorecards, **facts}
    entry = Decision.now(decision, record.version, replaces, reasons, **facts)
    append_decision(paths.history_jsonl, entry)
    return [*log, entry]


def paths_of_clone() -> Paths:
    """The paths below the current directory, with BentoML's stores among them unless BENTOML_HOME is set.

    For the start of a job, because BentoML reads BENTOML_HOME when it is imported.
    """
    os.environ.setdefault("BENTOML_HOME", str(Paths().bentoml_home.resolve()))
    return Paths()

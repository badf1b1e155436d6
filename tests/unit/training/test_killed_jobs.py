"""A job killed before any change to the disk leaves a champion, and the same job run again finishes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.panel.frames import write_panel
from data.panel.sales_panel import SalesPanel
from data.params import Paths
from data.synthetic import SyntheticParams, synthetic_panel
from drift.result.retrain_flag import raise_flag, read_flag
from models.storage.bento_store import bento_champion
from models.storage.version_record import RECORD, ChampionRecord, verify
from training.gate.verdict import GateVerdict
from training.registry.decision_log import champion_lineage, read_decisions
from training.registry.promotion import promote
from training.registry.version_folder import params_hash
from training.train import Settings

MakeVersion = Callable[[str], ChampionRecord]
SCRIPT = Path(__file__).parent / "registry" / "kill_points.py"
SETTINGS = "data:\nsynthetic:\nforecaster:\ntrain:\ndrift:\nretrain:\nretention: {champions: 1, others: 0}\n"


def runs(job: str, clone: Paths, out: Path, stride: int = 1) -> list[tuple[Paths, Paths]]:
    """For each kill, in order, the clone as it was left and the clone after a second run."""
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(SCRIPT), job, str(clone.root), str(out), str(stride)]
    subprocess.run(command, check=True, env=environment)
    changes = sorted(int(folder.name) for folder in out.iterdir() if folder.name.isdigit())
    assert len(changes) > 5
    return [(Paths(out / f"{change}"), Paths(out / f"{change}-again")) for change in changes]


def champion_of(paths: Paths) -> ChampionRecord:
    record = ChampionRecord.read(paths.champion_json)
    verify(paths.versions / record.version, record)
    return record


def require_complete(paths: Paths) -> None:
    """Everything that follows from champion.json is of the champion."""
    record = champion_of(paths)
    home = paths.versions / record.version
    assert paths.model_pkl.read_bytes() == (home / "model.pkl").read_bytes()
    assert paths.metrics_json.read_bytes() == (home / "metrics.json").read_bytes()
    stored = paths.root / ".bentoml" / "models" / "storecast"
    assert (stored / "latest").read_text() == record.version.lower()
    assert (stored / record.version.lower() / RECORD).exists()
    assert champion_lineage(read_decisions(paths.history_jsonl))[-1] == record.version


def promote_with_store(paths: Paths) -> ChampionRecord:
    """Promote, and move the import from this process's BentoML store to that of the clone."""
    record = promote(paths.challenger, ["Better."], paths)
    imported, stored = bento_champion(), paths.root / ".bentoml" / "models" / "storecast"
    stored.mkdir(parents=True, exist_ok=True)
    (stored / "latest").write_text(imported.name)
    imported.rename(stored / imported.name)
    return record


@pytest.fixture
def two(paths: Paths, make_version: MakeVersion) -> list[ChampionRecord]:
    """Two champions, the older one first."""
    made = []
    for name in ("first", "second"):
        made.append(make_version(name))
        promote_with_store(paths)
    paths.params.write_text(SETTINGS)
    return made


def test_a_rollback(paths: Paths, two: list[ChampionRecord], tmp_path: Path) -> None:
    (paths.root / "restores").write_text(two[0].version)
    for killed, again in runs("rollback", paths, tmp_path / "out"):
        assert champion_of(killed).files in (two[0].files, two[1].files)
        assert champion_of(again).files == two[0].files
        require_complete(again)


def test_the_deletion_of_old_versions(paths: Paths, two: list[ChampionRecord], tmp_path: Path) -> None:
    for killed, again in runs("retention", paths, tmp_path / "out"):
        assert champion_of(killed) == two[1]
        assert {path.name for path in again.versions.iterdir() if path.name[0] != "."} == {two[1].version}
        stored = again.root / ".bentoml" / "models" / "storecast"
        assert {path.name for path in stored.iterdir() if path.is_dir()} == {two[1].version.lower()}
        require_complete(again)


@pytest.mark.parametrize("damage", ["missing", "half"])
def test_a_restore(damage: str, paths: Paths, two: list[ChampionRecord], tmp_path: Path) -> None:
    home = paths.versions / two[1].version
    shutil.copytree(home, paths.root / "away" / two[1].version)
    home.with_name(f"{home.name}.dvc").touch()
    if damage == "missing":
        shutil.rmtree(home)
    else:
        (home / "model.pkl").unlink()
        (home / "card.json").write_text("{")
    for _, again in runs("restore", paths, tmp_path / "out"):
        assert champion_of(again) == two[1]
        require_complete(again)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_retraining_from_verdict_to_flag(
    paths: Paths, two: list[ChampionRecord], make_version: MakeVersion, panel: SalesPanel, tmp_path: Path
) -> None:
    panel = SalesPanel(
        panel.sales, np.datetime64("2017-06-01"), panel.series
    )  # ends after the champion's cutoff
    write_panel(panel, paths.sales)
    flag = raise_flag(paths.flag, "Items trade places.", two[1].version)
    challenger = make_version("third").model_copy(
        update={"data_hash": panel.content_hash(), "params_hash": params_hash(Settings.read(paths))}
    )
    challenger = challenger.as_new_version(flag.time, "trained")
    challenger.write(paths.challenger / RECORD)
    GateVerdict(
        challenger=challenger.version, champion=two[1].version, promote=True, reasons=("Better.",), attempt=1
    ).write(paths)
    for killed, again in runs("retrain", paths, tmp_path / "out", stride=7):
        is_logged = read_decisions(killed.history_jsonl)[-1].version == challenger.version
        assert is_logged or read_flag(killed.flag) is not None
        assert champion_of(again) == challenger
        require_complete(again)
        assert read_flag(again.flag) is None
        assert [entry.attempt for entry in read_decisions(again.history_jsonl)] == [None, None, 1]
        assert {path.name for path in again.versions.iterdir()} == {challenger.version}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_roll_forward(clone: Paths, panel: SalesPanel, tmp_path: Path) -> None:
    clone.params.write_text(SETTINGS)
    before = promote_with_store(clone)
    newer = synthetic_panel(SyntheticParams(stores=2, items=4, days=panel.n_days + 5))
    write_panel(newer, clone.sales)
    for killed, again in runs("roll_forward", clone, tmp_path / "out", stride=10):
        assert champion_of(killed).cutoff in (before.cutoff, newer.end.astype(object))
        assert np.datetime64(champion_of(again).cutoff) == newer.end
        require_complete(again)
        assert [entry.decision for entry in read_decisions(again.history_jsonl)] == [
            "promoted",
            "rolled forward",
        ]

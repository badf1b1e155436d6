"""A retraining that dies anywhere leaves the last champion serving, and the next run finishes it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.panel.frames import write_panel
from data.params import Paths
from data.synthetic import SyntheticParams, synthetic_panel
from drift.result.retrain_flag import raise_flag, read_flag
from models.storage.version_record import ChampionRecord, verify
from training.registry.decision_log import read_decisions
from training.registry.promotion import promote
from training.train import Settings, train

SETTINGS = """
data:
forecaster: {horizon_days: 28, folds: 1, backtest_rows: 2000, final_rows: 2000, rounds: 10}
train: {seed: {rows: 500, rounds: 5, forest_rows: 300, forest_trees: 2}}
drift: {replay_weeks: 0, evidence_weeks: 0}
retrain:
retention:
"""
BEFORE = ("train", "save", "judge", "publish")
AFTER = ("import", "log", "delete_old_versions", "clear")
SCRIPT = Path(__file__).with_name("killed_retraining.py")
DRIFT_DAYS = 42

# The fixture runs 18 retrainings, most of them in turn: on a busy machine they outlast the usual limit.
pytestmark = pytest.mark.timeout(1200)


def champion_of(paths: Paths) -> ChampionRecord:
    record = ChampionRecord.read(paths.champion_json)
    verify(paths.versions / record.version, record)
    return record


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A clone with a champion, six weeks of sales in which items traded places, and a flag."""
    paths = Paths(tmp_path_factory.mktemp("first"))
    paths.params.write_text(SETTINGS)
    params = SyntheticParams(stores=2, items=4, days=700)
    train(synthetic_panel(params), Settings.read(paths), paths)
    champion = promote(paths.challenger, ["There was no champion."], paths)
    later = params.model_copy(update={"days": params.days + DRIFT_DAYS})
    write_panel(synthetic_panel(later, ["item-mix"], DRIFT_DAYS), paths.sales)
    raise_flag(paths.flag, "Items trade places.", champion.version)
    return paths


@pytest.fixture(scope="module")
def out(first: Paths, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the script leaves."""
    folder, root = tmp_path_factory.mktemp("out"), str(Path.cwd())
    environment = {**os.environ, "PYTHONPATH": root, "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, SCRIPT, first.root, folder], check=True, env=environment, cwd=root)
    return folder


@pytest.mark.parametrize("step", [*BEFORE, *AFTER])
def test_killed_at_any_step_a_whole_champion_serves_and_the_flag_stays(
    step: str, first: Paths, out: Path
) -> None:
    killed = Paths(out / step)
    is_new = champion_of(killed).version != champion_of(first).version
    assert is_new == (step in AFTER)
    assert read_flag(killed.flag) is not None


@pytest.mark.parametrize("step", [*BEFORE, *AFTER])
def test_the_next_run_finishes_what_was_killed(step: str, first: Paths, out: Path) -> None:
    finished = Paths(out / f"{step}-again")
    champion = champion_of(finished)
    assert read_flag(finished.flag) is None
    before, promoted = read_decisions(finished.history_jsonl)
    assert before.version == champion_of(first).version
    assert (promoted.decision, promoted.version, promoted.replaces) == (
        "promoted",
        champion.version,
        before.version,
    )
    assert "statistically significant" in promoted.reasons[1]
    assert set(promoted.scorecards) == {"before", "challenger"}
    assert {path.name for path in finished.versions.iterdir()} == {before.version, champion.version}
    latest = (finished.root / ".bentoml" / "models" / "storecast" / "latest").read_text()
    assert latest == champion.version.lower()


def test_a_challenger_that_was_saved_is_not_trained_again(out: Path) -> None:
    killed, finished = (
        ChampionRecord.read(out / name / "models/challenger/champion.json")
        for name in ("judge", "judge-again")
    )
    assert killed == finished


def test_of_two_at_once_the_second_waits_and_finds_nothing_to_do(out: Path) -> None:
    paths = Paths(out / "two-at-once")
    assert [entry.decision for entry in read_decisions(paths.history_jsonl)] == ["promoted", "promoted"]
    events = [line.split(" ", 1)[1] for line in paths.retrain_log.read_text().splitlines()]
    assert sum(event.startswith("Started.") for event in events) == 1
    assert events[-1] == "Nothing to do: there is no retraining flag, and no attempt is due."

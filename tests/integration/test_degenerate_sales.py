"""Sales that never change, are all zero, of one day or of one series: every job works or refuses clearly."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from data import ingest
from data.params import Paths
from drift import check
from tests.benchmarks.policy_replay import __main__ as policy_replay
from training import retrain, roll_forward, train

SETTINGS = """
data:
synthetic:
forecaster: {horizon_days: 28, folds: 3, backtest_rows: 500, final_rows: 500, rounds: 3}
train: {seed: {rows: 300, rounds: 3, forest_rows: 200, forest_trees: 2}}
drift: {replay_weeks: 10, evidence_weeks: 0}
retrain:
retention:
"""
FIRST = np.datetime64("2023-01-02")
NEW_DAYS = 28
KINDS = {
    "never changing": np.full((3, 400), 400),
    "10 + weekday": np.tile(10 + np.arange(420) % 7, (2, 1)),
    "all zero": np.zeros((3, 400), int),
    "one day": np.array([[3], [4]]),
    "one series": np.random.default_rng(1).poisson(8, (1, 400)),
    "one series that never changes": np.full((1, 400), 5),
    "one value": np.array([[1]]),
}


def csv(sales: NDArray[np.int64], first: np.datetime64) -> str:
    days = first + np.arange(sales.shape[1])
    rows = (f"{day},1,{item},{sales[item, k]}" for item in range(len(sales)) for k, day in enumerate(days))
    return "\n".join(["date,store,item,sales", *rows]) + "\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "params.yaml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_every_job_of_the_loop_works(kind: str, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    paths, sales = Paths(), KINDS[kind]
    (root / "data" / "raw" / "sales.csv").write_text(csv(sales, FIRST))
    assert train.main([]) == 0, capfd.readouterr().err
    assert paths.champion_json.exists()
    later = np.resize(sales[:, -7:], (len(sales), NEW_DAYS))
    (root / "new.csv").write_text(csv(later, FIRST + sales.shape[1]))
    assert ingest.main(["new.csv"]) == 0
    assert check.main([]) == 0, capfd.readouterr().err
    assert retrain.main(["--force"]) == 0, capfd.readouterr().err
    first = paths.champion_json.read_text()
    (root / "new.csv").write_text(csv(later[:, :1], FIRST + sales.shape[1] + NEW_DAYS))
    assert ingest.main(["new.csv"]) == 0
    assert roll_forward.main([]) == 0, capfd.readouterr().err
    assert paths.champion_json.read_text() != first


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_replay_works_or_refuses(kind: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sales = KINDS[kind]
    longer = np.resize(sales, (len(sales), 440)) if sales.shape[1] > 1 else sales
    (root / "sales.csv").write_text(csv(longer, FIRST))
    arguments = ["--sales", "sales.csv", "--weeks", "4", "--shocks", "0", "--rows", "300", "--rounds", "2"]
    code = policy_replay.main(arguments)
    captured = capsys.readouterr()
    is_refused = sales.shape[1] == 1 or not sales.any()
    assert code == (2 if is_refused else 0), captured.err
    assert ("days" in captured.err) == is_refused

"""The demo from end to end, a small one: real jobs, a real service, and a page at the end."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from training.registry.decision_log import read_decisions

pytestmark = pytest.mark.slow  # even the small demo trains, serves and retrains for a minute

ROOT = Path(__file__).resolve().parents[2]
SMALL = """
import sys
from training.demo import __main__, demo_weeks as demo
demo.SALES = demo.SALES.model_copy(update={"stores": 2, "items": 4, "days": 760})
demo.WEEKS, demo.WEEKS_BEFORE_SHOCK = 3, 1
demo.SETTINGS = {
    "forecaster": {"folds": 1, "backtest_rows": 1000, "final_rows": 1000, "rounds": 5},
    "train": {"seed": {"rows": 500, "rounds": 5, "forest_rows": 300, "forest_trees": 2}},
    "drift": {"replay_weeks": 60, "evidence_weeks": 0},
}
sys.exit(__main__.main(["--shock", "closed-store"]))
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with somebody's own sales and settings, after the demo."""
    root = tmp_path_factory.mktemp("clone")
    shutil.copy(ROOT / "params.yaml", root)
    (root / "data" / "raw").mkdir(parents=True)
    (root / "data" / "raw" / "own.csv").write_text("date,store,item,sales\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", SMALL], cwd=root, env=environment, check=True)
    return root


def test_the_demo_ends_with_a_page_that_shows_every_week(clone: Path) -> None:
    page = (clone / "reports" / "demo.html").read_text()
    assert page.count("<tr") == 1 + 3
    assert "the first store sells nothing" in page
    assert "retrained" in page


def test_the_shock_raised_a_flag_that_was_acted_on(clone: Path) -> None:
    decisions = read_decisions(clone / "reports" / "demo" / "models" / "history.jsonl")
    assert [entry.attempt for entry in decisions].count(1) == 1
    assert not (clone / "reports" / "demo" / "reports" / "retrain.flag").exists()


def test_sales_and_models_of_the_project_are_not_touched(clone: Path) -> None:
    assert {path.name for path in clone.iterdir()} == {"params.yaml", "data", "reports"}
    assert [path.name for path in (clone / "data").rglob("*") if path.is_file()] == ["own.csv"]


def test_the_demo_as_it_comes_ends_near_the_error_that_is_possible(tmp_path: Path) -> None:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "2"}
    subprocess.run([sys.executable, "-m", "training.demo"], cwd=tmp_path, env=environment, check=True)
    decisions = read_decisions(tmp_path / "reports" / "demo" / "models" / "history.jsonl")
    assert [entry.decision for entry in decisions if entry.attempt], "the flag was acted on"
    last = (tmp_path / "reports" / "demo.html").read_text().rpartition("<tr")[2]
    served, never_retrained, _, possible = map(float, re.findall(r"<td class=\"number\">([\d.]+)</td>", last))
    assert served < 1.25 * possible
    assert never_retrained > 2 * possible

"""`dvc repro`: a challenger from sales, which stages run again, and comparison of runs."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from models.storage.version_record import ChampionRecord
from tests.integration.share.clones import Clone


@pytest.fixture(scope="module")
def first_run(bare: Clone) -> Clone:
    """A clone after its first `make repro`, committed; copy it, do not change it."""
    clone = bare.clone("reproduced")
    done = clone.make("repro")
    assert done.returncode == 0, done.stdout + done.stderr
    clone.commit("First run")
    return clone


@pytest.fixture
def reproduced(first_run: Clone, tmp_path: Path) -> Clone:
    """A copy of that clone for one test."""
    return Clone(shutil.copytree(first_run.root, tmp_path / "clone", symlinks=True))


def stages_run(printed: str) -> list[str]:
    return [line.split("'")[1] for line in printed.splitlines() if line.startswith("Running stage")]


def test_repro_makes_a_challenger_and_no_champion(reproduced: Clone) -> None:
    assert ChampionRecord.read(reproduced.paths.challenger / "champion.json").kind == "trained"
    assert not reproduced.paths.champion_json.exists()
    assert not reproduced.paths.versions.exists()
    assert json.loads(reproduced.paths.drift_summary.read_text())["verdict"] == "undecided"
    assert reproduced.must("git", "status", "--short") == ""


def test_a_second_repro_runs_nothing(reproduced: Clone) -> None:
    assert stages_run(reproduced.dvc("repro")) == []


def test_a_setting_runs_its_stage_again_and_the_two_runs_can_be_compared(reproduced: Clone) -> None:
    params = yaml.safe_load(reproduced.paths.params.read_text())
    params["forecaster"]["seed"] += 1
    reproduced.paths.params.write_text(yaml.safe_dump(params))
    assert stages_run(reproduced.dvc("repro")) == ["train"]
    changes = json.loads(reproduced.dvc("metrics", "diff", "--json"))
    assert changes["reports/scores.json"]["wape"]["diff"]
    assert "forecaster.seed" in reproduced.dvc("params", "diff")
    reproduced.dvc("plots", "diff", "HEAD")
    page = (reproduced.root / "dvc_plots" / "index.html").read_text()
    assert "seasonal naive" in page
    reproduced.commit("Second run")


def test_a_champion_reaches_another_clone_through_a_local_remote(reproduced: Clone, tmp_path: Path) -> None:
    challenger = ChampionRecord.read(reproduced.paths.challenger / "champion.json")
    reproduced.must("python", "-m", "training.registry", "promote", challenger.version)
    assert stages_run(reproduced.dvc("repro")) == ["drift"]
    done = reproduced.make("push")
    assert done.returncode == 0, done.stderr
    reproduced.commit("Champion")
    fresh = reproduced.clone("fresh-from-folder")
    done = fresh.make("pull")
    assert done.returncode == 0, done.stderr
    assert fresh.paths.model_pkl.read_bytes() == reproduced.paths.model_pkl.read_bytes()
    assert (fresh.root / ".bentoml/models/storecast/latest").read_text() == challenger.version.lower()
    fresh.dvc("pull")
    assert stages_run(fresh.dvc("repro")) == []


def test_ingested_days_run_the_stages_that_depend_on_sales(reproduced: Clone, tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    new.write_text("date,store,item,sales\n2014-05-16,1,1,7\n")
    reproduced.must("python", "-m", "data.ingest", str(new))
    assert stages_run(reproduced.dvc("repro", "prepare")) == ["sales", "prepare"]
    assert "2014-05" in " ".join(path.name for path in reproduced.paths.raw.iterdir())

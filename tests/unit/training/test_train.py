"""The job: from sales to champion, again only when needed, and with next to no history."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from data.panel.frames import write_panel
from data.panel.sales_panel import SalesPanel, SeriesIndex
from data.params import Paths
from models.champion import Champion
from models.storage.bento_store import bento_champion
from training.registry.promotion import champion_record
from training.train import Settings, compare, main, not_measured, run, train

SMALL = """
data:
synthetic:
forecaster: {horizon_days: 28, folds: 1, backtest_rows: 1000, final_rows: 1000, rounds: 5}
train: {seed: {rows: 1000, rounds: 10, forest_rows: 500, forest_trees: 4}}
drift: {replay_weeks: 0, evidence_weeks: 0}
retrain:
"""


@pytest.fixture
def root(paths: Paths, panel: SalesPanel) -> Paths:
    """A clone with sales and settings, nothing trained."""
    paths.root.mkdir()
    paths.params.write_text(SMALL)
    write_panel(recent(panel), paths.sales)
    return paths


def recent(panel: SalesPanel) -> SalesPanel:
    """Enough days for a fold, and no more: trained in a second."""
    return panel.window(panel.end - np.timedelta64(249, "D"), panel.end)


def test_a_training_ends_with_a_champion_in_both_stores(root: Paths) -> None:
    record = run(root, if_needed=False)
    assert champion_record(root) == record
    assert bento_champion().name == record.version.lower()
    assert Champion.load(root.versions / record.version).table.horizon_days == 28
    assert json.loads(root.metrics_json.read_text())["models"]["storecast"]["overall"]["days"] > 0
    assert root.leaderboard.read_text().startswith("model,skill")


def test_a_challenger_alone_leaves_the_champion_as_it_is(
    root: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.root)
    assert main(["--challenger"]) == 0
    assert (root.challenger / "champion.json").exists()
    assert champion_record(root) is None
    assert not root.history_jsonl.exists()
    assert json.loads(root.scores.read_text())["wape"] > 0


def test_the_same_sales_and_settings_are_not_trained_again(root: Paths) -> None:
    first = run(root, if_needed=True)
    saved = root.challenger.stat().st_mtime_ns
    assert run(root, if_needed=True) == first
    assert root.challenger.stat().st_mtime_ns == saved
    # Trained within one second, the new version has the name of the old one: only its folder is newer.
    run(root, if_needed=False)
    assert root.challenger.stat().st_mtime_ns != saved


def test_new_sales_new_settings_and_missing_files_are_trained_again(root: Paths, panel: SalesPanel) -> None:
    first = run(root, if_needed=True)
    root.params.write_text(SMALL.replace("rounds: 5}", "rounds: 6}"))
    second = run(root, if_needed=True)
    assert second.params_hash != first.params_hash
    write_panel(recent(panel).until(panel.end - np.timedelta64(1, "D")), root.sales)
    third = run(root, if_needed=True)
    assert third.data_hash != second.data_hash
    shutil.rmtree(root.versions)
    assert (root.versions / run(root, if_needed=True).version).exists()


@pytest.mark.parametrize(("n_series", "n_days"), [(1, 1), (1, 10), (3, 45), (2, 200)])
def test_with_little_history_it_trains_and_says_what_it_could_not_measure(
    paths: Paths, settings: Settings, n_series: int, n_days: int
) -> None:
    sales = np.random.default_rng(1).poisson(5, (n_series, n_days)).astype(np.float32)
    series = SeriesIndex.from_labels(["a"] * n_series, [f"item {n}" for n in range(n_series)])
    record = train(SalesPanel(sales, np.datetime64("2024-01-01"), series), settings, paths)
    champion = Champion.load(paths.challenger)
    assert champion.record == record
    assert np.isfinite(champion.table.values).all()
    assert champion.seed.forecast(champion.history, 5).shape == (n_series, 5)
    assert champion.card["not_measured"]
    assert champion.card["not_measured"][0] in (paths.reports / "forecast_vs_actual.html").read_text()


def test_the_job_exits_two_and_says_why_when_sales_cannot_be_used(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.raw.mkdir(parents=True)
    paths.params.write_text(SMALL)
    (paths.raw / "sales.csv").write_text("day,units\n2024-01-01,3\n")
    monkeypatch.chdir(paths.root)
    assert main([]) == 2
    assert "date" in capsys.readouterr().err
    assert not Path("models/champion.json").exists()


def test_the_scorecard_says_when_it_is_of_a_sample(
    trained_clone: Paths, panel: SalesPanel, settings: Settings
) -> None:
    forecaster = Champion.load(trained_clone.challenger).forecaster
    few = settings.train.model_copy(update={"leaderboard_series": 3})
    assert not_measured(forecaster, panel, settings.train) == []
    assert not_measured(forecaster, panel, few) == ["Scored on 3 of 8 series, drawn at random."]
    table = compare(forecaster, panel, few, cpu_seconds=1.0)
    assert {entry.scorecard.overall.days for entry in table} == {3 * 28 * len(forecaster.folds)}


def test_a_missing_champion_is_trained_and_one_that_is_here_is_served_as_it_is(
    root: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root.root)
    assert main(["--if-missing"]) == 0
    assert capsys.readouterr().out.startswith("storecast: WAPE ")
    record = champion_record(root)
    assert record
    root.params.write_text(SMALL.replace("rounds: 5}", "rounds: 6}"))
    shutil.rmtree(bento_champion())
    assert main(["--if-missing"]) == 0
    assert champion_record(root) == record
    assert bento_champion().name == record.version.lower()


def test_a_champion_whose_files_cannot_be_fetched_is_one_sentence_and_exit_code_2(
    root: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(root, if_needed=False)
    shutil.rmtree(root.versions)
    monkeypatch.chdir(root.root)
    assert main(["--if-missing"]) == 2
    assert "dvc" in capsys.readouterr().err

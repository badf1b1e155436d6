"""The daily job: same trees, newer sales, a new version, and never back in time."""

import json

import numpy as np
import pytest

from data.errors import DataContractError, NoChampionError
from data.panel.frames import write_panel
from data.panel.sales_panel import SalesPanel
from data.params import Paths
from data.synthetic import SyntheticParams, synthetic_panel
from models.champion import Champion
from models.forecaster.roll_forward import roll_forward
from models.storage.bento_store import bento_champion
from models.storage.version_record import ChampionRecord
from training.registry.decision_log import champion_lineage, read_decisions
from training.registry.promotion import champion_record, promote, rollback
from training.roll_forward import main, run

PARAMS = "data:\nsynthetic:\nretrain:\nretention:\n"


@pytest.fixture(scope="session")
def newer(panel: SalesPanel) -> SalesPanel:
    """The sales of the trained clone and five days more."""
    return synthetic_panel(SyntheticParams(stores=2, items=4, days=panel.n_days + 5))


@pytest.fixture
def trained(clone: Paths, panel: SalesPanel) -> ChampionRecord:
    """The champion of `clone`, its sales and settings beside it."""
    clone.params.write_text(PARAMS)
    write_panel(panel, clone.sales)
    return promote(clone.challenger, ["There was no champion."], clone)


def test_newer_sales_make_a_new_version_that_forecasts_from_them(
    clone: Paths, trained: ChampionRecord, newer: SalesPanel
) -> None:
    write_panel(newer, clone.sales)
    record = run(clone)
    assert (record.kind, str(record.cutoff)) == ("rolled forward", str(newer.end))
    assert champion_record(clone) == record != trained
    assert bento_champion().name == record.version.lower()
    rolled = Champion.load(clone.versions / record.version)
    assert rolled.table.cutoff == newer.end
    assert rolled.card["cutoff"] == str(newer.end)
    assert rolled.card["trained_until"] == str(trained.cutoff)
    assert rolled.history.end == newer.end


def test_the_saved_table_is_the_batch_forecast_of_the_rolled_forecaster(
    clone: Paths, trained: ChampionRecord, newer: SalesPanel
) -> None:
    before = Champion.load(clone.versions / trained.version)
    batch = roll_forward(before.forecaster, newer, before.table).forecast(newer)
    write_panel(newer, clone.sales)
    after = Champion.load(clone.versions / run(clone).version)
    np.testing.assert_array_equal(after.table.values, batch.values)
    np.testing.assert_array_equal(after.forecaster.forecast(newer).values, batch.values)
    assert before.card["adaptive_range"]["days"] == 0
    assert after.card["adaptive_range"]["days"] == 5


def test_trees_seed_and_scores_are_those_of_the_training(
    clone: Paths, trained: ChampionRecord, newer: SalesPanel
) -> None:
    write_panel(newer, clone.sales)
    record = run(clone)
    for name in ("tree_trend.ubj", "tree_season.ubj", "seed.json", "model.pkl", "metrics.json"):
        assert record.files[name] == trained.files[name]
    assert record.params_hash == trained.params_hash


def test_without_news_nothing_changes(clone: Paths, trained: ChampionRecord) -> None:
    log = clone.history_jsonl.read_text()
    assert run(clone) == trained
    assert clone.history_jsonl.read_text() == log
    assert [folder.name for folder in clone.versions.iterdir()] == [trained.version]


def test_corrected_sales_of_known_days_are_news(
    clone: Paths, trained: ChampionRecord, panel: SalesPanel
) -> None:
    corrected = panel.sales.copy()
    corrected[:, -1] += 5
    write_panel(SalesPanel(corrected, panel.start, panel.series), clone.sales)
    record = run(clone)
    assert record.version != trained.version
    assert record.cutoff == trained.cutoff
    reasons = read_decisions(clone.history_jsonl)[-1].reasons
    assert reasons == (f"Rolled forward to {trained.cutoff} as corrected with the same trees.",)


def test_sales_that_end_before_the_cutoff_are_refused(
    clone: Paths, trained: ChampionRecord, panel: SalesPanel
) -> None:
    write_panel(panel.until(panel.end - 1), clone.sales)
    with pytest.raises(DataContractError, match=f"before the cutoff {trained.cutoff}"):
        run(clone)
    assert champion_record(clone) == trained


def test_a_rollback_after_roll_forwards_leads_to_the_model_before(
    clone: Paths, trained: ChampionRecord, newer: SalesPanel
) -> None:
    write_panel(newer.until(newer.end - 1), clone.sales)
    first = run(clone)
    write_panel(newer, clone.sales)
    second = run(clone)
    log = read_decisions(clone.history_jsonl)
    assert [entry.decision for entry in log] == ["promoted", "rolled forward", "rolled forward"]
    assert champion_lineage(log) == [second.version]
    with pytest.raises(NoChampionError):
        rollback(clone)
    assert rollback(clone, first.version).files == first.files


def test_a_promotion_cut_off_before_it_was_logged_is_finished_first(
    clone: Paths, trained: ChampionRecord, newer: SalesPanel
) -> None:
    clone.history_jsonl.unlink()
    write_panel(newer, clone.sales)
    record = run(clone)
    versions = [entry.version for entry in read_decisions(clone.history_jsonl)]
    assert versions == [trained.version, record.version]


def test_the_job_says_what_is_missing_and_exits_two(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.root.mkdir()
    monkeypatch.chdir(paths.root)
    assert main([]) == 2
    assert "make train" in capsys.readouterr().err


def test_the_log_line_names_both_cutoffs(clone: Paths, trained: ChampionRecord, newer: SalesPanel) -> None:
    write_panel(newer, clone.sales)
    run(clone)
    last = json.loads(clone.history_jsonl.read_text().splitlines()[-1])
    assert last["reasons"] == [f"Rolled forward from {trained.cutoff} to {newer.end} with the same trees."]
    assert last["replaces"] == trained.version

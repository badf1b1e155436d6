"""A retraining from flag to champion: what is promoted, what is kept, and what is written down."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.errors import ArtifactError, DataContractError
from data.panel.frames import write_panel
from data.panel.sales_panel import SalesPanel
from data.params import Paths
from data.synthetic import SyntheticParams, synthetic_panel
from drift.result.retrain_flag import raise_flag, read_flag
from models.champion import Champion
from models.storage.version_record import RECORD, ChampionRecord, verify
from training.gate.job_context import open_champion
from training.registry.decision_log import read_decisions
from training.registry.promotion import champion_record, promote
from training.retrain import main, run
from training.train import Settings, train

SMALL = """
data:
synthetic:
forecaster: {horizon_days: 28, folds: 1, backtest_rows: 2000, final_rows: 2000, rounds: 10}
train: {seed: {rows: 500, rounds: 5, forest_rows: 300, forest_trees: 2}}
drift: {replay_weeks: 0, evidence_weeks: 0}
retrain:
retention:
"""
LATER_DAYS = 42


@pytest.fixture(scope="session")
def drifted(panel: SalesPanel) -> SalesPanel:
    """The sales of the trained clone and six weeks in which best and slow sellers have traded places."""
    params = SyntheticParams(stores=2, items=4, days=panel.n_days + LATER_DAYS)
    return synthetic_panel(params, ["item-mix"], LATER_DAYS)


@pytest.fixture
def trained(clone: Paths, panel: SalesPanel) -> ChampionRecord:
    """The champion of `clone`, its sales and settings beside it."""
    clone.params.write_text(SMALL)
    write_panel(panel, clone.sales)
    return promote(clone.challenger, ["There was no champion."], clone)


def events(paths: Paths) -> list[str]:
    """The log without its times."""
    return [line.split(" ", 1)[1] for line in paths.retrain_log.read_text().splitlines()]


def test_without_a_flag_there_is_nothing_to_do(clone: Paths, trained: ChampionRecord) -> None:
    assert run(clone) is None
    assert champion_record(clone) == trained
    assert events(clone) == ["Nothing to do: there is no retraining flag, and no attempt is due."]


def test_a_challenger_trained_on_the_drift_replaces_the_champion(
    clone: Paths, trained: ChampionRecord, drifted: SalesPanel
) -> None:
    write_panel(drifted, clone.sales)
    raise_flag(clone.flag, "Items trade places.", trained.version)
    verdict = run(clone)
    champion = champion_record(clone)
    assert verdict is not None
    assert verdict.promote
    assert champion is not None
    assert champion.version == verdict.challenger > trained.version
    assert champion.kind == "trained"
    assert str(champion.cutoff) == str(drifted.end)
    assert read_flag(clone.flag) is None
    last = read_decisions(clone.history_jsonl)[-1]
    assert (last.decision, last.version, last.replaces) == ("promoted", champion.version, trained.version)
    assert last.reasons == verdict.reasons
    assert last.scorecards["challenger"]["wape"] < last.scorecards["before"]["wape"]
    assert json.loads(clone.gate.read_text())["promote"] is True
    entries = events(clone)
    assert entries[0] == "Started. Items trade places."
    assert entries[1].startswith(f"Challenger {champion.version} trained")
    assert entries[-2:] == [f"Promoted {champion.version}. It replaces {trained.version}.", "Flag cleared."]


def test_without_news_the_champion_is_kept_and_the_flag_cleared(
    clone: Paths, trained: ChampionRecord
) -> None:
    verdict = run(clone, force=True)
    assert verdict is not None
    assert not verdict.promote
    assert champion_record(clone) == trained
    assert read_flag(clone.flag) is None
    last = read_decisions(clone.history_jsonl)[-1]
    assert (last.decision, last.version) == ("kept", verdict.challenger)
    assert last.cutoff == trained.cutoff
    assert set(last.scorecards) == {"before", "challenger"}
    assert events(clone)[-2:] == [f"Kept {trained.version}.", "Flag cleared."]


def test_after_the_champion_was_kept_a_flag_waits_but_not_a_person(
    clone: Paths, trained: ChampionRecord
) -> None:
    raise_flag(clone.flag, "Something moved.", trained.version)
    assert run(clone) is not None
    raise_flag(clone.flag, "The same again.", trained.version)
    assert run(clone) is None
    assert read_flag(clone.flag) is None
    assert events(clone)[-2].startswith("Cooling down")
    assert run(clone, force=True) is not None


def test_what_a_flag_began_is_tried_again_without_one_when_its_time_has_come(
    clone: Paths, trained: ChampionRecord, drifted: SalesPanel
) -> None:
    raise_flag(clone.flag, "Something moved.", trained.version)
    run(clone)
    write_panel(drifted, clone.sales)
    assert run(clone) is not None
    assert [entry.attempt for entry in read_decisions(clone.history_jsonl)] == [None, 1, 2]
    assert "Started. Attempt 2 to adapt to the drift found earlier." in events(clone)


def test_the_decision_on_a_flag_knows_its_kinds_of_drift(clone: Paths, trained: ChampionRecord) -> None:
    raise_flag(clone.flag, "Something moved.", trained.version, ("store", "series"))
    run(clone)
    assert read_decisions(clone.history_jsonl)[-1].kinds == ("store", "series")


def test_a_run_by_hand_that_died_is_finished_as_one_by_hand(clone: Paths, trained: ChampionRecord) -> None:
    raise_flag(clone.flag, "Started by hand.", trained.version, by_hand=True)
    assert run(clone) is not None
    assert read_decisions(clone.history_jsonl)[-1].attempt is None


def test_a_promotion_that_was_cut_off_before_its_log_line_keeps_what_it_was_for(
    clone: Paths, trained: ChampionRecord, drifted: SalesPanel
) -> None:
    write_panel(drifted, clone.sales)
    raise_flag(clone.flag, "Something moved.", trained.version, ("item",))
    verdict = run(clone)
    assert verdict is not None
    assert verdict.promote
    lines = clone.history_jsonl.read_text().splitlines()
    clone.history_jsonl.write_text("".join(f"{line}\n" for line in lines[:-1]))
    open_champion(clone)
    last = read_decisions(clone.history_jsonl)[-1]
    assert (last.version, last.attempt, last.kinds) == (verdict.challenger, 1, ("item",))
    assert last.reasons == verdict.reasons


def test_the_first_champion_needs_no_contest(clone: Paths, panel: SalesPanel) -> None:
    clone.params.write_text(SMALL)
    write_panel(panel, clone.sales)
    verdict = run(clone, force=True)
    assert verdict is not None
    assert verdict.reasons == ("There was no champion.",)
    assert champion_record(clone) is not None


def test_a_champion_whose_series_are_gone_is_replaced(
    clone: Paths, trained: ChampionRecord, drifted: SalesPanel
) -> None:
    write_panel(drifted.select(np.arange(1, drifted.n_series)), clone.sales)
    verdict = run(clone, force=True)
    assert verdict is not None
    assert verdict.promote
    assert "cannot forecast these sales" in verdict.reasons[0]


def test_sales_that_end_before_the_champion_change_nothing_and_leave_the_flag(
    clone: Paths, trained: ChampionRecord, panel: SalesPanel
) -> None:
    write_panel(panel.until(panel.end - 1), clone.sales)
    flag = raise_flag(clone.flag, "Something moved.", trained.version)
    with pytest.raises(DataContractError, match="before the cutoff"):
        run(clone)
    assert champion_record(clone) == trained
    assert read_flag(clone.flag) == flag


def test_a_retraining_by_hand_that_is_refused_leaves_no_flag(
    clone: Paths, trained: ChampionRecord, panel: SalesPanel
) -> None:
    write_panel(panel.until(panel.end - 1), clone.sales)
    with pytest.raises(DataContractError, match="before the cutoff"):
        run(clone, force=True)
    write_panel(panel, clone.sales)
    assert run(clone) is None
    assert events(clone) == ["Nothing to do: there is no retraining flag, and no attempt is due."]


@pytest.mark.parametrize("damage", [shutil.rmtree, lambda home: (home / "history.npz").write_bytes(b"")])
def test_without_the_champions_files_nothing_is_trained_and_no_flag_is_left(
    damage: Callable[[Path], object], clone: Paths, trained: ChampionRecord
) -> None:
    damage(clone.versions / trained.version)
    with pytest.raises(ArtifactError, match=trained.version):
        run(clone, force=True)
    assert read_flag(clone.flag) is None
    assert ChampionRecord.read(clone.challenger / RECORD) == trained


def test_a_challenger_of_an_earlier_flag_is_not_taken_for_this_one(
    clone: Paths, trained: ChampionRecord
) -> None:
    flag = raise_flag(clone.flag, "Something moved.", trained.version)
    assert trained.created_at < flag.time
    verdict = run(clone)
    assert verdict is not None
    assert verdict.challenger != trained.version


def test_a_training_by_hand_after_the_flag_was_raised_answers_it(
    clone: Paths, trained: ChampionRecord, panel: SalesPanel
) -> None:
    raise_flag(clone.flag, "Something moved.", trained.version)
    by_hand = train(panel, Settings.read(clone), clone)
    promote(clone.challenger, ["Trained on request, without a gate."], clone)
    assert run(clone) is None
    assert champion_record(clone) == by_hand
    assert read_flag(clone.flag) is None


def test_the_champion_of_a_retraining_can_be_served(
    clone: Paths, trained: ChampionRecord, drifted: SalesPanel
) -> None:
    write_panel(drifted, clone.sales)
    run(clone, force=True)
    record = champion_record(clone)
    assert record is not None
    verify(clone.versions / record.version, record)
    assert Champion.load(clone.versions / record.version).table.cutoff == drifted.end


def test_the_job_exits_zero_when_kept_and_two_when_it_could_not(
    clone: Paths,
    trained: ChampionRecord,
    panel: SalesPanel,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(clone.root)
    assert main(["--force"]) == 0
    write_panel(panel.until(panel.end - 1), Paths(Path()).sales)
    assert main(["--force"]) == 2
    assert "before the cutoff" in capsys.readouterr().err
    assert events(clone)[-1].startswith("Failed: ")

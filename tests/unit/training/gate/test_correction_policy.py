"""After a drift the newest week selects how a champion's forecasts are corrected."""

import numpy as np
import pytest

from data.panel.frames import write_panel
from data.panel.sales_panel import SalesPanel
from data.params import Paths
from data.synthetic import SyntheticParams, synthetic_panel
from drift.result.retrain_flag import raise_flag
from models.champion import Champion
from models.evaluation.scores import wape
from models.forecaster.recent_correction import CORRECTIONS, FOLLOW_BREAKS, NO_CORRECTION, RecentCorrection
from models.forecaster.roll_forward import roll_forward
from models.storage.version_record import ChampionRecord
from training import retrain
from training import roll_forward as job
from training.gate.correction_policy import (
    DefaultCorrections,
    default_correction,
    default_corrections,
    has_seen_newest_week,
)
from training.gate.job_context import JobContext, open_champion
from training.registry.decision_log import Decision, append_decision, read_decisions
from training.registry.promotion import promote
from training.train import train_challenger

PARAMS = "data:\nsynthetic:\nretrain:\nretention:\n"
SMALL = """
forecaster: {horizon_days: 28, folds: 1, backtest_rows: 2000, final_rows: 2000, rounds: 10}
train: {seed: {rows: 500, rounds: 5, forest_rows: 300, forest_trees: 2}}
drift: {replay_weeks: 0, evidence_weeks: 0}
"""
LATER_DAYS, AHEAD_DAYS = 42, 28


@pytest.fixture(scope="session")
def mixed(panel: SalesPanel) -> SalesPanel:
    """The sales of the trained clone and six weeks in which best and slow sellers have traded places."""
    params = SyntheticParams(stores=2, items=4, days=panel.n_days + LATER_DAYS)
    return synthetic_panel(params, ["item-mix"], LATER_DAYS)


@pytest.fixture
def trained(clone: Paths, mixed: SalesPanel) -> ChampionRecord:
    """The champion of `clone`, and two weeks of sales that it does not know."""
    clone.params.write_text(PARAMS)
    write_panel(mixed.until(mixed.end - AHEAD_DAYS), clone.sales)
    return promote(clone.challenger, ["There was no champion."], clone)


def opened(paths: Paths) -> JobContext:
    return JobContext.open(paths, open_champion(paths))


def log_first_attempt(paths: Paths, champion: ChampionRecord) -> None:
    """A first attempt that kept the champion."""
    facts = {"cutoff": champion.cutoff, "attempt": 1, "kinds": ("item",)}
    append_decision(
        paths.history_jsonl, Decision.now("kept", "challenger", champion.version, [], scorecards={}, **facts)
    )


def test_level_breaks_are_followed_while_the_model_adapts_to_their_drift(
    clone: Paths, trained: ChampionRecord, mixed: SalesPanel
) -> None:
    log_first_attempt(clone, trained)
    job.run(clone)
    champion, known = open_champion(clone), mixed.until(mixed.end - AHEAD_DAYS)
    assert champion.forecaster.recent_correction.follows_breaks
    assert opened(clone).correction == champion.forecaster.recent_correction
    assert "Series with a level break" in read_decisions(clone.history_jsonl)[-1].reasons[0]
    plain = roll_forward(Champion.load(clone.versions / trained.version).forecaster, known)
    ahead = mixed.sales[:, -AHEAD_DAYS:]
    assert wape(ahead, champion.table.forecast) < 0.9 * wape(ahead, plain.points(known, AHEAD_DAYS))
    np.testing.assert_allclose(champion.forecaster.forecast(known).values, champion.table.values, rtol=1e-6)


def test_without_a_drift_no_correction_is_selected(clone: Paths, trained: ChampionRecord) -> None:
    job.run(clone)
    assert open_champion(clone).forecaster.recent_correction == NO_CORRECTION


def test_after_the_cool_down_the_selection_starts_from_no_correction(
    clone: Paths, trained: ChampionRecord
) -> None:
    log_first_attempt(clone, trained)
    job.run(clone)
    assert opened(clone).default_corrections().champion == FOLLOW_BREAKS
    clone.params.write_text(
        PARAMS.replace("retrain:", "retrain: {pace: {settled_days: 1, cool_down_days: 1}}")
    )
    assert opened(clone).default_corrections().champion == NO_CORRECTION


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_a_selection_starts_from_level_breaks_only_while_the_model_adapts(
    correction: RecentCorrection,
) -> None:
    assert default_correction(correction, adapting=True) == (
        FOLLOW_BREAKS if correction == NO_CORRECTION else correction
    )
    assert default_correction(correction, adapting=False) == (
        None if correction == NO_CORRECTION else NO_CORRECTION
    )


def test_new_trees_are_used_once_they_are_trained_on_the_drift() -> None:
    treeless = RecentCorrection(has_trees=False, follows_breaks=True)
    assert default_corrections(treeless, adapting=True, attempt=1) == DefaultCorrections(treeless, treeless)
    assert default_corrections(NO_CORRECTION, adapting=False, attempt=1) == DefaultCorrections(
        None, FOLLOW_BREAKS
    )
    for attempt in (2, 3, None):  # None is a training by hand
        assert default_corrections(treeless, adapting=True, attempt=attempt) == DefaultCorrections(
            treeless, FOLLOW_BREAKS
        )
    assert default_corrections(treeless, adapting=False, attempt=None) == DefaultCorrections(
        NO_CORRECTION, NO_CORRECTION
    )
    assert default_corrections(NO_CORRECTION, adapting=False, attempt=None) == DefaultCorrections(None, None)


def test_a_challenger_made_by_dvc_is_served_as_the_gate_has_judged_it(
    clone: Paths, trained: ChampionRecord, mixed: SalesPanel
) -> None:
    clone.params.write_text(PARAMS + SMALL)
    raise_flag(clone.flag, "Items traded places.", trained.version, kinds=("item",))
    made = train_challenger(clone)
    verdict = retrain.run(clone)
    assert verdict is not None
    assert (verdict.challenger, verdict.promote) == (made.version, True)
    assert open_champion(clone).forecaster.recent_correction.follows_breaks


def test_trees_know_a_week_of_which_they_have_seen_a_day(panel: SalesPanel) -> None:
    assert has_seen_newest_week(panel.end - 6, panel)
    assert not has_seen_newest_week(panel.end - 7, panel)

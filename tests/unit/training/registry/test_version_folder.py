"""A challenger folder: complete, verified, opened by the champion's own loader."""

import pickle

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from data.panel.seed_features import SEED_FEATURES
from data.params import Paths
from models.champion import Champion
from models.storage.version_record import KEPT_DAYS, ChampionRecord, digests_of
from training.registry.version_folder import TrainingResult, params_hash, save_challenger
from training.train import Settings


def test_a_challenger_opens_as_a_champion(trained_clone: Paths, panel: SalesPanel) -> None:
    champion = Champion.load(trained_clone.challenger)
    assert champion.record.kind == "trained"
    assert np.datetime64(champion.record.cutoff) == panel.end == champion.table.cutoff
    assert champion.record.data_hash == panel.content_hash()
    assert champion.history.n_days == min(panel.n_days, KEPT_DAYS)


def test_the_table_holds_what_the_forecaster_says(trained_clone: Paths) -> None:
    champion = Champion.load(trained_clone.challenger)
    again = champion.forecaster.forecast(champion.history)
    np.testing.assert_allclose(champion.table.values, again.values, rtol=1e-5, atol=1e-5)


def test_the_card_says_what_made_the_model(trained_clone: Paths, panel: SalesPanel) -> None:
    card = Champion.load(trained_clone.challenger).card
    assert card["data"]["hash"] == panel.content_hash()
    assert card["data"]["series"] == 8
    assert card["params"]["forecaster"]["rounds"] == 10
    assert set(card["scores"]) >= {
        "storecast",
        "baseline xgboost",
        "baseline random forest",
        "seasonal naive",
    }
    assert {"numpy", "xgboost-cpu", "python"} <= set(card["libraries"])


def test_the_pickle_is_the_librarys_own_estimator_and_predicts_as_we_do(trained_clone: Paths) -> None:
    champion = Champion.load(trained_clone.challenger)
    estimator = pickle.loads((trained_clone.challenger / "model.pkl").read_bytes())
    assert type(estimator).__module__.split(".")[0] in {"xgboost", "sklearn"}
    rows = np.full((1, len(SEED_FEATURES)), 3, np.float32)
    assert max(estimator.predict(rows)[0], 0) == pytest.approx(champion.seed.predict(rows)[0])


def test_saving_the_same_again_differs_in_time_alone(
    clone: Paths, panel: SalesPanel, settings: Settings, trained_clone: Paths
) -> None:
    champion = Champion.load(trained_clone.challenger)
    seed = champion.seed
    fitted = TrainingResult(panel, champion.forecaster, seed, {"models": {}, "not_measured": []}, settings)
    first = save_challenger(fitted, clone)
    second = save_challenger(fitted, clone)
    assert first.files == second.files == digests_of(clone.challenger)
    assert first.version[15:] == second.version[15:]
    assert ChampionRecord.read(clone.challenger / "champion.json") == second


def test_other_settings_have_another_hash(settings: Settings) -> None:
    other = settings.model_copy(update={"train": settings.train.model_copy(update={"random_seed": 2})})
    assert params_hash(settings) != params_hash(other)
    assert params_hash(settings) == params_hash(settings.model_copy())

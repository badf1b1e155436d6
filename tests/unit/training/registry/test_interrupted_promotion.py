"""Promotions and roll-backs whose line in the log is missing, and what comes after them."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from data.errors import NoChampionError
from data.params import Paths
from models.storage.version_record import ChampionRecord
from training.registry.decision_log import read_decisions
from training.registry.promotion import champion_record, promote, rollback

MakeVersion = Callable[[str], ChampionRecord]


def served(paths: Paths) -> str:
    """What the card of the champion says."""
    record = ChampionRecord.read(paths.champion_json)
    return str(json.loads((paths.versions / record.version / "card.json").read_text())["model"])


def interrupt(act: Callable[..., object], *arguments: object) -> None:
    """Do something that ends, as by a signal, when it is about to write its line into the log."""
    is_interrupted = patch("training.registry.promotion.append_decision", side_effect=KeyboardInterrupt)
    with is_interrupted, pytest.raises(KeyboardInterrupt):
        act(*arguments)


def promote_challenger(paths: Paths) -> ChampionRecord:
    return promote(paths.challenger, ["Better."], paths)


def test_a_rollback_cut_off_before_its_log_line_is_finished_as_a_rollback(
    paths: Paths, make_version: MakeVersion
) -> None:
    first = make_version("first")
    promote(paths.challenger, ["There was no champion."], paths)
    undone = make_version("second")
    promote(paths.challenger, ["Better."], paths)
    interrupt(rollback, paths)
    back = ChampionRecord.read(paths.champion_json)
    promote(paths.versions / back.version, ["Finished after an interruption."], paths)
    last = read_decisions(paths.history_jsonl)[-1]
    assert (last.decision, last.version, last.replaces) == ("rolled back", back.version, undone.version)
    assert last.restores == first.version
    assert last.reasons == (f"Rolled back to {first.version}.", "Finished after an interruption.")
    with pytest.raises(NoChampionError, match="before the present one"):
        rollback(paths)


@pytest.mark.parametrize(("what", "leads_to"), [(rollback, "first"), (promote_challenger, "second")])
def test_what_was_cut_off_before_its_log_line_is_logged_before_another_model_takes_its_place(
    what: Callable[[Paths], object], leads_to: str, paths: Paths, make_version: MakeVersion
) -> None:
    for name in ("first", "undone"):
        make_version(name)
        promote_challenger(paths)
    make_version("second")
    interrupt(what, paths)
    make_version("third")
    promote_challenger(paths)
    rollback(paths)
    assert served(paths) == leads_to


def test_a_rollback_after_a_promotion_that_was_cut_off_undoes_that_one(
    paths: Paths, make_version: MakeVersion
) -> None:
    for name in ("first", "second"):
        make_version(name)
        promote_challenger(paths)
    bad = make_version("bad")
    interrupt(promote_challenger, paths)
    rollback(paths)
    assert served(paths) == "second"
    assert bad.version in {entry.version for entry in read_decisions(paths.history_jsonl)}


def test_a_rollback_that_was_cut_off_is_tried_again_and_goes_no_further(
    paths: Paths, make_version: MakeVersion
) -> None:
    for name in ("first", "second", "bad"):
        make_version(name)
        promote_challenger(paths)
    interrupt(rollback, paths)
    rollback(paths)
    assert served(paths) == "second"


def test_what_is_older_than_the_champion_is_promoted_as_a_newer_version(
    paths: Paths, make_version: MakeVersion
) -> None:
    kept = make_version("kept")
    shutil.copytree(paths.challenger, paths.root / "kept")
    make_version("champion")
    promote_challenger(paths)
    champion = champion_record(paths)
    assert champion is not None
    promoted = promote(paths.root / "kept", ["By hand."], paths)
    assert promoted.created_at > champion.created_at > kept.created_at
    assert promoted.version != kept.version
    assert served(paths) == "kept"
    assert read_decisions(paths.history_jsonl)[-1].version == promoted.version


def test_a_clock_set_back_makes_no_champion_that_services_pass_over(
    paths: Paths, make_version: MakeVersion
) -> None:
    make_version("first")
    promote_challenger(paths)
    ahead = ChampionRecord.read(paths.champion_json).as_new_version(
        datetime(2999, 1, 1, tzinfo=UTC), "trained"
    )
    (paths.versions / ChampionRecord.read(paths.champion_json).version).rename(paths.versions / ahead.version)
    for place in (paths.champion_json, paths.versions / ahead.version / "champion.json"):
        ahead.write(place)
    make_version("second")
    second = promote_challenger(paths)
    back = rollback(paths)
    assert ahead.created_at < second.created_at < back.created_at
    assert served(paths) == "first"


def test_a_promotion_replaces_a_damaged_champion_record(paths: Paths, make_version: MakeVersion) -> None:
    make_version("first")
    promote_challenger(paths)
    paths.champion_json.write_text("{")
    make_version("second")
    promote_challenger(paths)
    assert served(paths) == "second"

"""Promotion and roll-back: what is where afterwards, and the job for people."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import ArtifactError, NoChampionError
from data.params import Paths
from models.storage.bento_store import bento_champion
from models.storage.version_record import ChampionRecord, verify
from training.registry.__main__ import main
from training.registry.decision_log import read_decisions
from training.registry.promotion import champion_record, promote, rollback

MakeVersion = Callable[[str], ChampionRecord]


def served(paths: Paths) -> str:
    """What the card of the champion says."""
    record = ChampionRecord.read(paths.champion_json)
    return str(json.loads((paths.versions / record.version / "card.json").read_text())["model"])


def test_before_the_first_promotion_there_is_no_champion(paths: Paths) -> None:
    assert champion_record(paths) is None


def test_a_promotion_puts_everything_in_its_place(paths: Paths, make_version: MakeVersion) -> None:
    record = make_version("first")
    promote(paths.challenger, ["There was no champion."], paths)
    assert champion_record(paths) == record
    verify(paths.versions / record.version, record)
    assert paths.model_pkl.read_text() == "first"
    assert json.loads(paths.metrics_json.read_text())["models"]["storecast"]["overall"]["wape"] == 5
    assert ChampionRecord.read(bento_champion() / "champion.json") == record


def test_the_log_says_what_replaced_what_with_both_scorecards(
    paths: Paths, make_version: MakeVersion
) -> None:
    first = make_version("first")
    promote(paths.challenger, ["There was no champion."], paths)
    second = make_version("second")
    promote(paths.challenger, ["Better."], paths)
    decisions = read_decisions(paths.history_jsonl)
    assert [(one.version, one.replaces) for one in decisions] == [
        (first.version, None),
        (second.version, first.version),
    ]
    assert decisions[1].reasons == ("Better.",)
    assert decisions[1].scorecards == {"champion": {"wape": 6.0}, "before": {"wape": 5.0}}


def test_promoting_the_champion_again_changes_nothing(paths: Paths, make_version: MakeVersion) -> None:
    record = make_version("first")
    promote(paths.challenger, ["There was no champion."], paths)
    log = paths.history_jsonl.read_text()
    promote(paths.versions / record.version, ["Again."], paths)
    assert champion_record(paths) == record
    assert paths.history_jsonl.read_text() == log


def test_a_damaged_challenger_is_not_promoted(paths: Paths, make_version: MakeVersion) -> None:
    make_version("first")
    promote(paths.challenger, ["There was no champion."], paths)
    make_version("second")
    (paths.challenger / "card.json").write_text("{}")
    with pytest.raises(ArtifactError, match=r"card\.json"):
        promote(paths.challenger, ["Better."], paths)
    assert served(paths) == "first"
    make_version("third")
    promote(paths.challenger, ["Better."], paths)
    assert served(paths) == "third"


def test_a_champion_of_the_past_comes_back_by_rollback_only(paths: Paths, make_version: MakeVersion) -> None:
    first = make_version("first")
    promote(paths.challenger, ["There was no champion."], paths)
    make_version("second")
    promote(paths.challenger, ["Better."], paths)
    with pytest.raises(ArtifactError, match="rollback"):
        promote(paths.versions / first.version, ["I want it back."], paths)


def test_a_rollback_serves_the_old_files_under_a_new_version(paths: Paths, make_version: MakeVersion) -> None:
    first = make_version("first")
    promote(paths.challenger, ["There was no champion."], paths)
    make_version("second")
    promote(paths.challenger, ["Better."], paths)
    back = rollback(paths)
    assert champion_record(paths) == back
    assert back.kind == "rolled back"
    assert back.version > first.version
    assert back.files == first.files
    assert served(paths) == paths.model_pkl.read_text() == "first"
    assert bento_champion().name == back.version.lower()
    assert read_decisions(paths.history_jsonl)[-1].restores == first.version


def test_a_second_rollback_goes_further_back(paths: Paths, make_version: MakeVersion) -> None:
    for name in ("first", "second", "third"):
        make_version(name)
        promote(paths.challenger, ["Better."], paths)
    rollback(paths)
    assert served(paths) == "second"
    rollback(paths)
    assert served(paths) == "first"
    with pytest.raises(NoChampionError, match="before the present one"):
        rollback(paths)


def test_a_version_that_is_not_here_cannot_be_rolled_back_to(paths: Paths) -> None:
    with pytest.raises(ArtifactError, match="make pull"):
        rollback(paths, "20200101T000000-abcdef")


def test_the_job_lists_shows_promotes_and_rolls_back(
    paths: Paths,
    make_version: MakeVersion,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = make_version("first")
    monkeypatch.chdir(paths.root)
    assert main(["promote", first.version]) == 0
    second = make_version("second")
    assert main(["promote", second.version]) == 0
    capsys.readouterr()
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:24].split()[-1] for line in lines] == [second.version, first.version]
    assert [line[0] for line in lines] == ["*", " "]
    assert main(["show", first.version]) == 0
    assert json.loads(capsys.readouterr().out)["card"] == {"model": "first"}
    assert main(["rollback"]) == 0
    assert served(Paths(Path())) == "first"


def test_a_clone_without_the_versions_says_how_to_bring_them(
    paths: Paths,
    make_version: MakeVersion,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    record = make_version("first")
    promote(paths.challenger, ["There was no champion."], paths)
    shutil.rmtree(paths.versions)
    monkeypatch.chdir(paths.root)
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    assert record.version in listed
    assert "make pull" in listed


def test_the_job_says_what_is_wrong_and_exits_two(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.root.mkdir()
    monkeypatch.chdir(paths.root)
    assert main(["rollback"]) == 2
    assert "no champion before" in capsys.readouterr().err
    assert main(["list"]) == 0
    assert "make train" in capsys.readouterr().out

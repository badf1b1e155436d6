"""Which versions stay."""

from collections.abc import Callable

import pytest

from data.params import Paths
from models.storage.bento_store import bento_champion
from models.storage.version_record import ChampionRecord
from training.registry.__main__ import main
from training.registry.promotion import champion_record, promote, rollback
from training.registry.retention import delete_old_versions

MakeVersion = Callable[[str], ChampionRecord]


def names(paths: Paths) -> set[str]:
    return {folder.name for folder in paths.versions.iterdir()}


@pytest.fixture
def promoted(paths: Paths, make_version: MakeVersion) -> list[str]:
    """Six champions in a row, oldest first."""
    made = []
    for number in range(6):
        made.append(make_version(f"version {number}").version)
        promote(paths.challenger, ["Better."], paths)
    return made


def keeping(paths: Paths, champions: int, others: int) -> Paths:
    paths.params.write_text(f"retention: {{champions: {champions}, others: {others}}}\n")
    return paths


def test_the_newest_champions_stay_and_the_rest_goes(paths: Paths, promoted: list[str]) -> None:
    assert delete_old_versions(keeping(paths, champions=2, others=1)) == promoted[:3]
    assert names(paths) == set(promoted[3:])
    assert rollback(paths).kind == "rolled back"


def test_what_goes_leaves_the_bento_store_too(paths: Paths, promoted: list[str]) -> None:
    delete_old_versions(keeping(paths, champions=1, others=0))
    stored = {folder.name for folder in bento_champion().parent.iterdir() if folder.is_dir()}
    assert stored & {version.lower() for version in promoted} == {promoted[-1].lower()}


def test_the_champion_stays_whatever_is_asked(paths: Paths, promoted: list[str]) -> None:
    first = rollback(paths, promoted[0])
    delete_old_versions(keeping(paths, champions=1, others=0))
    assert names(paths) == {first.version}
    assert champion_record(paths) == first


def test_nothing_goes_while_there_is_room(paths: Paths, promoted: list[str]) -> None:
    assert delete_old_versions(keeping(paths, champions=3, others=3)) == []
    assert names(paths) == set(promoted)


def test_versions_that_only_a_remote_holds_grow_old_like_others(paths: Paths, promoted: list[str]) -> None:
    elsewhere = [paths.versions / f"2020010{day}T000000-abcdef.dvc" for day in (1, 2)]
    for pointer in (*elsewhere, paths.versions / f"{promoted[-1]}.dvc"):
        pointer.touch()
    assert delete_old_versions(keeping(paths, champions=6, others=1)) == [elsewhere[0].stem]
    assert names(paths) == {*promoted, elsewhere[1].name, f"{promoted[-1]}.dvc"}
    assert delete_old_versions(keeping(paths, champions=1, others=0)) == [elsewhere[1].stem, *promoted[:-1]]
    assert names(paths) == {promoted[-1], f"{promoted[-1]}.dvc"}


def test_a_version_that_was_half_removed_is_no_version(
    paths: Paths, promoted: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = paths.versions / promoted[0]
    first.rename(first.with_name(f".unfinished-{first.name}"))
    monkeypatch.chdir(paths.root)
    assert main(["list"]) == 0
    assert promoted[0] not in capsys.readouterr().out
    assert delete_old_versions(keeping(paths, champions=3, others=2)) == []
    assert names(paths) == set(promoted[1:])

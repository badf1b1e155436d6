"""The record of a version and its digests."""

import json
from pathlib import Path

import pytest

from data.errors import ArtifactError, NoChampionError
from models.storage.version_record import MAX_RECORD_BYTES, ChampionRecord, verify
from tests.unit.models.storage.version_folders import version_folder


def test_a_version_is_its_time_and_six_digits_of_its_content(tmp_path: Path) -> None:
    one = version_folder(tmp_path / "one", a_txt="a")
    same = version_folder(tmp_path / "same", a_txt="a")
    other = version_folder(tmp_path / "other", a_txt="b")
    assert one.version == same.version
    assert one.version.startswith("20261123T120000-")
    assert other.version[:16] == one.version[:16]
    assert other.version != one.version


def test_a_record_survives_being_written_and_read(tmp_path: Path) -> None:
    record = version_folder(tmp_path / "v", a_txt="a")
    assert ChampionRecord.read(tmp_path / "v" / "champion.json") == record


def test_a_missing_record_means_no_champion(tmp_path: Path) -> None:
    with pytest.raises(NoChampionError, match="make train"):
        ChampionRecord.read(tmp_path / "champion.json")


@pytest.mark.parametrize(
    "change",
    [{"version": "../../etc"}, {"files": {"../evil": {}}}, {"kind": "guessed"}, {"surprise": 1}],
    ids=str,
)
def test_a_record_that_is_not_one_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    record = version_folder(tmp_path / "v", a_txt="a")
    path = tmp_path / "champion.json"
    path.write_text(json.dumps(record.model_dump(mode="json") | change))
    with pytest.raises(ArtifactError, match="not a champion record"):
        ChampionRecord.read(path)


def test_a_changed_file_is_named(tmp_path: Path) -> None:
    record = version_folder(tmp_path / "v", a_txt="a", b_txt="b")
    verify(tmp_path / "v", record)
    (tmp_path / "v" / "b.txt").write_text("c")
    with pytest.raises(ArtifactError, match=r"b\.txt of version .* is not the file that was saved"):
        verify(tmp_path / "v", record)


def test_a_missing_file_is_named_unless_it_is_the_pickle(tmp_path: Path) -> None:
    record = version_folder(tmp_path / "v", a_txt="a", model_pkl="for people")
    (tmp_path / "v" / "model.pkl").unlink()
    verify(tmp_path / "v", record)
    (tmp_path / "v" / "a.txt").unlink()
    with pytest.raises(ArtifactError, match=r"a\.txt of version .* is missing"):
        verify(tmp_path / "v", record)


def test_a_record_of_300_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "champion.json"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    with pytest.raises(ArtifactError, match=f"larger than the {MAX_RECORD_BYTES:,} bytes"):
        ChampionRecord.read(path)

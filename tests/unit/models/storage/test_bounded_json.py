"""JSON files with a limit."""

import zlib
from pathlib import Path
from zipfile import BadZipFile

import pytest

from data.errors import ArtifactError
from models.storage.bounded_json import read_json, readable


def test_content_within_the_limit_is_parsed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": [1]}')
    assert read_json(tmp_path / "a.json", max_bytes=10) == {"a": [1]}


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": [1]}')
    with pytest.raises(ArtifactError, match=r"a\.json is larger than the 9 bytes"):
        read_json(tmp_path / "a.json", max_bytes=9)


@pytest.mark.parametrize(
    "content", [b"{", b"\xff", b"[" * 100_000, b""], ids=["cut", "binary", "deep", "none"]
)
def test_what_is_no_json_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"a\.json cannot be read"):
        read_json(tmp_path / "a.json")


def test_a_missing_file_and_a_folder_in_its_place_are_refused_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(ArtifactError, match="cannot be read"):
            read_json(path)


@pytest.mark.parametrize(
    "error", [EOFError("empty"), BadZipFile("cut"), zlib.error("bits"), KeyError("name")]
)
def test_whatever_a_damaged_file_raises_names_what_was_read(error: Exception) -> None:
    with (
        pytest.raises(ArtifactError, match=f"The table cannot be read .{type(error).__name__}"),
        readable("The table"),
    ):
        raise error

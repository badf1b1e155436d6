"""data.atomic_files: files are complete or not there."""

import hashlib
from pathlib import Path

import pytest

from data.atomic_files import (
    atomic_path,
    atomic_write_bytes,
    atomic_write_json,
    atomic_write_text,
    md5_of,
    sha256_of,
)


def test_folders_are_made_and_nothing_but_the_file_is_left(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "file.txt"
    atomic_write_text(file, "größer")
    assert file.read_bytes() == "größer".encode()
    assert list(file.parent.iterdir()) == [file]


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    file = tmp_path / "file.csv.gz"
    atomic_write_bytes(file, b"old")

    def fail() -> None:
        with atomic_path(file) as temporary:
            temporary.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_the_unfinished_file_keeps_the_suffixes_that_writers_choose_their_format_by(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "sales.csv.gz") as temporary:
        temporary.write_bytes(b"")
        assert temporary.name.endswith("sales.csv.gz")
        assert temporary.name.startswith(".")


def test_json_is_written_for_people_and_refuses_numbers_that_json_does_not_know(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    atomic_write_json(file, {"words": "größer", "n": [1]})
    assert file.read_text(encoding="utf-8").startswith('{\n  "words": "größer"')
    with pytest.raises(ValueError, match="not JSON compliant"):
        atomic_write_json(file, {"n": float("nan")})


def test_checksums_are_those_of_the_content(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    assert sha256_of(file) == hashlib.sha256(b"content").hexdigest()
    assert md5_of(file) == hashlib.md5(b"content").hexdigest()

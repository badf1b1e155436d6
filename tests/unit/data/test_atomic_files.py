"""data.atomic_files: files are complete or not there."""

import hashlib
import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from data.atomic_files import (
    atomic_path,
    atomic_write_bytes,
    atomic_write_json,
    atomic_write_text,
    exclusive,
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


HOLD = """
import sys, time
from pathlib import Path
from data.atomic_files import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_held_by_one_process_at_a_time_and_may_be_held_again_inside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    root = Path(__file__).parents[3]
    arguments = [sys.executable, "-c", HOLD, str(tmp_path / "raw")]
    with subprocess.Popen(arguments, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        threading.Timer(0.5, holder.stdin.close).start()
        with exclusive(tmp_path / "raw"), exclusive(tmp_path / "raw"):
            assert "Waiting for another job" in caplog.text


def test_a_folder_that_may_not_be_written_to_needs_no_lock(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with exclusive(tmp_path / "file" / "raw"):
        pass

"""The flag: up with a reason until somebody takes it down."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.errors import ArtifactError
from drift.flag import clear_flag, raise_flag, read_flag


def test_a_raised_flag_says_why_since_when_and_of_which_version(tmp_path: Path) -> None:
    raised = raise_flag(tmp_path / "retrain.flag", "Store 3 sold nothing.", "20260101T000000-abcdef")
    assert read_flag(tmp_path / "retrain.flag") == raised
    assert (raised.reason, raised.version) == ("Store 3 sold nothing.", "20260101T000000-abcdef")
    assert abs((datetime.now(UTC) - raised.time).total_seconds()) < 60


def test_a_flag_that_is_up_keeps_its_reason_and_time(tmp_path: Path) -> None:
    first = raise_flag(tmp_path / "retrain.flag", "first", None)
    raise_flag(tmp_path / "retrain.flag", "second", None)
    assert read_flag(tmp_path / "retrain.flag") == first


def test_a_flag_is_taken_down_once_or_twice(tmp_path: Path) -> None:
    raise_flag(tmp_path / "retrain.flag", "why", None)
    clear_flag(tmp_path / "retrain.flag")
    clear_flag(tmp_path / "retrain.flag")
    assert read_flag(tmp_path / "retrain.flag") is None


def test_a_file_that_is_no_flag_is_named(tmp_path: Path) -> None:
    (tmp_path / "retrain.flag").write_text("please")
    with pytest.raises(ArtifactError, match=r"retrain\.flag"):
        read_flag(tmp_path / "retrain.flag")

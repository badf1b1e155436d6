"""The flag: up with a reason until somebody takes it down."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.errors import ArtifactError
from drift.result.retrain_flag import clear_flag, raise_flag, read_flag


def test_a_raised_flag_says_why_since_when_and_of_which_version(tmp_path: Path) -> None:
    raised = raise_flag(tmp_path / "retrain.flag", "Store 3 sold nothing.", "20260101T000000-abcdef")
    assert read_flag(tmp_path / "retrain.flag") == raised
    assert (raised.reason, raised.version) == ("Store 3 sold nothing.", "20260101T000000-abcdef")
    assert abs((datetime.now(UTC) - raised.time).total_seconds()) < 60


def test_a_flag_that_is_up_keeps_its_reason_and_time(tmp_path: Path) -> None:
    first = raise_flag(tmp_path / "retrain.flag", "first", None)
    raise_flag(tmp_path / "retrain.flag", "second", None)
    assert read_flag(tmp_path / "retrain.flag") == first


def test_drift_of_another_kind_is_added_to_a_flag_that_is_up(tmp_path: Path) -> None:
    flag = tmp_path / "retrain.flag"
    first = raise_flag(flag, "Store 3 moved.", "a", ("store", "errors"))
    both = raise_flag(flag, "Item 5 moved.", "b", ("item", "errors"))
    assert read_flag(flag) == both
    assert both.kinds == ("store", "errors", "item")
    assert both.reason == "Store 3 moved. Item 5 moved."
    assert (both.time, both.version, both.by_hand) == (first.time, "a", False)
    assert raise_flag(flag, "The same again.", "b", ("item", "store")) == both


def test_drift_found_while_somebody_asked_by_hand_is_added_and_it_stays_by_hand(tmp_path: Path) -> None:
    flag = tmp_path / "retrain.flag"
    by_hand = raise_flag(flag, "Asked for by hand.", None, by_hand=True)
    raise_flag(flag, "Store 3 sold nothing.", "a", ("store",))
    read = read_flag(flag)
    assert read is not None
    assert (read.by_hand, read.time, read.kinds) == (True, by_hand.time, ("store",))
    assert read.reason == "Asked for by hand. Store 3 sold nothing."


def test_a_flag_is_taken_down_once_or_twice(tmp_path: Path) -> None:
    raise_flag(tmp_path / "retrain.flag", "why", None)
    clear_flag(tmp_path / "retrain.flag")
    clear_flag(tmp_path / "retrain.flag")
    assert read_flag(tmp_path / "retrain.flag") is None


def test_a_file_that_is_no_flag_is_named(tmp_path: Path) -> None:
    (tmp_path / "retrain.flag").write_text("please")
    with pytest.raises(ArtifactError, match=r"retrain\.flag"):
        read_flag(tmp_path / "retrain.flag")

"""The flag: raised with a reason until a retraining has handled it; no writer loses what another wrote."""

import subprocess
import sys
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


def test_a_raised_flag_keeps_its_reason_and_time(tmp_path: Path) -> None:
    first = raise_flag(tmp_path / "retrain.flag", "first", None)
    raise_flag(tmp_path / "retrain.flag", "second", None)
    assert read_flag(tmp_path / "retrain.flag") == first


def test_drift_of_another_kind_is_added_to_a_raised_flag(tmp_path: Path) -> None:
    flag = tmp_path / "retrain.flag"
    first = raise_flag(flag, "Store 3 changed.", "a", ("store", "errors"))
    both = raise_flag(flag, "Item 5 changed.", "b", ("item", "errors"))
    assert read_flag(flag) == both
    assert both.kinds == ("store", "errors", "item")
    assert both.reason == "Store 3 changed. Item 5 changed."
    assert (both.time, both.version, both.by_hand) == (first.time, "a", False)
    assert raise_flag(flag, "The same again.", "b", ("item", "store")) == both


def test_drift_is_added_to_a_flag_raised_by_hand(tmp_path: Path) -> None:
    flag = tmp_path / "retrain.flag"
    by_hand = raise_flag(flag, "Asked for by hand.", None, by_hand=True)
    raise_flag(flag, "Store 3 sold nothing.", "a", ("store",))
    read = read_flag(flag)
    assert read is not None
    assert (read.by_hand, read.time, read.kinds) == (True, by_hand.time, ("store",))
    assert read.reason == "Asked for by hand. Store 3 sold nothing."


def test_a_handled_flag_is_cleared_once_or_twice(tmp_path: Path) -> None:
    handled = raise_flag(tmp_path / "retrain.flag", "why", None)
    assert clear_flag(tmp_path / "retrain.flag", handled)
    assert clear_flag(tmp_path / "retrain.flag", handled)
    assert read_flag(tmp_path / "retrain.flag") is None


def test_a_flag_extended_during_a_retraining_is_not_cleared_by_it(tmp_path: Path) -> None:
    flag = tmp_path / "retrain.flag"
    handled = raise_flag(flag, "Store 3 changed.", "a", ("store",))
    extended = raise_flag(flag, "Item 5 changed.", "a", ("item",))
    assert not clear_flag(flag, handled)
    assert read_flag(flag) == extended


def test_checks_in_several_processes_all_add_their_kinds(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from drift.result.retrain_flag import raise_flag\n"
        "for k in range(8): raise_flag(Path(sys.argv[1]), 'why', None, (f'{sys.argv[2]}-{k}',))"
    )
    flag = tmp_path / "reports" / "retrain.flag"
    command = [sys.executable, "-c", program, str(flag)]
    writers = [subprocess.Popen([*command, str(writer)]) for writer in range(4)]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 4
    read = read_flag(flag)
    assert read is not None
    assert set(read.kinds) == {f"{writer}-{k}" for writer in range(4) for k in range(8)}


def test_a_file_that_is_no_flag_is_named(tmp_path: Path) -> None:
    (tmp_path / "retrain.flag").write_text("please")
    with pytest.raises(ArtifactError, match=r"retrain\.flag"):
        read_flag(tmp_path / "retrain.flag")

"""The dvc command: time limit and failures in plain words. The tests run a fake module of its name."""

import time
from pathlib import Path

import psutil
import pytest

from training.remote.dvc_command import Dvc, RemoteError, failure


def fake_dvc(folder: Path, code: str) -> Dvc:
    """A clone in which `python -m dvc` runs this code."""
    (folder / "dvc").mkdir()
    (folder / "dvc" / "__init__.py").touch()
    (folder / "dvc" / "__main__.py").write_text(code)
    return Dvc(folder, limit_seconds=30)


def test_what_a_command_printed_comes_back(tmp_path: Path) -> None:
    dvc = fake_dvc(tmp_path, "print('core.remote=local\\nremote.local.url=/a=b\\nno setting')")
    assert dvc.settings() == {"core.remote": "local", "remote.local.url": "/a=b"}


def test_a_command_sees_our_variables_and_is_not_asked_questions(tmp_path: Path) -> None:
    dvc = fake_dvc(tmp_path, "import os, sys; print(os.environ['KEY'], repr(sys.stdin.read()))")
    assert Dvc(dvc.root, 30, {"KEY": "value"}).run("status") == "value ''\n"


def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    code = (
        "import pathlib, signal, subprocess, time\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "pathlib.Path('child').write_text(str(subprocess.Popen(['sleep', '60']).pid))\n"
        "time.sleep(60)\n"
    )
    started = time.monotonic()
    with pytest.raises(RemoteError, match="took more than 2 s"):
        Dvc(fake_dvc(tmp_path, code).root, limit_seconds=2).run("push")
    child = int((tmp_path / "child").read_text())
    while is_alive(child):  # a killed process takes its time to go
        assert time.monotonic() - started < 20
        time.sleep(0.05)


def is_alive(process: int) -> bool:
    """A zombie is not: it stays until its parent collects it."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_all_commands_together_have_one_limit(tmp_path: Path) -> None:
    dvc = fake_dvc(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(RemoteError, match="took more than"):
        Dvc(dvc.root, limit_seconds=30, started=time.monotonic() - 40).run("push")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/usr/bin/python: No module named dvc", "not installed"),
        ("ERROR: Unable to acquire lock. Most likely another DVC process is running", "another dvc"),
        ("Can't remove the following unsaved files without confirmation.", "would be lost"),
        ("ERROR: unexpected error - Unable to locate credentials", "none are set"),
        ("HTTP 'basic' authentication require both 'user' and 'password'", "none are set"),
        ("An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation", "refuses"),
        ("failed to transfer 'ab' - 401, message='Unauthorized'", "refuses these credentials"),
        ("hash mismatch for object 'ab'", "other content than requested"),
        ("Expected checksum ab= did not match calculated checksum: cd=", "other content than requested"),
        ("Cannot connect to host 127.0.0.1:1 ssl:default [Connect call failed]", "cannot be reached"),
        ("An error occurred (503) when calling (reached max retries: 4)", "cannot be reached or fails"),
        ("Checkout failed for following targets:\nIs your cache up to date?\nmissing-files", "lacks files"),
    ],
)
def test_failures_have_a_sentence_and_a_hint(text: str, words: str) -> None:
    error = failure("pull", text)
    assert words in error.message
    assert error.hint
    assert text.splitlines()[-1].removeprefix("ERROR: ") in error.hint


def test_an_unknown_failure_shows_the_output_of_dvc() -> None:
    error = failure("push", "one\ntwo\nthree\nERROR: four\n\n")
    assert str(error) == "`dvc push` failed. It printed:\n  dvc: two\n  dvc: three\n  dvc: four"


def test_the_output_of_dvc_is_bounded_in_messages() -> None:
    assert len(str(failure("push", f"ERROR: {'x' * 10_000_000}"))) < 500

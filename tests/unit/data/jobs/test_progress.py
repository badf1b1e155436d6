"""data.jobs.progress: bars for people, silence for files."""

import io
import logging
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from data.jobs.progress import QUIET_SECONDS, configure_logging, progress, wait_for


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_shown_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progress([1, 2, 3], "work")) == [1, 2, 3]
    assert capsys.readouterr().err == ""


def test_long_work_on_a_terminal_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("data.jobs.progress.QUIET_SECONDS", 0.0)
    with progress(range(2), "baking") as bar:
        bar.update(1)
        bar.refresh()
    assert "baking" in terminal.getvalue()
    assert QUIET_SECONDS > 0


def test_a_bar_appears_before_the_first_of_several_long_jobs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, is_shown = Terminal(), threading.Event()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(
        terminal, "flush", lambda: is_shown.set() if "baking" in terminal.getvalue() else None
    )
    monkeypatch.setattr("data.jobs.progress.QUIET_SECONDS", 0.01)
    with ThreadPoolExecutor(1) as pool:
        wait_for([pool.submit(is_shown.wait, 60)], "baking")
    assert is_shown.is_set()
    assert "0/1" in terminal.getvalue()


def test_what_a_job_raised_is_raised_where_it_is_waited_for() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError):
        wait_for([pool.submit(lambda: 1 / 0)], "baking")


def test_jobs_log_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    configure_logging()
    [handler] = logging.getLogger().handlers
    record = logging.LogRecord("job", logging.INFO, "", 1, "42 series", None, None)
    assert handler.format(record).endswith(" 42 series")

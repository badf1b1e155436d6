"""data.progress: bars for people, silence for files."""

import io
import logging
import sys

import pytest

from data.progress import QUIET_SECONDS, configure_logging, progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_shown_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progress([1, 2, 3], "work")) == [1, 2, 3]
    assert capsys.readouterr().err == ""


def test_long_work_on_a_terminal_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("data.progress.QUIET_SECONDS", 0.0)
    with progress(2, "baking") as bar:
        bar.update(1)
        bar.refresh()
    assert "baking" in terminal.getvalue()
    assert QUIET_SECONDS > 0


def test_jobs_log_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    configure_logging()
    [handler] = logging.getLogger().handlers
    record = logging.LogRecord("job", logging.INFO, "", 1, "42 series", None, None)
    assert handler.format(record).endswith(" 42 series")

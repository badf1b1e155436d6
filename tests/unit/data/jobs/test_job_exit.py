"""data.jobs.job_exit: a job that cannot do its work says so in one sentence and exits with 2."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data.atomic_files import atomic_write_text
from data.errors import DataContractError
from data.jobs.job_exit import exit_code


def _raise(error: Exception) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def test_a_job_that_did_its_work_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(lambda: print("done")) == 0
    assert capsys.readouterr().out == "done\n"


def test_an_error_of_the_project_is_printed_with_its_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(_raise(DataContractError("No sales.", hint="Add a file."))) == 2
    assert capsys.readouterr().err == "No sales. Add a file.\n"


def test_a_message_is_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(_raise(DataContractError("x" * 1_000_000))) == 2
    assert len(capsys.readouterr().err) <= 1001


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EISDIR])
def test_an_error_of_the_system_names_path_reason_and_hint(
    code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(_raise(OSError(code, os.strerror(code), "reports/page.html"))) == 2
    path, reason, hint = capsys.readouterr().err.partition(f": {os.strerror(code)}. ")
    assert path == "reports/page.html"
    assert reason
    assert hint.count("\n") == 1


def test_an_error_of_a_library_without_a_number_keeps_its_words_on_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code(_raise(OSError("Connection\nrefused"))) == 2
    assert capsys.readouterr().err == "Connection refused\n"


def test_a_full_disk_is_reported_under_the_name_of_the_file_and_not_of_its_hidden_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    file.mkdir()  # a folder in the place of the file: the last step fails
    assert exit_code(lambda: atomic_write_text(file, "text")) == 2
    assert capsys.readouterr().err.startswith(f"{file}: ")
    assert list(tmp_path.iterdir()) == [file]


def test_an_error_of_the_code_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        exit_code(_raise(ZeroDivisionError()))


@pytest.mark.parametrize("job", ["prepare", "sample"])
def test_a_job_ends_with_2_and_one_line_where_a_folder_is_a_file(job: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[4]
    (tmp_path / "params.yaml").write_bytes((root / "params.yaml").read_bytes())
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", f"data.{job}"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert run.stderr.splitlines()[-1].startswith("data/raw: ")

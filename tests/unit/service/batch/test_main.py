"""service.batch: what is interrupted, resumed or refused."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from data.errors import NoChampionError
from models.champion import Champion
from service.batch import __main__ as batch
from tests.unit.service.batch_run import MAIN, ROOT, ChampionForecasts, rows_of, write


def test_an_interrupted_run_leaves_the_old_file_and_is_resumed(run: Any, champion: Champion) -> None:
    out = Path("f.csv")
    out.write_text("old")
    assert run("--out", "f.csv", source=ChampionForecasts(champion, last=2)) == 2
    assert out.read_text() == "old"
    again = ChampionForecasts(champion)
    assert run("--out", "f.csv", "--resume", source=again) == 0
    assert again.requested == [6, 7, 8, 9]
    assert len(rows_of(out)) == 10 * 90
    assert sorted(path.name for path in Path().iterdir()) == ["f.csv"]


@pytest.mark.parametrize("arguments", [[], ["--resume", "--horizon-days", "7"]])
def test_parts_of_another_run_are_not_mixed_in(run: Any, champion: Champion, arguments: list[str]) -> None:
    assert run("--out", "f.csv", source=ChampionForecasts(champion, last=2)) == 2
    again = ChampionForecasts(champion)
    assert run("--out", "f.csv", *arguments, source=again) == 0
    assert len(again.requested) == 10


@pytest.mark.parametrize("days", ["0", "91", "-1", "x", "1.5"])
def test_a_horizon_has_limits(run: Any, days: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        run("--out", "f.csv", "--horizon-days", days)


@pytest.mark.parametrize(("url", "is_noted"), [([], False), (["--url", "http://x"], True)])
def test_the_log_says_when_a_server_checks_each_series_alone(
    run: Any, url: list[str], is_noted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    sales = write(Path("sales.csv"), ["date,store,item,sales", "2017-12-31,1,1,3"])
    assert run("--out", "f.csv", "--sales", sales, *url) == 0
    assert ("each series alone" in caplog.text) is is_noted


def test_without_a_champion_the_job_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def empty_store() -> Path:
        raise NoChampionError("The store is empty.")

    monkeypatch.setattr("service.app.champion_of_store", empty_store)  # other tests have filled the real one
    monkeypatch.chdir(tmp_path)
    assert batch.main(["--out", "f.csv"]) == 2
    assert "make train" in capsys.readouterr().err


def start(clone: Path, code: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, cwd=clone, env=environment, stderr=subprocess.PIPE, text=True)


def test_a_full_disk_fails_with_one_sentence_and_keeps_the_old_file(clone: Path) -> None:
    (clone / "f.csv").write_text("old")
    limit = "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); "
    process = start(clone, f"{limit}{MAIN}['--out', 'f.csv']))")
    _, printed = process.communicate(timeout=60)
    assert process.returncode == 2, printed
    assert "Traceback" not in printed
    assert (clone / "f.csv").read_text() == "old"


def test_a_killed_batch_leaves_the_old_file(clone: Path) -> None:
    (clone / "f.csv").write_text("old")
    process = start(clone, f"import sys; {MAIN}['--out', 'f.csv', '--horizon-days', '90']))")
    while not (clone / ".f.csv.parts").exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.001)
    process.kill()
    process.communicate(timeout=60)
    assert (clone / "f.csv").read_text() == "old" or len(rows_of(clone / "f.csv")) == 900


@pytest.mark.parametrize("wrong", ["", "0", "0.5,1", "x", ",".join(["0.5"] * 10)])
def test_quantiles_that_there_are_not_are_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        batch.main(["--out", "f.csv", "--quantiles", wrong])
    assert "expected up to 9 numbers of 0.01 to 0.99" in capsys.readouterr().err

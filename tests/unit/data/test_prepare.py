"""data.prepare: the job from raw to processed."""

import json
import logging
from pathlib import Path

import pytest

from data.errors import DataContractError
from data.panel.frames import read_panel
from data.params import Paths
from data.prepare import load_panel, main, prepare

SETTINGS = "data: {}\nsynthetic: {stores: 2, items: 3, days: 40}\n"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "params.yaml").write_text(SETTINGS)
    return Paths(tmp_path)


def put(paths: Paths, name: str, rows: str) -> None:
    paths.raw.mkdir(parents=True, exist_ok=True)
    (paths.raw / name).write_text(f"date,store,item,sales\n{rows}")


def test_raw_files_become_clean_sales_and_a_report(paths: Paths) -> None:
    put(paths, "mine.csv", "2017-01-01,1,1,3\n2017-01-02,1,1,-4\n")
    panel = prepare(paths)
    assert panel.sales.tolist() == [[3, 0]]
    assert read_panel(paths.sales).content_hash() == panel.content_hash()
    report = json.loads(paths.data_quality.read_text())
    assert (report["series"], report["findings"]["negative_sales"]["count"]) == (1, 1)


def test_without_any_sales_a_sample_is_created_and_logged(
    paths: Paths, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert prepare(paths).sales.shape == (6, 40)
    assert [path.name for path in paths.raw.iterdir()] == ["sample.csv.gz"]
    assert "creating sample sales" in caplog.text
    caplog.clear()
    prepare(paths)
    assert "creating sample sales" not in caplog.text


def test_a_file_that_cannot_be_sales_is_reported_as_left_out(
    paths: Paths, caplog: pytest.LogCaptureFixture
) -> None:
    put(paths, "mine.csv", "2017-01-01,1,1,3\n")
    put(paths, "mine.xlsx", "")
    prepare(paths)
    assert "mine.xlsx is none of .csv, .csv.gz, .parquet: left out." in caplog.text


def test_no_sample_is_put_under_ingested_days(paths: Paths) -> None:
    put(paths, "ingested-2017-01.csv", "2017-01-01,1,1,3\n")
    with pytest.raises(DataContractError, match="ingested days only"):
        prepare(paths)


def test_sales_that_cannot_be_used_leave_what_was_prepared_before(paths: Paths) -> None:
    put(paths, "mine.csv", "2017-01-01,1,1,3\n")
    prepare(paths)
    before = paths.sales.read_bytes()
    put(paths, "mine.csv", "no date,1,1,3\n")
    with pytest.raises(DataContractError, match="no date"):
        prepare(paths)
    assert paths.sales.read_bytes() == before


def test_preparing_twice_writes_the_same_bytes(paths: Paths) -> None:
    prepare(paths)
    first = paths.sales.read_bytes(), paths.data_quality.read_bytes()
    prepare(paths)
    assert (paths.sales.read_bytes(), paths.data_quality.read_bytes()) == first


def test_panels_are_loaded_from_raw_sales_or_from_processed_ones_alone(paths: Paths) -> None:
    put(paths, "mine.csv", "2017-01-01,1,1,3\n")
    panel = load_panel(paths)
    (paths.raw / "mine.csv").unlink()
    assert load_panel(paths).content_hash() == panel.content_hash()
    assert not list(paths.raw.iterdir())


def test_the_job_exits_2_and_says_why_on_stderr(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(paths.root)
    assert main([]) == 0
    put(paths, "mine.csv", "no date,1,1,3\n")
    assert main([]) == 2
    assert "line 2: 'no date'" in capsys.readouterr().err

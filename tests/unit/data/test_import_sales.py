"""data.import_sales: the sales a user names become the sales that are trained on."""

import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from data.errors import DataContractError
from data.import_sales import import_sales, main
from data.loading.cleaning_rules import DataParams


def sales_file(folder: Path, name: str, text: str = "date,store,item,sales\n2017-01-01,1,1,3\n") -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(text)
    return file


def visible(raw: Path) -> set[str]:
    return {path.name for path in raw.iterdir() if not path.name.startswith(".")}


def test_an_imported_file_is_copied_whole(tmp_path: Path) -> None:
    mine = sales_file(tmp_path / "mine", "sales.csv")
    imported = import_sales(mine, tmp_path / "raw", DataParams())
    assert imported.read_bytes() == mine.read_bytes()
    assert mine.exists()


def test_another_file_takes_the_place_of_the_one_imported_before(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    import_sales(sales_file(tmp_path / "mine", "first.csv"), raw, DataParams())
    import_sales(sales_file(tmp_path / "mine", "second.csv"), raw, DataParams())
    assert visible(raw) == {"second.csv"}


def test_the_same_name_with_other_content_replaces_the_content(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    import_sales(sales_file(tmp_path / "mine", "sales.csv"), raw, DataParams())
    newer = sales_file(tmp_path / "mine", "sales.csv", "date,store,item,sales\n2017-01-02,1,1,4\n")
    assert import_sales(newer, raw, DataParams()).read_text() == newer.read_text()
    assert visible(raw) == {"sales.csv"}


def test_files_a_person_put_there_stay(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    sales_file(raw, "theirs.csv")
    import_sales(sales_file(tmp_path / "mine", "first.csv"), raw, DataParams())
    import_sales(sales_file(tmp_path / "mine", "second.csv"), raw, DataParams())
    assert visible(raw) == {"theirs.csv", "second.csv"}


def test_a_file_that_is_already_in_raw_is_left_as_it_is(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    import_sales(sales_file(raw, "theirs.csv"), raw, DataParams())
    import_sales(sales_file(tmp_path / "mine", "other.csv"), raw, DataParams())
    assert visible(raw) == {"theirs.csv", "other.csv"}


def test_a_file_put_there_by_hand_is_not_replaced_by_one_of_its_name(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    theirs = sales_file(raw, "sales.csv")
    mine = sales_file(tmp_path / "mine", "sales.csv", "date,store,item,sales\n2017-01-02,1,1,4\n")
    before = theirs.read_text()
    with pytest.raises(DataContractError, match="by hand"):
        import_sales(mine, raw, DataParams())
    assert theirs.read_text() == before


STEPS = ("atomic_write_json", "_copy", "_remove")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("is_before", [True, False])
def test_an_import_that_is_killed_at_any_step_can_be_repeated(
    tmp_path: Path, step: str, is_before: bool
) -> None:
    raw, mine = tmp_path / "raw", tmp_path / "mine"
    import_sales(sales_file(mine, "first.csv"), raw, DataParams())
    second = sales_file(mine, "second.csv")
    killed = KILLED.format(step=step, before=is_before, file=str(second), raw=str(raw))
    run = subprocess.run([sys.executable, "-c", killed], check=False)
    assert run.returncode == -signal.SIGKILL
    import_sales(second, raw, DataParams())
    assert visible(raw) == {"second.csv"}
    import_sales(sales_file(mine, "third.csv"), raw, DataParams())
    assert visible(raw) == {"third.csv"}


KILLED = """
import os, signal
from pathlib import Path
import data.import_sales as job
from data.loading.cleaning_rules import DataParams
step = job.{step}
def die(*arguments):
    if not {before}:
        step(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
job.{step} = die
job.import_sales(Path({file!r}), Path({raw!r}), DataParams())
"""


def test_a_file_imported_by_an_earlier_version_is_replaced(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    sales_file(raw, "old.csv")
    (raw / ".brought").write_text("old.csv")
    import_sales(sales_file(tmp_path / "mine", "new.csv"), raw, DataParams())
    assert visible(raw) == {"new.csv"}
    assert not (raw / ".brought").exists()


def test_a_folder_of_parquet_files_is_imported_and_replaced_as_a_whole(tmp_path: Path) -> None:
    raw, mine = tmp_path / "raw", tmp_path / "spark.parquet"
    frame = pd.DataFrame({"date": ["2017-01-01"], "store": [1], "item": [1], "sales": [3]})
    mine.mkdir()
    frame.to_parquet(mine / "part-0.parquet")
    import_sales(mine, raw, DataParams())
    (mine / "part-0.parquet").rename(mine / "part-1.parquet")
    import_sales(mine, raw, DataParams())
    assert [path.name for path in (raw / "spark.parquet").iterdir()] == ["part-1.parquet"]
    import_sales(sales_file(tmp_path / "mine", "other.csv"), raw, DataParams())
    assert visible(raw) == {"other.csv"}


def test_a_folder_that_cannot_be_copied_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, mine = tmp_path / "raw", tmp_path / "spark.parquet"
    mine.mkdir()
    pd.DataFrame({"date": ["2017-01-01"], "store": [1], "item": [1], "sales": [3]}).to_parquet(
        mine / "0.parquet"
    )
    (mine / "broken").symlink_to(tmp_path / "nowhere")
    with pytest.raises(DataContractError, match=r"spark.parquet cannot be copied: .*No such file"):
        import_sales(mine, raw, DataParams())
    assert {path.name for path in raw.iterdir()} == {".imported"}


def test_a_file_that_cannot_be_read_leaves_the_one_imported_before(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    import_sales(sales_file(tmp_path / "mine", "good.csv"), raw, DataParams())
    with pytest.raises(DataContractError):
        import_sales(sales_file(tmp_path / "mine", "bad.csv", "a,b\n1,2\n"), raw, DataParams())
    assert visible(raw) == {"good.csv"}


@pytest.mark.parametrize("name", [".hidden.csv", "ingested-2017-01.csv", "sample.csv.gz"])
def test_a_name_that_is_read_in_its_own_way_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataContractError, match="Rename"):
        import_sales(sales_file(tmp_path / "mine", name), tmp_path / "raw", DataParams())


@pytest.mark.parametrize("name", ["missing.csv", "sales.xlsx"])
def test_a_file_that_cannot_be_used_is_named_and_changes_nothing(tmp_path: Path, name: str) -> None:
    raw = tmp_path / "raw"
    import_sales(sales_file(tmp_path / "mine", "sales.csv"), raw, DataParams())
    if name == "sales.xlsx":
        sales_file(tmp_path / "mine", name)
    with pytest.raises(DataContractError, match=name):
        import_sales(tmp_path / "mine" / name, raw, DataParams())
    assert visible(raw) == {"sales.csv"}


def test_the_job_exits_2_when_there_is_no_such_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "params.yaml").write_text("data:\n")
    monkeypatch.chdir(tmp_path)
    assert main(["nowhere.csv"]) == 2
    assert "nowhere.csv" in capsys.readouterr().err


def test_the_job_says_what_else_is_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "params.yaml").write_text("data:\n")
    monkeypatch.chdir(tmp_path)
    mine = sales_file(tmp_path / "mine", "sales.csv")
    assert main([str(mine)]) == 0
    assert "with" not in capsys.readouterr().out
    sales_file(tmp_path / "data" / "raw", "ingested-1.csv")
    assert main([str(mine)]) == 0
    assert "ingested-1.csv" in capsys.readouterr().out


def test_days_ingested_on_top_of_other_sales_are_never_mixed_with_these(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    import_sales(sales_file(tmp_path / "mine", "first.csv"), raw, DataParams())
    sales_file(raw, "ingested-2017-01.csv")
    with pytest.raises(DataContractError, match=r"ingested-2017-01\.csv"):
        import_sales(sales_file(tmp_path / "mine", "second.csv"), raw, DataParams())
    assert visible(raw) == {"first.csv", "ingested-2017-01.csv"}
    import_sales(sales_file(tmp_path / "mine", "first.csv"), raw, DataParams())

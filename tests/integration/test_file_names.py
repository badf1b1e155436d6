"""make passes on the very file that was named, whatever characters are in its name."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = (
    *("sales.csv", "new sales.csv", "two  blanks .csv", "a /b.csv", "sales[1].csv", "a*b?.csv", "it's.csv"),
    *('say "this".csv', "100 %.csv", "a$b.csv", "$(shell id).csv", "${HOME}.csv", "$$.csv", "`id`.csv"),
    *("a;b&c|d.csv", "#1.csv", "back\\slash.csv", "größe.csv", "-n.csv", "a=b.csv", "a:b.csv", "$(x.csv"),
)
PRINT = r"printf '%s\n'"  # in the place of Python


def last_argument(*arguments: str, cwd: Path = ROOT, **environment: str) -> str:
    run = subprocess.run(
        ["make", "--silent", *arguments, f"PY={PRINT}", "SERVE=", "JOBS=", "MAKE=true"],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return next(line for line in reversed(run.stdout.splitlines()) if line.endswith((".csv", "parquet")))


@pytest.mark.parametrize("name", NAMES)
def test_the_file_that_was_named_is_ingested(name: str) -> None:
    assert last_argument("ingest", f"FILE={name}") == f"{ROOT}/{name}"
    assert last_argument("ingest", FILE=name) == f"{ROOT}/{name}"


@pytest.mark.parametrize("target", ["up", "drift"])
def test_sales_may_have_any_name_too(target: str) -> None:
    assert last_argument(target, "SALES=my sales [$1].csv") == f"{ROOT}/my sales [$1].csv"


def test_a_batch_reads_and_writes_files_of_any_name() -> None:
    assert last_argument("batch", "OUT=to $here.csv") == f"{ROOT}/to $here.csv"
    assert last_argument("batch") == f"{ROOT}/reports/forecasts.parquet"


@pytest.mark.parametrize("name", NAMES)
def test_new_sales_come_from_a_file_of_any_name(name: str) -> None:
    assert last_argument("new-sales", f"FROM={name}") == f"{ROOT}/{name}"


def test_new_sales_called_in_another_folder_are_read_from_there(tmp_path: Path) -> None:
    command = ["bash", str(ROOT / ".ci" / "new-sales"), "a b.csv"]
    variables = os.environ | {"MAKEFLAGS": "s -- PY=echo SERVE="}
    run = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == f"-m data.ingest {tmp_path}/a b.csv"


def test_an_absolute_name_stays_as_it_is(tmp_path: Path) -> None:
    assert last_argument("ingest", f"FILE={tmp_path}/a b.csv") == f"{tmp_path}/a b.csv"


def test_with_another_folder_names_are_relative_to_the_one_make_was_called_in(tmp_path: Path) -> None:
    (tmp_path / "a b.csv").touch()
    from_here = last_argument("-C", str(ROOT), "ingest", "FILE=a b.csv", cwd=tmp_path, PWD=str(tmp_path))
    assert from_here == f"{tmp_path}/a b.csv"

"""data.sample: sample sales, only while there are no others."""

from pathlib import Path

import pytest

from data.errors import DataContractError
from data.params import Paths
from data.sample import create_sample, main, update_sample

SETTINGS = "synthetic: {stores: 2, items: 3, days: 40, seed: 1}\n"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "params.yaml").write_text(SETTINGS)
    return Paths(tmp_path)


def names(paths: Paths) -> list[str]:
    return sorted(path.name for path in paths.raw.iterdir())


def test_the_sample_follows_its_settings_while_it_stands_alone(paths: Paths) -> None:
    update_sample(paths)
    first = (paths.raw / "sample.csv.gz").read_bytes()
    update_sample(paths)
    assert (paths.raw / "sample.csv.gz").read_bytes() == first
    paths.params.write_text(SETTINGS.replace("seed: 1", "seed: 2"))
    update_sample(paths)
    assert (paths.raw / "sample.csv.gz").read_bytes() != first


def test_a_sample_that_days_were_added_to_stays_as_it_is(paths: Paths) -> None:
    update_sample(paths)
    first = (paths.raw / "sample.csv.gz").read_bytes()
    (paths.raw / "ingested-2013-02.csv.gz").touch()
    paths.params.write_text(SETTINGS.replace("seed: 1", "seed: 2"))
    update_sample(paths)
    assert (paths.raw / "sample.csv.gz").read_bytes() == first


def test_sales_put_there_by_hand_stay(paths: Paths) -> None:
    paths.raw.mkdir(parents=True)
    (paths.raw / "mine.csv").write_text("date,store,item,sales\n2017-01-01,1,1,3\n")
    update_sample(paths)
    assert names(paths) == ["mine.csv"]


def test_no_sample_is_created_where_the_sales_of_a_champion_are_missing(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.models.mkdir()
    paths.champion_json.touch()
    with pytest.raises(DataContractError, match="was trained on some"):
        create_sample(paths)
    monkeypatch.chdir(paths.root)
    assert main([]) == 2
    assert "make pull" in capsys.readouterr().err
    assert not paths.raw.exists()


def test_the_job_puts_it_where_there_is_nothing(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(paths.root)
    assert main([]) == 0
    assert names(paths) == ["sample.csv.gz"]

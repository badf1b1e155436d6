"""data.params: settings are read strictly, and paths are where the contract says."""

from pathlib import Path

import pytest

from data.errors import DataContractError
from data.params import Params, Paths, load_params


class Oven(Params):
    degrees: int = 180


def test_a_section_is_read_and_what_it_leaves_out_is_the_default(tmp_path: Path) -> None:
    file = tmp_path / "params.yaml"
    file.write_text("oven: {degrees: 200}\nempty:\n")
    assert load_params("oven", Oven, file).degrees == 200
    assert load_params("empty", Oven, file).degrees == 180


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("oven: {degrees: hot}", "oven.degrees is 'hot'"),
        ("oven: {degreees: 1}", "oven.degreees is 1"),
        ("kitchen: {}", "no section 'oven'"),
        ("- oven", "no section 'oven'"),
        ("oven: [", "not valid YAML"),
    ],
)
def test_a_setting_that_does_not_fit_is_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(text)
    with pytest.raises(DataContractError, match=message):
        load_params("oven", Oven, file)


def test_a_missing_file_tells_where_to_run(tmp_path: Path) -> None:
    with pytest.raises(DataContractError, match="root of the project"):
        load_params("oven", Oven, tmp_path / "params.yaml")


def test_paths_are_those_of_the_contract() -> None:
    paths = Paths(Path("root"))
    assert paths.raw == Path("root/data/raw")
    assert paths.sales == Path("root/data/processed/sales.parquet")
    assert paths.data_quality == Path("root/reports/data_quality.json")
    assert paths.challenger == Path("root/models/challenger")
    assert paths.versions == Path("root/models/versions")
    assert paths.champion_json == Path("root/models/champion.json")
    assert paths.history_jsonl == Path("root/models/history.jsonl")
    assert paths.model_pkl == Path("root/models/model.pkl")
    assert paths.metrics_json == Path("root/models/metrics.json")
    assert paths.drift_summary == Path("root/reports/drift_summary.json")
    assert paths.flag == Path("root/reports/retrain.flag")
    assert paths.drift_log == Path("root/logs/drift_logs.log")
    assert paths.retrain_log == Path("root/logs/retrain_logs.log")

"""The forecast table of a version."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.errors import ArtifactError
from data.panel.series_index import SeriesIndex
from models.storage.forecast_table import METHODS, ForecastTable

TABLE = ForecastTable(
    SeriesIndex.from_labels([1], [7]),
    np.datetime64("2017-12-31", "D"),
    np.arange(36, dtype=np.float32).reshape(1, 2, 18),
    np.array([[0, 2]], np.uint8),
    np.array([12.5], np.float32),
)


def test_a_table_is_the_same_after_saving(tmp_path: Path) -> None:
    TABLE.save(tmp_path)
    opened = ForecastTable.open(tmp_path)
    np.testing.assert_array_equal(opened.values, TABLE.values)
    np.testing.assert_array_equal(opened.methods, TABLE.methods)
    assert (opened.series.find("1", "7"), opened.cutoff, opened.horizon_days) == (0, TABLE.cutoff, 2)


def test_quantiles_and_bounds_are_views_of_the_columns() -> None:
    assert TABLE.forecast[0].tolist() == [0, 18]
    assert TABLE.quantile(0.5)[0].tolist() == [9, 27]
    assert [bound[0, 1] for bound in TABLE.bounds(80)] == [18, 32]


def test_a_table_of_bounds_as_older_versions_saved_opens(tmp_path: Path) -> None:
    levels = [f"{side}_{level}" for level in (50, 80, 90, 95) for side in ("lower", "upper")]
    bounds = [[[20, 15, 26, 11, 33, 9, 37, 7, 41]]]
    replace(TABLE, values=np.array(bounds, np.float32), methods=TABLE.methods[:, :1]).save(tmp_path)
    index = json.loads((tmp_path / "series.json").read_text()) | {"columns": ["forecast", *levels]}
    (tmp_path / "series.json").write_text(json.dumps(index))
    opened = ForecastTable.open(tmp_path)
    assert [[bound.item() for bound in opened.bounds(level)] for level in (50, 80, 90, 95)] == [
        [15, 26],
        [11, 33],
        [9, 37],
        [7, 41],
    ]
    assert opened.quantile(0.5).item() == 20


@pytest.mark.parametrize("change", ["overwritten", "truncated"])
def test_changing_a_file_in_place_changes_no_opened_table(tmp_path: Path, change: str) -> None:
    TABLE.save(tmp_path)
    opened = ForecastTable.open(tmp_path)
    for name in ("forecasts.npy", "methods.npy"):
        with (tmp_path / name).open("r+b") as file:
            file.write(
                b"\xff" * (tmp_path / name).stat().st_size
            ) if change == "overwritten" else file.truncate()
    np.testing.assert_array_equal(opened.values, TABLE.values)
    np.testing.assert_array_equal(opened.methods, TABLE.methods)


def test_an_opened_table_is_read_only(tmp_path: Path) -> None:
    TABLE.save(tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        ForecastTable.open(tmp_path).values[0, 0, 0] = 1


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_a_forecast_that_is_no_amount_is_refused(tmp_path: Path, value: float) -> None:
    values = TABLE.values.copy()
    values[0, 1, 3] = value
    replace(TABLE, values=values).save(tmp_path)
    with pytest.raises(ArtifactError, match=r"forecast table in .* is damaged: a forecast is n"):
        ForecastTable.open(tmp_path)


def test_an_unknown_method_is_refused(tmp_path: Path) -> None:
    replace(TABLE, methods=np.array([[0, len(METHODS)]], np.uint8)).save(tmp_path)
    with pytest.raises(ArtifactError, match="method unknown"):
        ForecastTable.open(tmp_path)


def test_a_table_saved_before_series_could_be_discontinued_opens(tmp_path: Path) -> None:
    TABLE.save(tmp_path)
    index = json.loads((tmp_path / "series.json").read_text()) | {"methods": METHODS[:3]}
    (tmp_path / "series.json").write_text(json.dumps(index))
    assert ForecastTable.open(tmp_path).horizon_days == 2


@pytest.mark.parametrize("name", ["forecasts.npy", "methods.npy"])
@pytest.mark.parametrize("n_bytes", [0, 60, 129])
def test_a_truncated_file_is_refused(tmp_path: Path, name: str, n_bytes: int) -> None:
    TABLE.save(tmp_path)
    with (tmp_path / name).open("r+b") as file:
        file.truncate(n_bytes)
    with pytest.raises(ArtifactError, match="forecast table"):
        ForecastTable.open(tmp_path)


@pytest.mark.parametrize("name", ["forecasts.npy", "methods.npy", "series.json"])
def test_a_missing_part_is_named(tmp_path: Path, name: str) -> None:
    TABLE.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ArtifactError, match=name):
        ForecastTable.open(tmp_path)


def test_a_table_of_other_series_is_refused(tmp_path: Path) -> None:
    TABLE.save(tmp_path)
    index = json.loads((tmp_path / "series.json").read_text())
    index |= {"stores": [1, 1], "items": [7, 8]}
    (tmp_path / "series.json").write_text(json.dumps(index))
    with pytest.raises(ArtifactError, match="expected"):
        ForecastTable.open(tmp_path)

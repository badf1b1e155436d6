"""models.storage.forecast_table: a champion's own answers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.errors import ArtifactError
from data.panel.series_index import SeriesIndex
from models.storage.forecast_table import COLUMNS, COVERAGE_LEVELS, ForecastTable

TABLE = ForecastTable(
    SeriesIndex.from_labels([1], [7]),
    np.datetime64("2017-12-31", "D"),
    np.arange(18, dtype=np.float32).reshape(1, 2, 9),
    np.array([[0, 2]], np.uint8),
    np.array([12.5], np.float32),
)


def test_a_table_is_the_same_after_saving(tmp_path: Path) -> None:
    TABLE.save(tmp_path)
    opened = ForecastTable.open(tmp_path)
    np.testing.assert_array_equal(opened.values, TABLE.values)
    np.testing.assert_array_equal(opened.methods, TABLE.methods)
    assert (opened.series.find("1", "7"), opened.cutoff, opened.horizon_days) == (0, TABLE.cutoff, 2)


def test_bounds_are_found_by_level() -> None:
    for level in COVERAGE_LEVELS:
        lower, upper = TABLE.bounds(level)
        assert lower[0, 0] == COLUMNS.index(f"lower_{level}")
        assert upper[0, 0] == COLUMNS.index(f"upper_{level}")


def test_an_opened_table_is_mapped_not_read(tmp_path: Path) -> None:
    TABLE.save(tmp_path)
    assert isinstance(ForecastTable.open(tmp_path).values, np.memmap)


def test_saving_again_leaves_a_mapped_table_as_it_was(tmp_path: Path) -> None:
    TABLE.save(tmp_path)
    mapped = ForecastTable.open(tmp_path)
    replace(TABLE, values=TABLE.values + 1).save(tmp_path)
    np.testing.assert_array_equal(mapped.values, TABLE.values)


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
    with pytest.raises(ArtifactError, match="shape"):
        ForecastTable.open(tmp_path)

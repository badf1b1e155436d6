"""data.panel.frames: panels as tables and back."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.dates.calendar_days import as_day
from data.errors import ArtifactError
from data.panel.frames import read_panel, write_csv, write_panel
from data.panel.sales_panel import SalesPanel, SeriesId, SeriesIndex
from tests.sales_frames import frame_from_panel, panel_from_frame


def make_panel(stores: list[SeriesId], items: list[SeriesId]) -> SalesPanel:
    sales = np.array([[1, np.nan, 3], [4.5, 5, 0]], dtype=np.float32)
    return SalesPanel(sales, as_day("2017-12-30"), SeriesIndex.from_labels(stores, items))


NUMBERED = make_panel([1, 2], [10, 9])
NAMED = make_panel(["S1", "S2"], ["x,y", "007"])


def test_a_frame_has_a_row_per_recorded_day_in_plain_types() -> None:
    frame = frame_from_panel(NUMBERED)
    assert frame["sales"].tolist() == [1, 3, 4.5, 5, 0]
    assert frame["date"].dt.strftime("%m-%d").tolist() == ["12-30", "01-01", "12-30", "12-31", "01-01"]
    assert [str(kind) for kind in frame.dtypes] == ["datetime64[s]", "int64", "int64", "float32"]


@pytest.mark.parametrize("panel", [NUMBERED, NAMED])
def test_a_frame_in_any_order_goes_back_to_the_same_panel(panel: SalesPanel) -> None:
    shuffled = frame_from_panel(panel).sample(frac=1, random_state=1)
    assert panel_from_frame(shuffled).content_hash() == panel.content_hash()


@pytest.mark.parametrize("panel", [NUMBERED, NAMED])
def test_parquet_goes_there_and_back_and_opens_in_pandas_as_plain_types(
    panel: SalesPanel, tmp_path: Path
) -> None:
    write_panel(panel, tmp_path / "sales.parquet")
    assert read_panel(tmp_path / "sales.parquet").content_hash() == panel.content_hash()
    frame = pd.read_parquet(tmp_path / "sales.parquet")
    assert panel_from_frame(frame).content_hash() == panel.content_hash()


def test_what_is_missing_or_not_ours_is_an_artifact_error(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
    for name in ("other.parquet", "missing.parquet"):
        with pytest.raises(ArtifactError, match=r"python -m data\.prepare"):
            read_panel(tmp_path / name)


def test_csv_has_plain_days_and_numbers(tmp_path: Path) -> None:
    write_csv(NUMBERED, tmp_path / "sales.csv")
    lines = (tmp_path / "sales.csv").read_text().splitlines()
    assert lines[0] == "date,store,item,sales"
    assert lines[1:4] == ["2017-12-30,1,10,1", "2018-01-01,1,10,3", "2017-12-30,2,9,4.5"]


def test_equal_panels_pack_to_equal_bytes(tmp_path: Path) -> None:
    for name in ("one.csv.gz", "two.csv.gz"):
        write_csv(NAMED, tmp_path / name)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.csv.gz", "two.csv.gz"))
    assert one == two
    assert one[4:8] == bytes(4)  # gzip keeps the time there
    assert b'"x,y"' in gzip.decompress(one)

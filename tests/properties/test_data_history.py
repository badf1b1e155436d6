"""What holds for any sales: order, round trips, rules that are applied once."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from data.dates.calendar_days import as_day
from data.ingest import ingest
from data.loading.cleaning import clean_panel
from data.loading.cleaning_rules import DataParams
from data.loading.load_history import RawFiles, load_history
from data.panel.frames import read_panel, write_csv, write_panel
from data.panel.sales_panel import SalesPanel, SeriesId, SeriesIndex
from data.params import Paths
from data.prepare import prepare
from tests.sales_frames import frame_from_panel, panel_from_frame

PLAIN_TEXT = st.text("abcXYZ0123456789-_ äß,;\"'", min_size=1, max_size=5).map(str.strip).filter(bool)
WORDS = PLAIN_TEXT.filter(lambda text: not text.replace(".", "").lstrip("-").isdigit())
NUMBERS = st.integers(-99, 9999)
few = settings(max_examples=40)


@st.composite
def sales_matrices(draw: st.DrawFn, lowest: int = 0) -> NDArray[np.float32]:
    """Sales of a few series, with gaps, halves and zeros; the first and last day are known."""
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 40)))
    halves = draw(arrays.arrays(np.int32, shape, elements=st.integers(lowest, 400)))
    is_missing = draw(arrays.arrays(bool, shape, elements=st.booleans()))
    is_missing[:, [0, -1]] = False
    return np.where(is_missing, np.nan, halves / 2).astype(np.float32)


@st.composite
def panels(draw: st.DrawFn, lowest: int = 0) -> SalesPanel:
    sales = draw(sales_matrices(lowest))
    labels: st.SearchStrategy[SeriesId] = draw(st.sampled_from([NUMBERS, WORDS]))
    pair = st.tuples(labels, NUMBERS)
    pairs = sorted(draw(st.lists(pair, min_size=len(sales), max_size=len(sales), unique=True)))
    start = as_day("2015-01-01") + draw(st.integers(0, 1000))
    return SalesPanel(sales, start, SeriesIndex.from_labels(*zip(*pairs, strict=True)))


def shuffled(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=seed)


@few
@given(panels(), st.integers(0, 99))
def test_a_panel_is_the_same_from_rows_in_any_order(panel: SalesPanel, seed: int) -> None:
    frame = shuffled(frame_from_panel(panel), seed)
    assert panel_from_frame(frame).content_hash() == panel.content_hash()


@few
@given(panels(lowest=-20), st.integers(0, 99))
def test_files_in_any_order_of_rows_prepare_to_the_same_panel(panel: SalesPanel, seed: int) -> None:
    with TemporaryDirectory() as folder:
        in_order, mixed = Path(folder, "a.csv"), Path(folder, "b.csv")
        frame = frame_from_panel(panel)
        frame.to_csv(in_order, index=False)
        shuffled(frame, seed).to_csv(mixed, index=False)
        one, other = (load_history(RawFiles((file,), ()), DataParams())[0] for file in (in_order, mixed))
    assert one.content_hash() == other.content_hash()


@few
@given(panels())
def test_every_file_we_write_reads_back_as_the_panel_it_was(panel: SalesPanel) -> None:
    with TemporaryDirectory() as folder:
        csv, parquet = Path(folder, "sales.csv.gz"), Path(folder, "sales.parquet")
        write_csv(panel, csv)
        write_panel(panel, parquet)
        hashes = {
            load_history(RawFiles((csv,), ()), DataParams())[0].content_hash(),
            load_history(RawFiles((parquet,), ()), DataParams())[0].content_hash(),
            read_panel(parquet).content_hash(),
        }
    assert hashes == {panel.content_hash()}


@few
@given(
    panels(lowest=-20),
    st.sampled_from(["zero", "missing"]),
    st.sampled_from(["missing", "zero"]),
    st.sampled_from(["keep", "cap"]),
)
def test_clean_sales_have_nothing_left_to_clean(
    panel: SalesPanel, negative: str, missing: str, outliers: str
) -> None:
    rules = {"negative_sales": negative, "missing_days": missing, "outliers": outliers}
    params = DataParams().model_copy(update=rules)
    once, _ = clean_panel(panel, params)
    twice, _ = clean_panel(once, params)
    np.testing.assert_array_equal(twice.sales, once.sales)
    assert not (once.sales < 0).any()


@few
@given(panels(), st.data())
def test_ingesting_in_portions_and_twice_ends_in_the_same_history(
    panel: SalesPanel, data: st.DataObject
) -> None:
    frame = frame_from_panel(panel)
    portions = data.draw(st.lists(st.integers(0, 2), min_size=len(frame), max_size=len(frame)))
    portion_of_row = np.array(portions)
    portion_of_row[0] = 0
    with TemporaryDirectory() as folder:
        paths = Paths(Path(folder))
        paths.raw.mkdir(parents=True)
        paths.params.write_text("data: {}\n")
        frame[portion_of_row == 0].to_csv(paths.raw / "mine.csv", index=False)
        for portion in (1, 2, 1):
            file = Path(folder, "new.csv")
            frame[portion_of_row == portion].to_csv(file, index=False)
            if (portion_of_row == portion).any():
                ingest(file, paths)
        assert prepare(paths).content_hash() == panel.content_hash()

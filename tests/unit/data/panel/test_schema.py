"""data.panel.schema: a frame is sales, or the rows at fault are named."""

import numpy as np
import pandas as pd
import pytest

from data.errors import DataContractError
from data.panel.schema import COLUMNS, validate_sales


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": pd.to_datetime(["2017-01-01", "2017-01-02", "2017-01-01"]),
            "store": [1, 1, 2],
            "item": ["a", "a", "a"],
            "sales": [3, 4, 5],
            "price": [1.0, 1.0, 1.0],
        }
    )


def test_the_four_columns_come_back_in_their_types(frame: pd.DataFrame) -> None:
    valid = validate_sales(frame)
    assert tuple(valid.columns) == COLUMNS
    assert [str(kind) for kind in valid.dtypes] == ["datetime64[s]", "int64", "str", "float32"]


def test_sales_may_be_unknown(frame: pd.DataFrame) -> None:
    assert np.isnan(validate_sales(frame.assign(sales=[3.0, np.nan, 5.0]))["sales"][1])


def test_a_missing_column_is_named_with_those_found(frame: pd.DataFrame) -> None:
    with pytest.raises(DataContractError, match=r"item, sales are missing; found date, store"):
        validate_sales(frame[["date", "store"]])


def test_a_frame_without_rows_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(DataContractError, match="no sales at all"):
        validate_sales(frame.head(0))


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("store", [1, None, 2], r"No store in 1 row; row 1: .*item a, 2017-01-02"),
        ("item", ["a", None, "a"], r"No item in 1 row"),
        ("date", ["2017-01-01", "2017-01-02", "x"], r"Dates are of type str"),
        ("date", pd.DatetimeIndex(["2017-01-01", pd.NaT, "2017-01-01"]), r"No date in 1 row"),
        ("date", pd.date_range("2017-01-01", periods=3, freq="12h"), r"A time of day in 1 row"),
        ("date", pd.date_range("2017-01-01", periods=3, tz="UTC"), r"without a time zone"),
        ("date", pd.DatetimeIndex(["2017-01-01"] * 3), r"Another row of the same day in 2 rows; row 0"),
        ("sales", ["3", "4", "5"], r"Sales are of type str"),
        ("sales", [3.0, np.inf, 5.0], r"Sales too large to be counted in 1 row"),
    ],
)
def test_rows_at_fault_are_counted_and_named(
    frame: pd.DataFrame, column: str, values: list[object] | pd.DatetimeIndex, said: str
) -> None:
    frame[column] = pd.Series(values)
    with pytest.raises(DataContractError, match=said):
        validate_sales(frame)

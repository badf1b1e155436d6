"""How raw sales are read and cleaned: section `data` of params.yaml."""

from datetime import datetime
from typing import Literal

from pydantic import Field, field_validator

from data.params import Params
from data.text import quoted


class Columns(Params):
    """Names of the four columns in the raw files."""

    date: str = "date"
    store: str = "store"
    item: str = "item"
    sales: str = "sales"


class DataParams(Params):
    """Each kind of problem has one rule. The defaults leave good data unchanged and never invent a sale.

    `error` refuses the files and names what was found.
    """

    columns: Columns = Columns()
    date_format: str | None = None
    """As for strptime, "%d/%m/%Y"; only needed where 03/04/2017 could be either."""

    not_numeric: Literal["missing", "error"] = "missing"
    """Sales such as "abc" or "1,5": as if the row were not there."""
    max_not_numeric_share: float = Field(default=0.01, ge=0, le=1)
    """More of them means that the file is not what it seems, and is an error under any rule."""

    duplicates: Literal["last", "sum", "error"] = "last"
    """Two rows of a series with the same date: the later is a correction (or a copy), or they are parts of a
    day. Exports overlap more often than they split days, and a sum would double each copied row."""

    negative_sales: Literal["zero", "missing", "error"] = "zero"
    """More units were returned than sold; `zero` takes demand on that day as 0."""

    missing_days: Literal["missing", "zero"] = "missing"
    """Nothing recorded is not nothing sold; `zero` suits exports that leave out days without sales."""

    outliers: Literal["keep", "cap", "missing"] = "keep"
    """Days far above the usual sales of a series; mostly real (a promotion, a holiday), so only reported."""

    max_gap_days: int = Field(default=1096, ge=1)
    """A longer time without any row at all points to a mistyped date."""
    max_days_ahead: int = Field(default=366, ge=0)
    """Sales dated later than so many days after today are mistyped."""

    @field_validator("date_format")
    @classmethod
    def _names_year_and_day(cls, date_format: str | None) -> str | None:
        """Without a year, all days would be of 1900; without a day, all of one month the same."""
        probe = datetime(2017, 12, 31)
        if date_format is not None:
            try:
                read = datetime.strptime(probe.strftime(date_format), date_format)
            except ValueError as error:
                raise ValueError(f"no date can be read by it: {quoted(error)}") from error
            if read.date() != probe.date():
                raise ValueError("expected a format with year, month and day")
        return date_format

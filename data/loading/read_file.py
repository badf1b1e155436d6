"""One raw file as rows of sales, or an error that names file, line, value, what was expected and the fix."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.errors import DataContractError
from data.loading.cleaning_rules import DataParams
from data.loading.date_formats import hint_for_dates, parse_times
from data.loading.file_formats import read_columns, row_locations
from data.loading.text_values import (
    MISSING_LABELS,
    MISSING_NUMBERS,
    EncodedColumn,
    has_grouped_thousands,
    is_cut_number,
    parse_number,
)
from data.panel.schema import COLUMNS, DATE, ITEM, SALES, STORE
from data.text import counted, quoted

BoolArray = NDArray[np.bool_]

MAX_EXAMPLES = 3  # of bad rows, in a message
MAX_LABEL = 200  # characters of a store or item


@dataclass(frozen=True)
class Problem:
    """Rows of a file that cannot be used for one reason; `rows` is (n_rows,)."""

    column: str
    reason: str
    rows: BoolArray
    hint: str


@dataclass(frozen=True)
class ParsedFile:
    """Rows of one file as parsed, with the problems of single rows.

    `times` is datetime64[s], NaT where there is no date; `sales` float64, NaN where there is no number;
    (n_rows,) each. `is_empty` are rows whose sales are missing, which is no problem.
    """

    path: Path
    columns: dict[str, EncodedColumn]
    times: NDArray[np.datetime64]
    sales: NDArray[np.float64]
    is_empty: BoolArray
    problems: tuple[Problem, ...]

    def examples(self, problem: Problem) -> tuple[str, ...]:
        """The first rows with that problem, as "line 3: 'x'"."""
        rows = np.flatnonzero(problem.rows)[:MAX_EXAMPLES].tolist()
        column = self.columns[problem.column]
        texts = [column.texts[column.codes[row]] for row in rows]
        places = row_locations(self.path, rows)
        return tuple(f"{place}: {quoted(text)}" for place, text in zip(places, texts, strict=True))

    def refuse(self, problem: Problem) -> None:
        """Raise `DataContractError` if any row has that problem."""
        if problem.rows.any():
            n_rows, found = counted(int(problem.rows.sum()), "row"), ", ".join(self.examples(problem))
            raise DataContractError(
                f"{self.path.name}: {problem.reason} in {n_rows}; {found}.", hint=problem.hint
            )


def read_sales(path: Path, params: DataParams) -> ParsedFile:
    """Read one file; its only problem left is "not numeric".

    Raises `DataContractError` when it is not what `params` say, first bad rows named.
    """
    parsed = parse_file(path, params)
    *others, not_numeric = parsed.problems
    for problem in others:
        parsed.refuse(problem)
    allowed_share = 0.0 if params.not_numeric == "error" else params.max_not_numeric_share
    if not_numeric.rows.mean() > allowed_share:
        parsed.refuse(not_numeric)
    return replace(parsed, problems=(not_numeric,))


def parse_file(path: Path, params: DataParams, names: Sequence[str] = COLUMNS) -> ParsedFile:
    """Read the columns `names` of a file; problems of single rows are listed, "not numeric" last.

    Without sales among `names`, all are NaN. Raises `DataContractError` when the whole file cannot be used.
    """
    columns = read_columns(path, {name: getattr(params.columns, name) for name in names})
    try:
        times = parse_times(columns[DATE].texts, params.date_format)[columns[DATE].codes]
    except DataContractError as error:
        raise DataContractError(f"{path.name}: {error.message}", hint=error.hint) from error
    latest = np.datetime64("today") + np.timedelta64(params.max_days_ahead, "D")
    ahead = f"Correct them, or raise data.max_days_ahead ({params.max_days_ahead}) in params.yaml."
    problems = [
        *(problem for name in (STORE, ITEM) for problem in _label_problems(name, columns[name])),
        Problem(DATE, "no readable date", np.isnat(times), hint_for_dates(params.date_format)),
        Problem(DATE, "a date that is still far ahead", times > latest, ahead),
    ]
    sales, is_empty = np.full(len(times), np.nan), np.zeros(len(times), dtype=bool)
    if SALES in columns:
        _require_no_grouped_thousands(path, columns[SALES])
        numbers = np.array([parse_number(text) for text in columns[SALES].texts])
        sales = numbers[columns[SALES].codes]
        is_empty = _where(columns[SALES], MISSING_NUMBERS.__contains__)
        hint = "Write numbers with a decimal point and no thousands separator."
        problems.append(Problem(SALES, "sales that are not a number", np.isnan(sales) & ~is_empty, hint))
    return ParsedFile(path, columns, times, sales, is_empty, tuple(problems))


def _label_problems(name: str, column: EncodedColumn) -> list[Problem]:
    a_name = "an item" if name == ITEM else f"a {name}"
    may_be_cut = not (column.is_text or column.is_typed)
    column_hint = "Check the quotes around texts, and that this is the right column."
    quotes_hint = "Check the quotes around texts: one may be missing."
    cut_hint = "A spreadsheet shortened it: format the column as text there and save the file again."
    checks: tuple[tuple[str, Callable[[str], bool], str], ...] = (
        (f"no {name}", MISSING_LABELS.__contains__, f"Give every row {a_name}."),
        (f"{a_name} of more than {MAX_LABEL} characters", lambda text: len(text) > MAX_LABEL, column_hint),
        (f"a line break in the {name}", lambda text: "\n" in text or "\r" in text, quotes_hint),
        (f"{a_name} whose last digits are lost", lambda text: may_be_cut and is_cut_number(text), cut_hint),
    )
    return [Problem(name, reason, _where(column, is_so), hint) for reason, is_so, hint in checks]


def _require_no_grouped_thousands(path: Path, column: EncodedColumn) -> None:
    if column.is_typed or not has_grouped_thousands(column.texts):
        return
    example = next(text for text in column.texts if "." in text)
    raise DataContractError(
        f"{path.name}: in {quoted(example)} and all others the dot may separate thousands or decimals.",
        hint="Write thousands without a dot (1077), or decimals with more or fewer digits (1.08, 1.0770).",
    )


def _where(column: EncodedColumn, is_so: Callable[[str], bool]) -> BoolArray:
    """For each row whether it is so of its text, which is looked at once, (n_rows,)."""
    rows: BoolArray = np.array([is_so(text) for text in column.texts], dtype=bool)[column.codes]
    return rows

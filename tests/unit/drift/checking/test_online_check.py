"""Checks of rows sent to the service."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from data.synthetic import synthetic_panel
from drift.calibration.thresholds import Calibration
from drift.checking.online_check import OnlineCheck
from drift.result.drift_summary import DriftSummary
from models.champion import Champion
from tests.unit.drift.conftest import NEW_DAYS, SALES

NO_DRIFT = synthetic_panel(SALES).sales[:, -NEW_DAYS:]


@pytest.fixture(scope="session")
def online(calibrated_champion: Champion) -> OnlineCheck:
    return OnlineCheck.of(Calibration.load(calibrated_champion.folder), calibrated_champion.table)


def judge(
    online: OnlineCheck, known: SalesPanel, sales: np.ndarray, chosen: np.ndarray | None = None
) -> DriftSummary:
    """Send all days of a matrix (n_series, n_days), or those of a mask, as rows in any order."""
    mask = np.ones(sales.shape, bool) if chosen is None else chosen
    rows, days = np.nonzero(mask)
    order = np.random.default_rng(1).permutation(len(rows))
    rows, days = rows[order], days[order]
    dates = known.end + 1 + days
    stores = [str(known.series.stores[row]) for row in rows]  # "1" and 1 are the same
    items = [known.series.items[row] for row in rows]
    return online.check(dates, stores, items, sales[rows, days], "v1")


def test_rows_without_drift_are_steady(online: OnlineCheck, known: SalesPanel) -> None:
    summary = judge(online, known, NO_DRIFT)
    assert summary.verdict == "steady"
    assert summary.window is not None
    assert summary.window.days == 28
    assert summary.model_version == "v1"


@pytest.mark.parametrize("factor", [1.5, 0.5])
def test_a_changed_total_is_drift(online: OnlineCheck, known: SalesPanel, factor: float) -> None:
    assert judge(online, known, NO_DRIFT * factor).verdict == "drift"


def test_a_closed_store_is_named(online: OnlineCheck, known: SalesPanel) -> None:
    closed = NO_DRIFT.copy()
    closed[:6] = 0
    assert "Store 1 sold nothing" in judge(online, known, closed).words


def test_rows_of_one_store_alone_are_no_drift_in_themselves(online: OnlineCheck, known: SalesPanel) -> None:
    one_store = np.zeros(NO_DRIFT.shape, bool)
    one_store[6:12] = True
    summary = judge(online, known, NO_DRIFT, one_store)
    assert summary.verdict == "steady"
    assert "Nothing was sent of 12 series (all of store 1, store 3) in 28 days" in summary.words


def test_seven_days_are_one_window_of_a_week(online: OnlineCheck, known: SalesPanel) -> None:
    summary = judge(online, known, NO_DRIFT[:, :7])
    assert summary.window is not None
    assert summary.window.days == 7
    assert {test.name.split(", ")[1] for test in summary.tests} == {"7 days"}


@pytest.mark.parametrize("n_days", [0, 3, 6])
def test_too_few_rows_say_how_many_are_needed(online: OnlineCheck, known: SalesPanel, n_days: int) -> None:
    with pytest.raises(DataContractError, match=r"at least 126 that cover 7 days"):
        judge(online, known, NO_DRIFT[:, :n_days])


def test_many_rows_of_few_days_are_too_few(online: OnlineCheck, known: SalesPanel) -> None:
    chosen = np.zeros(NO_DRIFT.shape, bool)
    chosen[:, :: NEW_DAYS // 9] = True
    with pytest.raises(
        DataContractError, match=r"43 % of these series' days were sent.*Send 0 where nothing"
    ):
        judge(online, known, NO_DRIFT, chosen)


def test_a_second_week_of_one_series_is_too_little(online: OnlineCheck, known: SalesPanel) -> None:
    chosen = np.ones((18, 14), bool)
    chosen[1:, 7:] = False
    with pytest.raises(DataContractError, match="The last 7 days have too many gaps"):
        judge(online, known, NO_DRIFT[:, :14], chosen)


def test_a_week_without_records_of_a_store_is_reported(online: OnlineCheck, known: SalesPanel) -> None:
    chosen = np.ones(NO_DRIFT.shape, bool)
    chosen[6:, -7:] = False
    summary = judge(online, known, NO_DRIFT, chosen)
    assert summary.verdict == "steady"
    assert "Of 12 series (all of store 2, store 3) nothing was sent in whole weeks" in summary.words
    assert "Too little was recorded of the last 7 and 14 days: checked over 28 days." in summary.words


def test_weekdays_that_never_have_rows_are_not_missed(
    calibrated_champion: Champion, known: SalesPanel
) -> None:
    fitted = Calibration.load(calibrated_champion.folder)
    online = OnlineCheck.of(replace(fitted, recorded=fitted.recorded * 4 / 7), calibrated_champion.table)
    chosen = np.ones(NO_DRIFT.shape, bool)
    chosen[:, np.isin(np.arange(NEW_DAYS) % 7, [2, 4, 5])] = False
    summary = judge(online, known, NO_DRIFT, chosen)
    assert summary.verdict == "steady"
    assert "recorded" not in summary.words


def test_no_sales_where_the_forecast_is_0_are_undecided(online: OnlineCheck, known: SalesPanel) -> None:
    idle = replace(online, forecast=np.zeros_like(online.forecast))
    summary = judge(idle, known, np.zeros_like(NO_DRIFT))
    assert (summary.verdict, summary.tests, summary.moved) == ("undecided", [], [])
    assert summary.words.startswith("Nothing was sold in 28 days and the forecast was 0")


def test_rows_that_cannot_be_checked_are_counted(online: OnlineCheck, known: SalesPanel) -> None:
    dates = np.concatenate([np.tile(known.end + 1 + np.arange(28), 18), [known.end, known.end + 3]])
    stores = [*np.repeat(known.series.stores, 28).tolist(), 1, 99]
    items = [*np.repeat(known.series.items, 28).tolist(), 1, 1]
    sales = np.concatenate([NO_DRIFT.ravel(), [5, 5]])
    assert "2 rows could not be checked: only" in online.check(dates, stores, items, sales, None).words


def test_a_thousand_rows_take_milliseconds(online: OnlineCheck, known: SalesPanel) -> None:
    judge(online, known, NO_DRIFT)
    taken = []
    for _ in range(20):
        started = time.perf_counter()
        judge(online, known, NO_DRIFT)
        taken.append(time.perf_counter() - started)
    assert min(taken) < 0.1  # 1 ms on an idle machine


def test_pandas_and_evidently_are_not_imported() -> None:
    program = (
        "import sys; import drift.checking.online_check; "
        "print(sorted({'pandas', 'pyarrow', 'evidently', 'xgboost', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert done.stdout.strip() == "[]"

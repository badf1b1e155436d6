"""The demo's page: every week, every decision, and nothing from elsewhere."""

import re
from datetime import date, timedelta

import numpy as np

from training.demo.demo_report import Week, demo_page

SHOCK_DAY = np.datetime64("2018-01-08")


def week(number: int, error: float, promoted: bool | None = None) -> Week:
    return Week(
        number=number,
        last_day=date(2018, 1, 7) + timedelta(weeks=number),
        first_forecasts=60.0,
        rolled_forward=40.0,
        served=error,
        drift="Items <moved>.",
        flagged=promoted is not None,
        promoted=promoted,
        reasons=() if promoted is None else (f"Reason of week {number}.",),
        version=f"version-{number}",
        swap_seconds=0.5,
    )


WEEKS = [week(0, 10), week(1, 50, promoted=False), week(2, 30, promoted=True)]
PAGE = demo_page(("item-mix", "closed-store"), SHOCK_DAY, WEEKS)


def test_each_week_has_its_errors_decision_reasons_and_version() -> None:
    for one in WEEKS:
        assert str(one.last_day) in PAGE
        assert one.outcome in PAGE
        assert one.version in PAGE
    assert "Reason of week 1." in PAGE
    assert "Items &lt;moved&gt;." in PAGE


def test_the_means_are_of_the_weeks_since_the_shock() -> None:
    assert "<b>40.0 %</b>" in PAGE
    assert "best sellers and slow sellers swap their sales and the first store sells nothing" in PAGE


def test_the_page_has_no_external_resources() -> None:
    assert not re.findall(r"(?:src|href)=\"(?!#)", PAGE)
    assert "<script" not in PAGE


def test_an_outcome_is_described() -> None:
    assert [one.outcome for one in WEEKS] == ["rolled forward", "retrained, kept", "retrained, promoted"]
    waiting = week(3, 20)
    waiting.flagged = True
    assert waiting.outcome == "flag cooling down"

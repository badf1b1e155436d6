"""The page with the hold-out: self-contained, complete, honest about what it cannot show."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from data.params import Paths
from models.champion import Champion
from training.evaluation.backtest import BacktestResult
from training.evaluation.holdout_report import HoldOut, forecast_report, series_chart, total_chart
from training.evaluation.leaderboard import rank_models


class Links(HTMLParser):
    """Everything a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = {"src", "href", "xlink:href"} if tag in {"script", "link", "img", "image", "use"} else set()
        self.found += [
            value for name, value in attrs if name in wanted and value and not value.startswith("#")
        ]


@pytest.fixture(scope="module")
def hold_out(trained_clone: Paths, panel: SalesPanel) -> HoldOut:
    found = HoldOut.of(Champion.load(trained_clone.challenger).forecaster, panel)
    assert found
    return found


def test_the_report_of_a_training_opens_without_network(trained_clone: Paths) -> None:
    page = (trained_clone.reports / "forecast_vs_actual.html").read_text()
    links = Links()
    links.feed(page)
    assert links.found == []
    assert "@import" not in page
    assert "url(http" not in page


def test_the_report_shows_the_total_and_series_of_each_size(trained_clone: Paths) -> None:
    page = (trained_clone.reports / "forecast_vs_actual.html").read_text()
    assert page.count("<svg") == 7
    assert "All 8 series together" in page
    for size in ("low", "mid", "high"):
        assert len(re.findall(f"{size} seller", page)) == 2
    for model in ("storecast", "baseline xgboost", "seasonal naive"):
        assert f"<td>{model}</td>" in page


def test_the_hold_out_ends_with_the_panel_and_starts_a_quarter_before(
    hold_out: HoldOut, panel: SalesPanel
) -> None:
    assert hold_out.shown.end == panel.end
    assert hold_out.shown.n_days == 91 + 28


def test_examples_are_distinct_series_from_low_to_high(hold_out: HoldOut) -> None:
    rows = [row for _, row in hold_out.examples()]
    volumes = np.nanmean(hold_out.panel.sales, axis=1)
    assert len(set(rows)) == 6
    assert list(volumes[rows]) == sorted(volumes[rows])


def test_all_charts_span_the_same_days_also_that_of_a_series_that_starts_late(hold_out: HoldOut) -> None:
    sales = hold_out.panel.sales.copy()
    sales[0, :-20] = np.nan
    late = replace(hold_out, panel=replace(hold_out.panel, sales=sales))
    shown = {chart.axes[0].get_xlim() for chart in (total_chart(late), series_chart(late, "low", 0))}
    assert len(shown) == 1


def test_without_a_hold_out_the_report_says_what_is_missing(panel: SalesPanel) -> None:
    page = forecast_report(
        panel, None, rank_models([BacktestResult("storecast", {})]), ["Too short <to> measure."]
    )
    assert "Too short &lt;to&gt; measure." in page
    assert "<svg" not in page
    assert "<table" not in page

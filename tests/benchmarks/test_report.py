"""tests.benchmarks.report: the tables of README.md and docs/performance.md."""

from pathlib import Path

import numpy as np
import pytest

from models.evaluation.scorecard import Scorecard, Trial
from tests.benchmarks import report
from tests.benchmarks.forecasting import Case, Result
from tests.benchmarks.meter import Usage


def result(group: str, cutoff: str, contender: str, error: float, bounded: bool = True) -> Result:
    """A contender that forecasts `error` too much for every day of sales of 10."""
    future = np.full((6, 90), 10.0, np.float32)
    bounds = np.stack([future + side for side in (-1.0, 1.0, -2.0, 2.0)], axis=-1)
    if not bounded:
        bounds = np.full_like(bounds, np.nan)
    history = np.tile(np.array([5, 10], np.float32), (6, 100))
    card = Scorecard.of(Trial.of(future, future + np.float32(error), history, bounds))
    seconds = {"fit": 2 * (1 + error), "one_series": 0.004, "all_series": 0.3}
    return Result(Case(group, Path("sales.csv"), cutoff), contender, card, seconds, Usage(3, 3, 100))


@pytest.fixture
def results() -> list[Result]:
    return [
        result("Kaggle", "2016-12-31", "Storecast", 0),
        result("Kaggle", "2016-12-31", "peer", 5, bounded=False),
        result("M5", "2015-01-26", "Storecast", 0),
        result("M5", "2015-01-26", "peer", 5),
        result("M5", "2015-04-26", "Storecast", 1),
        result("M5", "2015-04-26", "peer", 10),
    ]


def test_the_summary_has_a_line_per_measure_and_names_its_source(results: list[Result]) -> None:
    lines = report.summary(results).splitlines()
    assert lines[0] == "| 90 days ahead | Storecast | peer | data |"
    assert [line.split(" | ")[0] for line in lines[2:]] == [
        "| SMAPE, %, from 2016-12-31",
        "| coverage, target 80 / 95 %",
        "| WAPE, %",
        "| RMSSE",
        "| coverage, target 80 / 95 %",
    ]
    assert lines[2] == f"| SMAPE, %, from 2016-12-31 | 0.00 | 40.00 | {report.SOURCES['Kaggle']} |"
    assert lines[3].startswith("| coverage, target 80 / 95 % | 100.0 / 100.0 | – |")
    assert lines[4] == f"| WAPE, % | 5.00 | 75.00 | {report.SOURCES['M5']} |"


def test_the_cost_of_each_contender_is_a_multiple_of_ours(results: list[Result]) -> None:
    lines = report.cost(results).splitlines()
    assert "12 s (6×)" in lines[3]
    assert len(lines) == 2 + 4, "the first case of each data set"


def test_only_the_text_between_the_markers_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.insert(document, "new")
    assert document.read_text() == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"


@pytest.mark.parametrize("name", ["README.md", "docs/performance.md"])
def test_both_documents_have_the_markers(name: str) -> None:
    text = (Path(__file__).parents[2] / name).read_text(encoding="utf-8")
    assert 0 <= text.find(report.BEGIN) < text.find(report.END)

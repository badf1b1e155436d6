"""Run all benchmarks: `python -m tests.benchmarks.run`, or `make bench`.

STORECAST_BENCH_KAGGLE and STORECAST_BENCH_SHOP name the files of the real data sets. By default, a sample is
generated.
"""

import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import forecasting, growth, report, serving, serving_report
from tests.benchmarks.forecasting import ROOT, Case

Section = tuple[str, str]


def forecasting_cases(folder: Path) -> list[Case]:
    """The cases of the files that the environment names, else of a sample written to `folder`."""
    kaggle, shop = (os.environ.get(f"STORECAST_BENCH_{name}") for name in ("KAGGLE", "SHOP"))
    cases = forecasting.kaggle_cases(Path(kaggle)) if kaggle else []
    cases += forecasting.shop_cases(Path(shop)) if shop else []
    return cases or forecasting.sample_cases(folder)


def forecasting_sections(folder: Path) -> tuple[list[Section], str]:
    """Accuracy and cost of forecasts, and the README's table of accuracy."""
    measured = list(forecasting.results(forecasting_cases(folder)))
    sections = [("Accuracy", report.accuracy(measured)), ("Cost of a forecast", report.cost(measured))]
    return sections, report.summary(measured)


def serving_sections(folder: Path) -> tuple[list[Section], str]:
    """Cost of a request and how it grows, and the short table of it."""
    measured, life = serving.endpoint_costs(folder), serving_report.lifecycle(growth.lifecycle(folder))
    sections = [
        ("Cost of a request", serving_report.compared(measured)),
        ("Number of series, `/predict`", serving_report.costs(growth.by_series(folder))),
        ("Length of a list", serving_report.costs(growth.by_length(folder))),
        ("Workers, `/forecast` of 1 series, 64 connections", serving_report.costs(growth.by_workers(folder))),
        ("Start, memory, swaps", life),
    ]
    return sections, f"{serving_report.short(measured)}\n\n{life}"


def main() -> int:
    """Measure; write reports/bench.md and the short tables of README.md and docs/performance.md."""
    with tempfile.TemporaryDirectory() as folder:
        forecasts, accuracy = forecasting_sections(Path(folder))
        requests, request_costs = serving_sections(Path(folder))
    report.write(ROOT, [*forecasts, *requests])
    measured = f"Measured by `make bench`, {report.machine()}."
    costs = f"{forecasts[-1][1]}\n\n{request_costs}"
    report.insert(ROOT / "README.md", f"{accuracy}\n\n{measured}")
    report.insert(ROOT / "docs" / "performance.md", f"{costs}\n\n{measured}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

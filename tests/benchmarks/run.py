"""Run all benchmarks: `python -m tests.benchmarks.run`, or `make bench`.

STORECAST_BENCH_KAGGLE and STORECAST_BENCH_SHOP name the two real files; without them a sample is generated.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import forecasting, report
from tests.benchmarks.forecasting import ROOT, Case


def forecasting_cases(folder: Path) -> list[Case]:
    """What the environment names, else a sample written into `folder`."""
    kaggle, shop = (os.environ.get(f"STORECAST_BENCH_{name}") for name in ("KAGGLE", "SHOP"))
    cases = forecasting.kaggle_cases(Path(kaggle)) if kaggle else []
    cases += forecasting.shop_cases(Path(shop)) if shop else []
    return cases or forecasting.sample_cases(folder)


def main() -> int:
    """Measure, write reports/bench.md, and put the short tables into the README."""
    with tempfile.TemporaryDirectory() as folder:
        results = list(forecasting.results(forecasting_cases(Path(folder))))
    sections = [
        ("Accuracy", report.accuracy(results)),
        ("Cost of a forecast", report.cost(results)),
    ]
    report.write(ROOT, sections)
    report.insert(ROOT / "README.md", f"{report.summary(results)}\n\n`make bench`, {report.machine()}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

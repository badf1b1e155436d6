"""Accuracy, coverage and cost of the shipped forecaster and of other libraries, each in its own process."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from data.jobs.progress import progress
from data.panel.sales_panel import SalesPanel
from data.params import load_params
from data.synthetic import SyntheticParams, synthetic_panel, write_sales
from models.evaluation.scorecard import Scorecard, Trial
from tests.benchmarks.contenders.contender import HORIZON_DAYS, Output
from tests.benchmarks.meter import Usage, metered
from tests.sales_frames import panel_from_columns

ROOT = Path(__file__).resolve().parents[2]
CONTENDERS = ROOT / "tests" / "benchmarks" / "contenders"
BOUNDS = ("lower_80", "upper_80", "lower_95", "upper_95")
OURS = "Storecast"


@dataclass(frozen=True)
class Case:
    """Forecast the `HORIZON_DAYS` after `cutoff` from the sales in `file` up to it."""

    group: str
    file: Path
    cutoff: str


@dataclass(frozen=True)
class Result:
    """Scores and cost of one contender in one case; `seconds` by task, as the contender measured them."""

    case: Case
    contender: str
    card: Scorecard
    seconds: Mapping[str, float]
    usage: Usage


def kaggle_cases(file: Path) -> list[Case]:
    """Two quarters: the first crosses a new year, the second does not."""
    return [Case("Kaggle", file, cutoff) for cutoff in ("2016-12-31", "2017-10-02")]


def shop_cases(file: Path) -> list[Case]:
    """Four quarters of a chain where a quarter of the days have no sales."""
    return [Case("M5", file, f"2015-{day}") for day in ("01-26", "04-26", "07-25", "10-23")]


def sample_cases(folder: Path) -> list[Case]:
    """The last quarter of generated sales, for a machine without the real files."""
    panel = synthetic_panel(load_params("synthetic", SyntheticParams, ROOT / "params.yaml"))
    file = folder / "sample.csv.gz"
    write_sales(panel, file)
    return [Case("sample", file, str(panel.end - HORIZON_DAYS))]


def commands() -> dict[str, list[str]]:
    """The command of each contender; the files of the panel and of the result are appended."""
    peer = [str(ROOT / ".venv-bench" / "bin" / "python"), str(CONTENDERS / "mlforecast_peer.py")]
    ours = [sys.executable, "-m", "tests.benchmarks.contenders"]
    horizon = str(HORIZON_DAYS)
    return {
        OURS: [*ours[:2], f"{ours[2]}.ours"],
        "mlforecast: XGBoost, scaled": [*peer, "xgb-scaled", horizon],
        "mlforecast: LightGBM, scaled": [*peer, "lgb-scaled", horizon],
        "mlforecast: LightGBM, Tweedie": [*peer, "lgb-tweedie", horizon],
        "original project": [*ours[:2], f"{ours[2]}.original_project"],
    }


def read_panel(file: Path) -> SalesPanel:
    """Sales as recorded in the file, without cleaning: the contenders' input and their actuals."""
    frame = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, parse_dates=["date"])
    return panel_from_columns(
        frame["date"].to_numpy().astype("datetime64[D]"),
        frame["store"].to_numpy(),
        frame["item"].to_numpy(),
        frame["sales"].to_numpy(),
    )


def scored(panel: SalesPanel, cutoff: np.datetime64, output: Output) -> Scorecard:
    """Score forecasts against the days after the cutoff."""
    future = panel.window(cutoff + 1, cutoff + HORIZON_DAYS).sales
    unknown = np.full_like(future, np.nan)
    bounds = np.stack([output.arrays.get(name, unknown) for name in BOUNDS], axis=-1)
    history = panel.until(cutoff).sales
    return Scorecard.of(Trial.of(future, output.arrays["forecast"], history, bounds))


def results(cases: Sequence[Case]) -> Iterator[Result]:
    """Run every contender on every case, one after the other."""
    runs = [(case, name, command) for case in cases for name, command in commands().items()]
    with tempfile.TemporaryDirectory() as folder:
        panel_file, output_file = Path(folder) / "panel.npz", Path(folder) / "output.npz"
        for case, name, command in progress(runs, "Contenders"):
            panel, cutoff = read_panel(case.file), np.datetime64(case.cutoff, "D")
            panel.until(cutoff).save(panel_file)
            usage = metered([*command, str(panel_file), str(output_file)], ROOT)
            output = Output.read(output_file)
            yield Result(case, name, scored(panel, cutoff, output), output.seconds, usage)

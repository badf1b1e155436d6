"""Accuracy, coverage and cost of the shipped forecaster beside its peers, each in a process of its own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from data.panel.sales_panel import SalesPanel, panel_from_columns
from data.params import load_params
from data.progress import progress
from data.synthetic import SyntheticParams, synthetic_panel, write_sales
from models.evaluation.scorecard import Scorecard, Trial
from tests.benchmarks.contenders.contender import HORIZON_DAYS, Answer
from tests.benchmarks.meter import Usage, metered

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
    """How one contender did in one case."""

    case: Case
    contender: str
    card: Scorecard
    took: Mapping[str, float]
    usage: Usage


def kaggle_cases(file: Path) -> list[Case]:
    """The two quarters that were measured from the beginning: H1 crosses a new year, H2 does not."""
    return [Case("Kaggle", file, cutoff) for cutoff in ("2016-12-31", "2017-10-02")]


def shop_cases(file: Path) -> list[Case]:
    """Four quarters of a shop where a quarter of the days sell nothing."""
    return [Case("shop", file, f"2015-{day}") for day in ("01-26", "04-26", "07-25", "10-23")]


def sample_cases(folder: Path) -> list[Case]:
    """The last quarter of made-up sales, for a machine without the real files."""
    panel = synthetic_panel(load_params("synthetic", SyntheticParams, ROOT / "params.yaml"))
    file = folder / "sample.csv.gz"
    write_sales(panel, file)
    return [Case("sample", file, str(panel.end - HORIZON_DAYS))]


def commands() -> dict[str, list[str]]:
    """How each contender is called; a panel file and an answer file follow."""
    peer = [str(ROOT / ".venv-bench" / "bin" / "python"), str(CONTENDERS / "mlforecast_peer.py")]
    ours = [sys.executable, "-m", "tests.benchmarks.contenders"]
    horizon = str(HORIZON_DAYS)
    return {
        OURS: [*ours[:2], f"{ours[2]}.ours"],
        "mlforecast, XGBoost, scaled": [*peer, "xgb-scaled", horizon],
        "mlforecast, LightGBM, scaled": [*peer, "lgb-scaled", horizon],
        "mlforecast, LightGBM, Tweedie": [*peer, "lgb-tweedie", horizon],
        "the seed's way": [*ours[:2], f"{ours[2]}.seed_way"],
    }


def recorded(file: Path) -> SalesPanel:
    """Sales as they stand in the file: what contenders are given, and what they are judged by."""
    frame = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, parse_dates=["date"])
    return panel_from_columns(
        frame["date"].to_numpy().astype("datetime64[D]"),
        frame["store"].to_numpy(),
        frame["item"].to_numpy(),
        frame["sales"].to_numpy(),
    )


def judged(panel: SalesPanel, cutoff: np.datetime64, answer: Answer) -> Scorecard:
    """Score forecasts against the days after the cutoff."""
    future = panel.window(cutoff + 1, cutoff + HORIZON_DAYS).sales
    unknown = np.full_like(future, np.nan)
    bounds = np.stack([answer.arrays.get(name, unknown) for name in BOUNDS], axis=-1)
    history = panel.until(cutoff).sales
    return Scorecard.of(Trial.of(future, answer.arrays["forecast"], history, bounds))


def results(cases: Sequence[Case]) -> Iterator[Result]:
    """Let every contender answer every case, one after the other."""
    runs = [(case, name, command) for case in cases for name, command in commands().items()]
    with tempfile.TemporaryDirectory() as folder:
        given, answered = Path(folder) / "panel.npz", Path(folder) / "answer.npz"
        for case, name, command in progress(runs, "Contenders"):
            panel, cutoff = recorded(case.file), np.datetime64(case.cutoff, "D")
            panel.until(cutoff).save(given)
            usage = metered([*command, str(given), str(answered)], ROOT)
            answer = Answer.read(answered)
            yield Result(case, name, judged(panel, cutoff, answer), answer.took, usage)

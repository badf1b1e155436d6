"""The public retail tasks of fev-bench: `python -m tests.benchmarks.public_tasks DIR`, `make bench-public`.

DIR holds the sales of the tasks as date, store, item, sales, and `fev_retail_published.csv`, the published
rows; docs/performance.md says where they come from. The protocol: windows of the horizon, one after another,
end with the last day or begin after a given cutoff; a model knows the sales before each window and nothing
else. Storecast is trained at each window with its defaults and the horizon of the task; its point forecast is
the median, as theirs.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.atomic_files import atomic_write_text
from data.panel.sales_panel import SalesPanel, SeriesIndex
from models.forecaster.forecaster import Forecaster, ForecasterParams

ROOT = Path(__file__).parents[2]
PUBLISHED = "fev_retail_published.csv"
SEASON_DAYS = 7
PROBABILITIES = np.arange(1, 10) / 10
SCORES = ("MASE", "WAPE", "WQL", "SQL")
NAIVE, OURS = "seasonal naive (ours)", "**Storecast**"
SHOWN_MODELS = 5
LARGEST_DIFFERENCE = 0.02  # of our seasonal naive from the published one
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """A public task: its name there, its file, the fewest known days of a series that counts, its cutoff."""

    name: str
    file: str
    horizon_days: int
    windows: int
    fewest_days: int = 1
    first_cutoff: str | None = None  # by default the windows end with the last day


TASKS = (
    Task("hierarchical_sales_1D", "pasta/pasta.parquet", 28, 10),
    Task("restaurant", "restaurant/restaurant.parquet", 28, 8, fewest_days=73),
    Task("rohlik_orders_1D", "rohlik/rohlik_orders.parquet", 61, 5, first_cutoff="2023-05-01"),
)


def load(path: Path, fewest_days: int) -> SalesPanel:
    """The sales of a task; of two rows of a series and day the last counts."""
    rows = pd.read_parquet(path, columns=["date", "store", "item", "sales"])
    rows["date"] = pd.to_datetime(rows["date"])
    rows = rows.drop_duplicates(["date", "store", "item"], keep="last")
    rows = rows[rows.groupby(["store", "item"])["sales"].transform("count") >= fewest_days]
    wide = rows.pivot_table(index=["store", "item"], columns="date", values="sales", dropna=False)
    wide = wide[wide.notna().any(axis=1)]
    dates = pd.date_range(rows["date"].min(), rows["date"].max())
    wide = wide.reindex(columns=dates)
    stores, items = (wide.index.get_level_values(name).tolist() for name in ("store", "item"))
    start = dates[0].to_datetime64().astype("datetime64[D]")
    return SalesPanel(wide.to_numpy(np.float32), start, SeriesIndex.from_labels(stores, items))


def windows(panel: SalesPanel, task: Task) -> Iterator[tuple[SalesPanel, Array]]:
    """The history before each window and the sales in it, (n_series, horizon_days), oldest first."""
    start = panel.n_days - task.windows * task.horizon_days
    if task.first_cutoff is not None:
        start = 1 + int((np.datetime64(task.first_cutoff, "D") - panel.start).astype(np.int64))
    for first in range(start, start + task.windows * task.horizon_days, task.horizon_days):
        history = SalesPanel(panel.sales[:, :first], panel.start, panel.series)
        yield history, panel.sales[:, first : first + task.horizon_days].astype(np.float64)


def scores(history: Array, actual: Array, quantiles: Array) -> Array:
    """MASE, WAPE, WQL and SQL of quantiles (n_series, horizon_days, 9) of `PROBABILITIES`.

    Errors of the median are scaled by the mean change from one season to the next in a series' history (MASE)
    or by all sales (WAPE); the pinball loss of all quantiles likewise (SQL, WQL). Unknown days do not count.
    """
    scale = np.nanmean(np.abs(history[:, SEASON_DAYS:] - history[:, :-SEASON_DAYS]), axis=1)
    scale[scale == 0] = np.nan
    error = actual[:, :, None] - quantiles
    pinball = 2 * np.maximum(PROBABILITIES * error, (PROBABILITIES - 1) * error).mean(axis=2)
    median, sold = np.abs(error[:, :, 4]), np.nansum(np.abs(actual))
    by_series = [np.nanmean(np.nanmean(loss, axis=1) / scale) for loss in (median, pinball)]
    return np.array([by_series[0], np.nansum(median) / sold, np.nansum(pinball) / sold, by_series[1]])


def seasonal_naive(history: Array, horizon_days: int) -> Array:
    """The last week repeated, (n_series, horizon_days, 9); an unknown day takes the day before, as theirs."""
    filled = pd.DataFrame(history).ffill(axis=1).to_numpy()
    last = np.nan_to_num(filled[:, -SEASON_DAYS:])
    days = np.tile(last, (1, -(-horizon_days // SEASON_DAYS)))[:, :horizon_days]
    return np.repeat(days[:, :, None], len(PROBABILITIES), axis=2)


def storecast(history: SalesPanel, horizon_days: int) -> Array:
    """Quantiles of a model that is trained on the history with the product's defaults."""
    table = Forecaster.fit(history, ForecasterParams(horizon_days=horizon_days)).forecast(history)
    return np.stack([table.quantile(p) for p in PROBABILITIES], axis=2).astype(np.float64)


def measure(panel: SalesPanel, task: Task) -> dict[str, Array]:
    """Mean scores of both over the windows, and CPU seconds of all windows as a fifth number."""
    found: dict[str, list[Array]] = {NAIVE: [], OURS: []}
    seconds = 0.0
    for history, actual in windows(panel, task):
        known = history.sales.astype(np.float64)
        found[NAIVE].append(scores(known, actual, seasonal_naive(known, task.horizon_days)))
        started = time.process_time()
        made = storecast(history, task.horizon_days)
        seconds += time.process_time() - started
        found[OURS].append(scores(known, actual, made))
        print(f"{task.name}: {len(found[OURS])} of {task.windows} windows", file=sys.stderr, flush=True)
    means = {model: np.mean(rows, axis=0) for model, rows in found.items()}
    return {NAIVE: np.append(means[NAIVE], np.nan), OURS: np.append(means[OURS], seconds)}


def table(task: Task, measured: dict[str, Array], published: pd.DataFrame) -> str:
    """The best published models by MASE, the published seasonal naive, and what was measured."""
    of_task = published[published["task_name"] == task.name].copy()
    of_task["seconds"] = of_task["training_time_s"] + of_task["inference_time_s"]
    of_task = of_task.sort_values("MASE").drop_duplicates("model")
    naive = of_task[of_task["model"] == "seasonal_naive"]
    if difference := _difference(measured[NAIVE], naive):
        raise SystemExit(f"{task.name}: {difference}: this is not the published protocol or data.")
    shown = pd.concat([of_task.head(SHOWN_MODELS), naive])
    lines = [f"| {task.name} | {' | '.join(SCORES)} | seconds |", "|-|-|-|-|-|-|"]
    rows = {OURS: measured[OURS]}
    for row in shown.to_dict("records"):
        saw = ", trained on these data" if str(row["trained_on_this_dataset"]) == "True" else ""
        rows[f"{row['model']}{saw}"] = np.array([row[name] for name in (*SCORES, "seconds")])
    rows[NAIVE] = measured[NAIVE]
    return "\n".join([*lines, *(_line(model, values) for model, values in rows.items())])


def _difference(ours: Array, published: pd.DataFrame) -> str:
    """What is wrong with our seasonal naive; empty when it is the published one."""
    for position, name in enumerate(("MASE", "WAPE")):
        expected = float(published[name].iloc[0])
        if abs(ours[position] / expected - 1) > LARGEST_DIFFERENCE:
            return f"seasonal naive has {name} {ours[position]:.4f}, published {expected:.4f}"
    return ""


def _line(model: str, values: Array) -> str:
    numbers = [f"{value:.4f}" for value in values[:4]]
    return f"| {model} | {' | '.join(numbers)} | {'–' if np.isnan(values[4]) else f'{values[4]:,.0f}'} |"


def main() -> int:
    """Measure all tasks and write reports/public_tasks.md."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.public_tasks", description=__doc__)
    parser.add_argument("folder", type=Path, help="with the files of the tasks and the published rows")
    folder = parser.parse_args().folder
    published = pd.read_csv(folder / PUBLISHED)
    tables = []
    for task in TASKS:
        panel = load(folder / task.file, task.fewest_days)
        tables.append(table(task, measure(panel, task), published))
        print(f"\n{tables[-1]}\n", flush=True)
    atomic_write_text(ROOT / "reports" / "public_tasks.md", "\n\n".join(tables) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Synthetic sales with the shape and statistics of the Kaggle set, and with drift on request."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from data.dates.calendar_days import as_day, calendar
from data.errors import DataContractError
from data.jobs.job_exit import exit_code
from data.loading.file_formats import SUFFIXES
from data.panel.frames import write_csv, write_panel
from data.panel.sales_panel import SalesPanel, SeriesIndex
from data.params import Params, validate_section
from data.text import counted

FloatArray = NDArray[np.float64]

# Measured on the real set, which behaves like independent Poisson draws around these products.
MEAN_SALES_FIRST_YEAR = 43.5
WEEKDAY_FACTORS = np.array([1, 1.167, 1.167, 1.25, 1.334, 1.416, 1.5])
MONTH_FACTORS = np.array([0.681, 0.754, 0.906, 1.057, 1.133, 1.207, 1.283, 1.132, 1.055, 0.981, 1.058, 0.754])
YEAR_STEPS = np.array([0, 0.15, 0.05, 0.10, 0.05])  # on 1 January; .05 again each later year
STORE_RANGE, ITEM_RANGE = (0.69, 1.29), (0.35, 1.69)


class SyntheticParams(Params):
    """Section `synthetic` of params.yaml: the sample used while there are no other sales."""

    stores: int = Field(default=10, ge=1)
    items: int = Field(default=50, ge=1)
    days: int = Field(default=1826, ge=1)
    start: date = date(2013, 1, 1)
    seed: int = Field(default=1, ge=0)


Change = Callable[[FloatArray], FloatArray]
DRIFTS: dict[str, tuple[str, Change]] = {  # which factor of the mean changes, and how
    "level-shift": ("season", lambda season: season * 1.3),  # everything sells 30 % more
    "closed-store": ("store", lambda store: store * (np.arange(len(store)) > 0)[:, None]),  # the first one
    "weekday-rotation": ("weekday", lambda weekday: np.roll(weekday, 3, axis=0)),
    # Best sellers and slow sellers trade places; totals stay.
    "item-mix": ("item", lambda item: np.sort(item)[::-1][item.argsort().argsort()]),
}


def synthetic_panel(params: SyntheticParams, drifts: Sequence[str] = (), drift_days: int = 28) -> SalesPanel:
    """Draw sales of all stores and items; equal params give equal sales, and more days only add days.

    The named drifts of `DRIFTS` change the last `drift_days` and leave the days before as they were.
    """
    factors = _factors(params)
    sales = np.random.default_rng([params.seed, 1]).poisson(_mean(factors))
    for name in drifts:
        changed, change = DRIFTS[name]
        factors[changed] = change(factors[changed])
    if drifts:
        drifted = _mean(factors)[-drift_days:]
        sales[-drift_days:] = np.random.default_rng([params.seed, 2]).poisson(drifted)
    stores, items = np.divmod(np.arange(params.stores * params.items), params.items)
    series = SeriesIndex.from_labels((stores + 1).tolist(), (items + 1).tolist())
    return SalesPanel(sales.reshape(params.days, -1).T.astype(np.float32), as_day(params.start), series)


def _factors(params: SyntheticParams) -> dict[str, FloatArray]:
    """What a day's mean is the product of; each broadcasts to (n_days, n_stores, n_items)."""
    rng = np.random.default_rng([params.seed, 0])
    days = calendar(as_day(params.start), params.days)
    steps = np.full(days.year[-1] - days.year[0] + 1, YEAR_STEPS[-1])
    steps[: len(YEAR_STEPS)] = YEAR_STEPS[: len(steps)]
    level = MEAN_SALES_FIRST_YEAR * (1 + np.cumsum(steps))
    season = level[days.year - days.year[0]] * (MONTH_FACTORS / MONTH_FACTORS.mean())[days.month - 1]

    def spread(low: float, high: float, n: int) -> FloatArray:
        """Evenly spread factors in random order, as the real stores' and items' are: (n,)."""
        return rng.permutation(low + (high - low) * (np.arange(n) + 0.5) / n)

    return {
        "weekday": (WEEKDAY_FACTORS / WEEKDAY_FACTORS.mean())[days.weekday, None, None],
        "season": season[:, None, None],
        "store": spread(*STORE_RANGE, params.stores)[:, None],
        "item": spread(*ITEM_RANGE, params.items),
    }


def _mean(factors: dict[str, FloatArray]) -> FloatArray:
    return factors["weekday"] * factors["season"] * factors["store"] * factors["item"]


def write_sales(panel: SalesPanel, path: Path) -> None:
    """Write CSV, CSV.gz or Parquet, by the suffix."""
    if not path.name.endswith(SUFFIXES):
        raise DataContractError(f"{path.name} is none of {', '.join(SUFFIXES)}.")
    (write_panel if path.suffix == ".parquet" else write_csv)(panel, path)


def main(argv: Sequence[str] | None = None) -> int:
    """Write synthetic sales into a file."""
    usual = SyntheticParams()
    parser = argparse.ArgumentParser(prog="python -m data.synthetic", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="a .csv, .csv.gz or .parquet file")
    parser.add_argument("--start", type=date.fromisoformat, default=usual.start)
    for name in ("stores", "items", "days", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(usual, name))
    parser.add_argument("--drift", action="append", default=[], choices=DRIFTS, help="may be repeated")
    parser.add_argument("--drift-days", type=int, default=28, help="how many of the last days it changes")
    given = vars(parser.parse_args(argv))

    def work() -> None:
        chosen = {name: given[name] for name in SyntheticParams.model_fields}
        params = validate_section("synthetic", SyntheticParams, chosen)
        panel = synthetic_panel(params, given["drift"], given["drift_days"])
        write_sales(panel, given["out"])
        print(f"{given['out']}: {counted(panel.n_series, 'series')}, {panel.start} to {panel.end}.")

    return exit_code(work)


if __name__ == "__main__":
    sys.exit(main())

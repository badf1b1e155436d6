"""The baseline regressors: ten calendar and lag features, one day ahead, repeated day by day."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from data.atomic_files import atomic_write_json
from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from data.panel.seed_features import REACH_DAYS, SEED_FEATURES, seed_features
from models.baselines.seed_estimators import (
    BoostedTrees,
    Forest,
    Kind,
    Rows,
    SeedParams,
    fit_forest,
    fit_xgboost,
)
from models.components.sales_limits import plausible, sales_limits
from models.storage.bounded_json import read_json, readable

DAYS_PER_ROW = 4  # known days to draw each training row from


@dataclass(frozen=True)
class SeedRegressor:
    """One of the two, ready to forecast; `fitted` is the library's own estimator, known only after a fit."""

    kind: Kind
    estimator: BoostedTrees | Forest
    fitted: Any = None

    @classmethod
    def fit(cls, kind: Kind, history: SalesPanel, params: SeedParams) -> Self:
        """Fit on a bounded random sample; raises `DataContractError` when no day is known."""
        limit = params.rows if kind == "xgboost" else params.forest_rows
        rows, sales = training_rows(history, limit, params.random_seed)
        if kind == "xgboost":
            boosted = fit_xgboost(rows, sales, params)
            return cls(kind, BoostedTrees(boosted.get_booster()), boosted)
        forest = fit_forest(rows, sales, params)
        return cls(kind, Forest.of(forest), forest)

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Sales (n,), never below 0, of rows (n, 10) in the order of `SEED_FEATURES`."""
        return np.maximum(self.estimator.predict(np.asarray(rows, np.float32)), 0)

    def forecast(self, history: SalesPanel, horizon_days: int) -> NDArray[np.float32]:
        """Sales of the days after the history, (n_series, horizon_days); each forecast is a later lag."""
        known = min(history.n_days, REACH_DAYS)
        start = history.start + np.timedelta64(history.n_days - known, "D")
        sales = np.full((history.n_series, known + horizon_days), np.nan, np.float32)
        sales[:, :known] = history.sales[:, history.n_days - known :]
        for day in range(known, known + horizon_days):
            sales[:, day] = self.predict(seed_features(sales, start, [day])[:, 0])
        return sales[:, known:]

    def save(self, folder: Path) -> None:
        """Write `seed.json` and the estimator into an existing folder: data, no pickle."""
        self.estimator.save(folder)
        atomic_write_json(folder / "seed.json", {"kind": self.kind, "features": SEED_FEATURES})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; raises `ArtifactError` naming the folder when it cannot."""
        about = read_json(folder / "seed.json")
        with readable(f"The baseline regressor in {folder}"):
            if about["features"] != list(SEED_FEATURES):
                raise ValueError(f"it was fitted on {about['features']}")
            estimator = Forest.load(folder) if about["kind"] == "random_forest" else BoostedTrees.load(folder)
            return cls(about["kind"], estimator)


def training_rows(history: SalesPanel, limit: int, random_seed: int) -> tuple[Rows, NDArray[np.float32]]:
    """At most `limit` rows (n, 10) and their sales (n,), from known days of as many series as they need.

    Days are drawn series by series: the same days for all cost the boosted trees 4 % of their accuracy on the
    Kaggle set. Days without a full month before them are used only when there are no more than two months.
    """
    rng = np.random.default_rng(random_seed)
    first = REACH_DAYS if history.n_days > 2 * REACH_DAYS else 0
    days = np.arange(first, history.n_days)
    known_days = np.isfinite(history.sales[:, first:]).sum(axis=1)
    if not known_days.any():
        raise DataContractError(
            f"None of the {history.n_series} series has a known day to train on.",
            hint="Check the column sales of data/raw.",
        )
    drawn = rng.permutation(np.flatnonzero(known_days))
    enough = np.searchsorted(np.cumsum(known_days[drawn]), DAYS_PER_ROW * limit) + 1
    panel = history.select(np.sort(drawn[:enough]))
    sales = plausible(panel.sales, sales_limits(panel))
    rows = seed_features(sales, history.start, days).reshape(-1, len(SEED_FEATURES))
    target = sales[:, days].ravel()
    cells = np.flatnonzero(np.isfinite(target))
    chosen = np.sort(rng.permutation(cells)[:limit])
    return rows[chosen], target[chosen]

"""The original project: ten features by pandas, one XGBRegressor, recursive. `python -m … PANEL OUT`."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from xgboost import XGBRegressor

from data.panel.sales_panel import SalesPanel
from tests.benchmarks.contenders.contender import HORIZON_DAYS, Output, cpu_seconds

FEATURES = [
    *("year", "month", "day", "dayofweek", "is_weekend"),
    *("lag_1", "lag_7", "lag_30", "rolling_mean_7", "rolling_mean_30"),
]
TAIL_DAYS = 31


def with_features(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the ten feature columns; rows are sorted by series and date."""
    date = frame["date"].dt
    sales = frame.groupby("series")["sales"]
    columns: dict[str, Any] = {
        "year": date.year,
        "month": date.month,
        "day": date.day,
        "dayofweek": date.dayofweek,
        "is_weekend": (date.dayofweek >= 5).astype(int),
        **{f"lag_{days}": sales.shift(days) for days in (1, 7, 30)},
        **{f"rolling_mean_{days}": sales.transform(_rolling(days)) for days in (7, 30)},
    }
    return frame.assign(**columns)


def _rolling(days: int) -> Any:
    return lambda sales: sales.shift(1).rolling(days).mean()


def forecast(model: XGBRegressor, frame: pd.DataFrame) -> NDArray[np.float32]:
    """Forecast day by day; each forecast becomes history for the next."""
    tail = frame[frame["date"] > frame["date"].max() - pd.Timedelta(days=TAIL_DAYS)]
    steps = []
    for _ in range(HORIZON_DAYS):
        tomorrow = tail["date"].max() + pd.Timedelta(days=1)
        rows = pd.DataFrame({"series": tail["series"].unique(), "date": tomorrow, "sales": np.nan})
        tail = pd.concat([tail, rows]).sort_values(["series", "date"])
        features = with_features(tail)
        today = features["date"] == tomorrow
        steps.append(np.maximum(model.predict(features.loc[today, FEATURES]), 0))
        tail.loc[tail["date"] == tomorrow, "sales"] = steps[-1]
        tail = tail[tail["date"] > tomorrow - pd.Timedelta(days=TAIL_DAYS)]
    return np.stack(steps, axis=1)


def main(panel_file: Path, out: Path) -> None:
    """Fit, forecast all series and one series, and write forecasts and seconds."""
    panel = SalesPanel.load(panel_file)
    frame = pd.DataFrame(
        {
            "series": np.repeat(np.arange(panel.n_series), panel.n_days),
            "date": np.tile(panel.dates, panel.n_series),
            "sales": np.nan_to_num(panel.sales).ravel(),
        }
    )
    model = XGBRegressor(n_estimators=300, learning_rate=0.05, max_depth=6, n_jobs=1, random_state=1)

    def fit() -> None:
        rows = with_features(frame).dropna()
        model.fit(rows[FEATURES], rows["sales"])

    seconds = {"fit": cpu_seconds(fit)}
    values = forecast(model, frame)
    seconds["all_series"] = cpu_seconds(lambda: forecast(model, frame))
    one = frame[frame["series"] == 0]
    seconds["one_series"] = cpu_seconds(lambda: forecast(model, one))
    Output({"forecast": values}, seconds).save(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

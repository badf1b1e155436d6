"""mlforecast as its documentation uses it: `mlforecast_peer.py VARIANT HORIZON_DAYS PANEL OUT`.

Imports nothing of this project: it runs in an environment of its own, because mlforecast needs pandas < 3.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb
from mlforecast import MLForecast
from mlforecast.lag_transforms import RollingMean
from mlforecast.target_transforms import LocalStandardScaler
from mlforecast.utils import PredictionIntervals

LEVELS = (80, 95)
TREES: dict[str, Any] = {"n_estimators": 300, "learning_rate": 0.1, "n_jobs": 1, "random_state": 1}
ROW_SAMPLES: dict[str, Any] = {"subsample": 0.8, "colsample_bytree": 0.8, "min_child_weight": 20}
STATIC = {"xgb-scaled": ["store", "item"]}  # the other two are more accurate without


def is_weekend(dates: pd.DatetimeIndex) -> np.ndarray[Any, Any]:
    """The original project's flag."""
    return np.asarray(dates.dayofweek >= 5, int)


ORIGINAL_FEATURES: dict[str, Any] = {
    "lags": [1, 7, 30],
    "lag_transforms": {1: [RollingMean(7), RollingMean(30)]},
    "date_features": ["year", "month", "day", "dayofweek", is_weekend],
}
YEAR_FEATURES: dict[str, Any] = {
    "lags": [7, 14, 28, 364],
    "lag_transforms": {1: [RollingMean(7), RollingMean(28), RollingMean(91), RollingMean(364)]},
    "date_features": ["year", "month", "day", "dayofweek"],
}


def peer(variant: str) -> MLForecast:
    """One of three settings, each of them mlforecast's best on some cutoff of the two real data sets."""
    scaled = {"target_transforms": [LocalStandardScaler()]}
    if variant == "xgb-scaled":
        return MLForecast(
            {"trees": xgb.XGBRegressor(max_depth=6, **TREES, **ROW_SAMPLES)},
            "D",
            **ORIGINAL_FEATURES,
            **scaled,
        )
    if variant == "lgb-scaled":
        return MLForecast({"trees": lgb.LGBMRegressor(verbose=-1, **TREES)}, "D", **YEAR_FEATURES, **scaled)
    return MLForecast(
        {"trees": lgb.LGBMRegressor(verbose=-1, objective="tweedie", **TREES)}, "D", **YEAR_FEATURES
    )


def long_frame(panel: Mapping[str, Any], static: list[str]) -> pd.DataFrame:
    """The long frame of mlforecast: from each series' first known day on, gaps filled with 0."""
    sales, start = panel["sales"], np.datetime64(str(panel["start"]), "D")
    labels = json.loads(str(panel["series"]))
    n_days = sales.shape[1]
    known = np.isfinite(sales)
    first = np.where(known.any(axis=1), known.argmax(axis=1), n_days)
    used = np.arange(n_days) >= first[:, None]
    series, day = np.nonzero(used)
    columns = {
        "unique_id": series,
        "ds": (start + np.arange(n_days)).astype("datetime64[ns]")[day],
        "y": np.nan_to_num(sales[used]).astype("float64"),
        "store": np.unique(labels["stores"], return_inverse=True)[1][series],
        "item": np.unique(labels["items"], return_inverse=True)[1][series],
    }
    return pd.DataFrame(columns)[["unique_id", "ds", "y", *static]]


def matrix(frame: pd.DataFrame, column: str, n_series: int, horizon_days: int) -> np.ndarray[Any, Any]:
    """Forecasts as (n_series, horizon_days); a series without a forecast counts as 0."""
    values = np.zeros((n_series, horizon_days), np.float32)
    values[frame["unique_id"].unique()] = frame[column].to_numpy().reshape(-1, horizon_days)
    return np.maximum(values, 0)


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of a call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def bounds(
    variant: str, frame: pd.DataFrame, n_series: int, horizon_days: int
) -> dict[str, np.ndarray[Any, Any]]:
    """The library's own conformal intervals, from two windows."""
    model = peer(variant)
    windows = PredictionIntervals(n_windows=2, h=horizon_days)
    model.fit(frame, static_features=STATIC.get(variant, []), dropna=True, prediction_intervals=windows)
    forecast = model.predict(horizon_days, level=list(LEVELS))
    sides = [(side, name, level) for level in LEVELS for side, name in (("lower", "lo"), ("upper", "hi"))]
    return {
        f"{side}_{level}": matrix(forecast, f"trees-{name}-{level}", n_series, horizon_days)
        for side, name, level in sides
    }


def main(variant: str, horizon_days: int, panel_file: Path, out: Path) -> None:
    """Fit, forecast all series and one series, and write forecasts and seconds."""
    with np.load(panel_file, allow_pickle=False) as panel:
        frame = long_frame(panel, STATIC.get(variant, []))
        n_series = len(panel["sales"])
    model = peer(variant)
    fit_seconds = seconds(lambda: model.fit(frame, static_features=STATIC.get(variant, []), dropna=True))
    model.predict(horizon_days)
    all_seconds = seconds(lambda: model.predict(horizon_days))
    one = [int(frame["unique_id"].iloc[0])]
    one_seconds = min(seconds(lambda: model.predict(horizon_days, ids=one)) for _ in range(5))
    arrays = {"forecast": matrix(model.predict(horizon_days), "trees", n_series, horizon_days)}
    if variant == "lgb-scaled":
        arrays |= bounds(variant, frame, n_series, horizon_days)
    taken = {"fit": fit_seconds, "all_series": all_seconds, "one_series": one_seconds}
    np.savez(out, seconds=np.array(json.dumps(taken)), **arrays)  # type: ignore[arg-type]  # the stub mistakes array names for options


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))

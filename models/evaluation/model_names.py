"""The names of the compared models, as leaderboard, metrics.json and monitoring show them."""

from collections.abc import Mapping
from typing import Literal

RegressorKind = Literal["xgboost", "random_forest"]

STORECAST = "storecast"
SEASONAL_NAIVE = "seasonal naive"
BASELINE_REGRESSORS: Mapping[RegressorKind, str] = {
    "xgboost": "baseline xgboost",
    "random_forest": "baseline random forest",
}

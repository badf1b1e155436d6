"""The original project's service: FastAPI, a DataFrame per request, XGBRegressor.predict."""

import numpy as np
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel
from xgboost import XGBRegressor

FEATURES = [
    *("year", "month", "day", "dayofweek", "is_weekend"),
    *("lag_1", "lag_7", "lag_30", "rolling_mean_7", "rolling_mean_30"),
]


class Question(BaseModel):
    """The ten features, made by the caller."""

    year: int
    month: int
    day: int
    dayofweek: int
    is_weekend: int
    lag_1: float
    lag_7: float
    lag_30: float
    rolling_mean_7: float
    rolling_mean_30: float


def fitted() -> XGBRegressor:
    """Any model of the size the seed trains: 100 trees of depth 6."""
    random = np.random.default_rng(1)
    rows = pd.DataFrame(random.gamma(2, 20, (20_000, len(FEATURES))), columns=FEATURES)
    model = XGBRegressor(n_estimators=100, max_depth=6, n_jobs=1, random_state=1)
    return model.fit(rows, random.poisson(rows.mean(axis=1)))


def app() -> FastAPI:
    """One route: one row in, one number out."""
    app, model = FastAPI(), fitted()

    @app.post("/predict")
    def predict(question: Question) -> dict[str, float]:
        row = pd.DataFrame([question.model_dump()])[FEATURES]
        return {"predicted_sales": float(model.predict(row)[0])}

    return app

"""From a request to its response: a look-up in the champion's table, or its model where that is needed."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from data.errors import StorecastError, UnknownSeriesError
from data.panel.sales_panel import SalesPanel, SeriesId
from data.panel.seed_features import SEED_FEATURES
from drift.checking.online_check import OnlineCheck
from drift.result.drift_summary import DriftSummary
from models.champion import Champion
from models.storage.forecast_table import COLUMNS, METHODS, ForecastTable
from service.api.caller_history import history_blocks, newest_days
from service.api.drift_check import check_drift, open_check
from service.api.request_models import (
    DriftCheckRequest,
    FeatureRow,
    ForecastRequest,
    PredictRequest,
    SeriesRequest,
)
from service.api.series_response import DECIMALS, Found, rounded, series_response
from service.api.validation import validate
from service.core import metrics
from service.core.cancellation import checkpoint
from service.core.errors import DATE_OUT_OF_RANGE, INVALID_REQUEST, RequestError, body_of

PREDICTED = ("predicted_sales", "lower_80", "upper_80", "lower_95", "upper_95")
_PREDICTED_COLUMNS = {name: COLUMNS.index(name.replace("predicted_sales", "forecast")) for name in PREDICTED}


class Forecasts:
    """What one champion answers. Created for each champion; immutable."""

    def __init__(self, champion: Champion) -> None:
        self.champion = champion
        self.version = champion.record.version
        self.table = champion.table
        self.cutoff: datetime.date = self.table.cutoff.astype(datetime.date)
        self.dates = _dates(self.table.cutoff, self.table.horizon_days)
        # plain arrays over the mapped files: numpy's class for those costs microseconds a look-up
        self._values = np.asarray(self.table.values)
        self._methods = np.asarray(self.table.methods)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Those of a version folder, verified, once a look-up has worked, which builds the index.

        Raises what a damaged folder leads to: `ArtifactError`, or whatever reading its files does.
        """
        forecasts = cls(Champion.load(folder, verify=True))
        series = forecasts.table.series
        forecasts._row(series.stores[0], series.items[0])
        return forecasts

    def warm_up(self) -> None:
        """Load what model calls need beside the table, and call each model once."""
        self.from_history(self.champion.history.select([0]), horizon_days=1)
        self.champion.seed.predict(np.zeros((1, len(SEED_FEATURES)), np.float32))

    def predict(self, query: PredictRequest) -> dict[str, Any]:
        """One series on one day, from the table."""
        row, step = self._find(query)
        values = self._values[row, step - 1].tolist()
        metrics.count_forecast("predict", values[0], step)
        answer: dict[str, Any] = {
            name: round(values[column], DECIMALS) for name, column in _PREDICTED_COLUMNS.items()
        }
        answer["method"] = METHODS[self._methods[row, step - 1]]
        answer["model_version"] = self.version
        return answer

    def predict_rows(self, rows: Sequence[FeatureRow]) -> list[dict[str, Any]]:
        """The seed regressor's answers to rows of its ten features."""
        if not rows:
            return []
        features = np.array([[getattr(row, name) for name in SEED_FEATURES] for row in rows], np.float32)
        sales = rounded(self.champion.seed.predict(features)).tolist()
        for value in sales:
            metrics.count_forecast("predict", value, 1)
        bounds = dict.fromkeys(PREDICTED[1:])
        common = {"method": "seed-features", "model_version": self.version}
        return [{"predicted_sales": value, **bounds, **common} for value in sales]

    def predict_each(self, entries: Sequence[Any]) -> list[dict[str, Any]]:
        """One answer per entry, in order; what cannot be answered is an error in its place."""
        answers = [self._predict_entry(entry) for entry in entries]
        places = [place for place, answer in enumerate(answers) if isinstance(answer, FeatureRow)]
        from_rows = self.predict_rows([answers[place] for place in places])
        for place, answer in zip(places, from_rows, strict=True):
            answers[place] = answer
        return answers

    def _predict_entry(self, entry: Any) -> Any:
        try:
            if is_feature_row(entry):
                return validate(FeatureRow, entry)
            return self.predict(validate(PredictRequest, entry))
        except StorecastError as error:
            if isinstance(error, UnknownSeriesError):
                metrics.count_unknown("predict")
            return body_of(error)

    def forecast(self, request: ForecastRequest) -> dict[str, Any]:
        """All days of the series requested: from the table, or from the model where a history was sent."""
        horizon_days = request.horizon_days
        if "horizon_days" not in request.model_fields_set:
            horizon_days = min(horizon_days, self.table.horizon_days)
        from_model = self._forecast_histories(request, horizon_days)
        found = [
            from_model.get(place) or self._look_up(series, horizon_days)
            for place, series in enumerate(request.series)
        ]  # all of them before the first is counted as given
        forecasts = [
            self._labels(series) | series_response(one, request.levels)
            for series, one in zip(request.series, found, strict=True)
        ]
        return {"model_version": self.version, "cutoff": str(self.cutoff), "forecasts": forecasts}

    def from_history(self, history: SalesPanel, horizon_days: int) -> ForecastTable:
        """The days after a history's last, for any series: what the model itself says."""
        return self.champion.forecaster.forecast(newest_days(history), horizon_days)

    def from_table(self, rows: NDArray[np.int64], horizon_days: int) -> ForecastTable:
        """Some series' first days; raises `RequestError` when the table does not reach so far."""
        self._require_reach(horizon_days)
        table = self.table
        return ForecastTable(
            table.series.select(rows),
            table.cutoff,
            self._values[rows, :horizon_days],
            self._methods[rows, :horizon_days],
            table.mean_sales[rows],
        )

    def explain(self, query: PredictRequest) -> dict[str, Any]:
        """Take the forecast of one series on one day apart, in a planner's words; asks the model itself."""
        from models.forecaster.explain import explain  # imports xgboost

        row, step = self._find(query)
        history = self.champion.history.select([row])
        explanation = explain(self.champion.forecaster, history, np.datetime64(query.date, "D"))
        metrics.count_forecast("explain", explanation.forecast, step)
        return {**asdict(explanation), "model_version": self.version}

    def check_drift(self, query: DriftCheckRequest) -> DriftSummary:
        """Whether new days are what this champion expected of them."""
        return check_drift(self.online_check, query, self.version)

    @cached_property
    def online_check(self) -> OnlineCheck | None:
        """What `check_drift` goes by; takes a moment to make."""
        return open_check(self.champion)

    def _labels(self, series: SeriesRequest) -> dict[str, SeriesId]:
        """A series as the data names it; as the caller does where it is not known."""
        index = self.table.series
        row = index.find(series.store, series.item)
        if row is None:
            return {"store": series.store, "item": series.item}
        return {"store": index.stores[row], "item": index.items[row]}

    def _look_up(self, series: SeriesRequest, horizon_days: int) -> Found:
        row = self._row(series.store, series.item)
        self._require_reach(horizon_days)
        return Found(self._values[row], self._methods[row], self.dates[:horizon_days], str(self.cutoff))

    def _require_reach(self, horizon_days: int) -> None:
        if horizon_days > self.table.horizon_days:
            raise RequestError(
                INVALID_REQUEST,
                f"horizon_days is {horizon_days}, expected at most {self.table.horizon_days}: "
                "this model looks no further.",
            )

    def _forecast_histories(self, request: ForecastRequest, horizon_days: int) -> dict[int, Found]:
        """Forecasts of the entries with a history, by place in the request."""
        found = {}
        for block in history_blocks(request.series):
            checkpoint()
            table = self.champion.forecaster.forecast(block.panel, horizon_days, block.last_days)
            for row, (place, last) in enumerate(zip(block.places, block.last_days, strict=True)):
                dates = _dates(last, horizon_days)
                found[place] = Found(table.values[row], table.methods[row], dates, str(last))
        return found

    def _find(self, query: PredictRequest) -> tuple[int, int]:
        """Row and step of a query; raises 404 for an unknown series, 422 for a day that is not forecast."""
        row = self._row(query.store, query.item)
        step = (query.date - self.cutoff).days
        if 1 <= step <= len(self.dates):
            return row, step
        raise RequestError(
            DATE_OUT_OF_RANGE,
            f"date is {query.date}, expected a day from {self.dates[0]} to {self.dates[-1]}: "
            f"the model has seen sales up to {self.cutoff}.",
            hint="Ask for a day in that range, or roll the model forward over newer sales.",
        )

    def _row(self, store: SeriesId, item: SeriesId) -> int:
        row = self.table.series.find(store, item)
        if row is None:
            raise UnknownSeriesError(
                f"Store {store!r}, item {item!r} is not among this model's {len(self.table.series)} series.",
                hint="GET /series lists them; POST /forecast answers for a new one if its history is sent.",
            )
        return row


def is_feature_row(entry: Any) -> bool:
    """Whether a /predict body holds the original project's ten features instead of a day."""
    return (
        isinstance(entry, dict)
        and ("date" not in entry or "lag_1" in entry)
        and any(n in entry for n in SEED_FEATURES)
    )


def _dates(last_day: np.datetime64, n_days: int) -> list[str]:
    return [str(day) for day in last_day + np.arange(1, n_days + 1)]

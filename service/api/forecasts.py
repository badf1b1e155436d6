"""From a request to its response: a look-up in the champion's table, or its model where that is needed."""

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
from data.text import quoted
from drift.checking.online_check import OnlineCheck
from drift.result.drift_summary import DriftSummary
from models.champion import Champion
from models.storage.forecast_table import METHODS, ForecastTable
from models.storage.quantile_curve import interval_of_day
from service.api.caller_history import history_blocks, newest_days
from service.api.drift_check import calibration_of, check_drift
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
from service.core.errors import DATE_OUT_OF_RANGE, INVALID_REQUEST, RequestError, body_of
from service.core.work_queue import checkpoint

PREDICTED = ("predicted_sales", "lower_80", "upper_80", "lower_95", "upper_95")


class Forecasts:
    """The responses of one champion. Created for each champion; immutable."""

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
        """Open and verify a version folder, and make one look-up, which builds the index.

        Raises `ArtifactError` for a damaged folder, or what reading its files raises.
        """
        forecasts = cls(Champion.load(folder, verify=True))
        series = forecasts.table.series
        forecasts._row(series.stores[0], series.items[0])
        return forecasts

    def warm_up(self) -> None:
        """Load what model calls need beside the table, and call each model once."""
        self.from_history(self.champion.history.select([0]), horizon_days=1)
        self.champion.seed.predict(np.zeros((1, len(SEED_FEATURES)), np.float32))

    def predict(self, request: PredictRequest) -> dict[str, Any]:
        """One series on one day, from the table."""
        row, step = self._find(request)
        values = self._values[row, step - 1].tolist()
        metrics.count_forecast("predict", values[0], step)
        numbers = values[0], *interval_of_day(values, 80), *interval_of_day(values, 95)
        response: dict[str, Any] = {
            name: round(value, DECIMALS) for name, value in zip(PREDICTED, numbers, strict=True)
        }
        response["method"] = METHODS[self._methods[row, step - 1]]
        response["model_version"] = self.version
        return response

    def predict_rows(self, rows: Sequence[FeatureRow]) -> list[dict[str, Any]]:
        """Forecasts of the baseline regressor from rows of its ten features."""
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
        """One response per entry, in order; an entry that cannot be forecast is an error in its place."""
        responses = [self._predict_entry(entry) for entry in entries]
        places = [place for place, response in enumerate(responses) if isinstance(response, FeatureRow)]
        from_rows = self.predict_rows([responses[place] for place in places])
        for place, response in zip(places, from_rows, strict=True):
            responses[place] = response
        return responses

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
        ]  # all before the first is counted, as one that is unknown fails the request
        forecasts = [
            self._labels(series) | series_response(one, request)
            for series, one in zip(request.series, found, strict=True)
        ]
        return {"model_version": self.version, "cutoff": str(self.cutoff), "forecasts": forecasts}

    def from_history(self, history: SalesPanel, horizon_days: int) -> ForecastTable:
        """The days after a history's last, for any series, by the model itself."""
        return self.champion.forecaster.forecast(newest_days(history), horizon_days)

    def from_table(self, rows: NDArray[np.int64], horizon_days: int) -> ForecastTable:
        """The first days of some series; raises `RequestError` beyond the horizon of the table."""
        self._require_reach(horizon_days)
        table = self.table
        return ForecastTable(
            table.series.select(rows),
            table.cutoff,
            self._values[rows, :horizon_days],
            self._methods[rows, :horizon_days],
            table.mean_sales[rows],
        )

    def explain(self, request: PredictRequest) -> dict[str, Any]:
        """Split the forecast of one series on one day into its factors, by the model itself."""
        from models.forecaster.explain import explain  # imports xgboost

        row, step = self._find(request)
        history = self.champion.history.select([row])
        explanation = explain(self.champion.forecaster, history, np.datetime64(request.date, "D"))
        metrics.count_forecast("explain", explanation.forecast, step)
        return {**asdict(explanation), "model_version": self.version}

    def check_drift(self, request: DriftCheckRequest) -> DriftSummary:
        """Compare new days with the forecasts of this champion."""
        return check_drift(self.online_check, request, self.version)

    @cached_property
    def online_check(self) -> OnlineCheck | None:
        """The thresholds of `check_drift`; opened on first use."""
        calibration = calibration_of(self.champion)
        return OnlineCheck.of(calibration, self.table) if calibration else None

    def _labels(self, series: SeriesRequest) -> dict[str, SeriesId]:
        """The labels of a series as in the data; as in the request where it is unknown."""
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
                "that is the horizon of this model.",
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

    def _find(self, request: PredictRequest) -> tuple[int, int]:
        """Row and step of a request; raises 404 for an unknown series, 422 for a day that is not forecast."""
        row = self._row(request.store, request.item)
        step = (request.date - self.cutoff).days
        if 1 <= step <= len(self.dates):
            return row, step
        raise RequestError(
            DATE_OUT_OF_RANGE,
            f"date is {request.date}, expected a day from {self.dates[0]} to {self.dates[-1]}: "
            f"the model has seen sales up to {self.cutoff}.",
            hint="Request a day in that range, or roll the model forward over newer sales.",
        )

    def _row(self, store: SeriesId, item: SeriesId) -> int:
        row = self.table.series.find(store, item)
        if row is None:
            raise UnknownSeriesError(
                f"Store {quoted(store)}, item {quoted(item)} is not among this model's "
                f"{len(self.table.series):,} series.",
                hint="GET /series lists them; POST /forecast takes a new series with its history.",
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

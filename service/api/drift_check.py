"""Responses of /drift-check: new days compared with their forecasts, by the statistics of the drift job."""

import numpy as np

from drift.calibration.thresholds import FILE, Calibration
from drift.checking.online_check import OnlineCheck
from drift.result.drift_summary import DriftSummary
from models.champion import Champion
from service.api.request_models import DriftCheckRequest
from service.core import metrics


def calibration_of(champion: Champion) -> Calibration | None:
    """The champion's thresholds, and the series that are checked; None when it was saved without."""
    return Calibration.load(champion.folder) if (champion.folder / FILE).exists() else None


def check_drift(check: OnlineCheck | None, request: DriftCheckRequest, model_version: str) -> DriftSummary:
    """Check rows of new days; with too few, raises `DataContractError` with the number needed."""
    if check is None:
        reason = "This champion has no thresholds for drift: train again."
        summary = DriftSummary.undecided(reason, model_version)
    else:
        rows = request.rows
        summary = check.check(
            np.array([row.date for row in rows], "datetime64[D]"),
            [row.store for row in rows],
            [row.item for row in rows],
            np.array([np.nan if row.sales is None else row.sales for row in rows]),
            model_version,
        )
    metrics.DRIFT_CHECKS.labels(summary.verdict).inc()
    return summary

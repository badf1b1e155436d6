"""Responses of /drift-check: new days compared with their forecasts, by the statistics of the drift job."""

from __future__ import annotations

import numpy as np

from data.panel.series_index import SeriesIndex
from drift.calibration.thresholds import FILE, Calibration
from drift.checking.online_check import OnlineCheck
from drift.result.drift_summary import DriftSummary
from models.champion import Champion
from service.api.request_models import DriftCheckRequest
from service.core import metrics


def open_check(champion: Champion) -> OnlineCheck | None:
    """The champion's thresholds and forecasts; None when it was saved without thresholds."""
    if not (champion.folder / FILE).exists():
        return None
    return OnlineCheck.of(Calibration.load(champion.folder), champion.table)


def watched_series(champion: Champion) -> SeriesIndex:
    """The series that are checked, which may be a sample of those the champion knows."""
    has_thresholds = (champion.folder / FILE).exists()
    return Calibration.load(champion.folder).series if has_thresholds else champion.table.series


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

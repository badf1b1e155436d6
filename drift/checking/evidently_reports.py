"""Evidently's reports of the windows that were checked: an illustration that decides nothing."""

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.atomic_files import atomic_path, atomic_write_text
from drift.monitors.error_drift import Performance
from drift.monitors.input_drift import COLUMNS, InputWindows

NOTE = """<p style="font: 15px/1.5 system-ui, sans-serif; margin: 1rem">
Evidently's report is an illustration and decides nothing. The verdict is in drift_summary.json.</p>"""
EMPTY = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Storecast: empty report</title>
<p>{} The verdict is in drift_summary.json.</p>
"""


def write_data_drift(windows: InputWindows, threshold: float, path: Path) -> None:
    """Write the distributions of features and sales beside those of a year before, as one HTML file."""
    if windows.comparable:
        _write(data_drift(windows, threshold), "features and sales beside a year before", path)
    else:
        atomic_write_text(path, EMPTY.format("No column has values to compare."))


def write_performance(windows: Performance, path: Path) -> None:
    """Write the champion's errors beside those of a year before, as one HTML file."""
    if np.nansum(windows.actual) > 0:
        _write(regression_quality(windows), "forecast errors", path)
    else:  # Evidently divides by what was sold
        atomic_write_text(path, EMPTY.format("Nothing was sold, so there is no error in percent."))


def data_drift(windows: InputWindows, threshold: float) -> Any:
    """Evidently's snapshot over the columns that have a distance."""
    evidently = _evidently()
    columns = windows.comparable
    parts = (windows.current, windows.reference)
    frames = [pd.DataFrame(part, columns=list(COLUMNS))[columns] for part in parts]
    definition = evidently.DataDefinition(numerical_columns=columns, categorical_columns=[])
    # drift in one column is drift, as in our own check
    preset = evidently.presets.DataDriftPreset(
        columns=columns, num_method="wasserstein", num_threshold=threshold, drift_share=1 / len(columns)
    )
    return _run(preset, definition, frames)


def regression_quality(windows: Performance) -> Any:
    """Evidently's snapshot of errors over all known days."""
    evidently = _evidently()
    definition = evidently.DataDefinition(
        regression=[evidently.Regression(target="sales", prediction="forecast")],
        numerical_columns=["sales", "forecast"],
    )
    parts = [_long(windows.actual, windows.forecast)]
    if windows.before is not None and (before := _long(*windows.before))["sales"].sum() > 0:
        parts.append(before)  # Evidently compares errors in percent of sales
    return _run(evidently.presets.RegressionPreset(), definition, parts)


def _run(preset: Any, definition: Any, frames: list[pd.DataFrame]) -> Any:
    """Current first, as Evidently wants it."""
    evidently = _evidently()
    datasets = [evidently.Dataset.from_pandas(frame, definition) for frame in frames]
    with warnings.catch_warnings():  # about constant dummy columns that the reports do not show
        warnings.simplefilter("ignore")
        return evidently.Report([preset]).run(*datasets)


def _long(actual: NDArray[np.floating], forecast: NDArray[np.floating]) -> pd.DataFrame:
    known = np.isfinite(actual) & np.isfinite(forecast)
    return pd.DataFrame({"sales": actual[known].astype(float), "forecast": forecast[known].astype(float)})


def _evidently() -> Any:
    os.environ.setdefault("DO_NOT_TRACK", "1")
    with warnings.catch_warnings():  # about deprecated names in its own imports
        warnings.simplefilter("ignore")
        import evidently
        import evidently.presets

    return evidently


def _write(snapshot: Any, title: str, path: Path) -> None:
    with atomic_path(path) as unfinished:
        snapshot.save_html(str(unfinished))
        page = unfinished.read_text(encoding="utf-8")
        page = page.replace("<head>", f"<head><title>Storecast: {title}</title>", 1)
        unfinished.write_text(page.replace("<body>", f"<body>{NOTE}", 1), encoding="utf-8")

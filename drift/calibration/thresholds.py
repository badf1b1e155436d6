"""All thresholds of the drift check: fitted by threshold_fit.py, saved with a champion, read by checks.

    history ── replay: member O's forecast of each past week ──▸ windows ──▸ detector, error limits
            └─ same days a year apart ─────────────────────────▸ distance limits of the inputs

The weeks count as free of drift: rare unusual ones widen the thresholds, which tail quantiles bound.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from data.atomic_files import atomic_write_json
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from drift.detector.detector import Detector
from drift.detector.windows import Floats
from drift.monitors.error_drift import Errors
from models.storage.array_packing import load_arrays, pack, save_arrays, unpack
from models.storage.bounded_json import read_json, readable

FILE = "drift.npz"
EVIDENCE_FILE = "drift.json"
RECORDED = "recorded"
RENAMED = {"alarm.": "detector.", ".reader.": ".standardiser."}  # names in champions of earlier versions


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of the detector, of errors by window length, and of input distances."""

    last_day: int  # newest day of the history, counted from 1970
    detector: Detector
    errors: dict[int, Errors]
    input_distances: Floats  # (n_columns,), for windows of 28 days


@dataclass(frozen=True)
class Calibration:
    """Thresholds and the series they are for, which may be a sample; `evidence` is the power study."""

    series: SeriesIndex
    recorded: Floats  # (n_series,) share of days that are usually recorded
    thresholds: Thresholds
    evidence: dict[str, object]

    @property
    def last_day(self) -> np.datetime64:
        return np.datetime64(self.thresholds.last_day, "D")

    def watched(self, panel: SalesPanel) -> SalesPanel:
        """The watched series of a panel; NaN where one is missing."""
        rows = panel.series.rows_of(self.series)
        sales = np.where(rows[:, None] >= 0, panel.sales[rows], np.float32(np.nan))
        return SalesPanel(sales, panel.start, self.series)

    def save(self, folder: Path) -> None:
        """Write drift.npz, arrays only, and drift.json, the evidence, into an existing folder."""
        labels = np.array(json.dumps(self.series.to_json()))
        arrays = pack(self.thresholds) | {"series": labels, RECORDED: self.recorded}
        save_arrays(folder / FILE, arrays)
        atomic_write_json(folder / EVIDENCE_FILE, self.evidence)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The inverse of `save`; `ArtifactError` when a part is missing or damaged."""
        with readable(f"The drift thresholds in {folder}"):
            arrays = load_arrays(folder / FILE)
            for before, now in RENAMED.items():
                arrays = {name.replace(before, now): array for name, array in arrays.items()}
            series = SeriesIndex.from_json(json.loads(str(arrays["series"])))
            evidence = read_json(folder / EVIDENCE_FILE)
            # older champions lack it: then nothing counts as a gap
            recorded = arrays.get(RECORDED, np.zeros(len(series)))
            return cls(series, recorded, unpack(Thresholds, arrays), evidence)

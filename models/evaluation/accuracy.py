"""How far off the champion was on the newest days of its backtest, beside the simplest rule there is."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel, Field

from data.errors import ArtifactError

CHAMPION, BASELINE = "storecast", "seasonal naive"


class Accuracy(BaseModel):
    """Scores on days the model did not know; in percent, null where one could not be measured."""

    first_day: date
    last_day: date
    error: float | None = Field(description="Units missed, either way, of 100 sold: the WAPE.")
    baseline_error: float | None = Field(
        description="The same if each day repeats its weekday of the last week."
    )
    bias: float | None = Field(description="Above 0: more was forecast than was sold.")
    coverage_80: float | None
    coverage_95: float | None


def accuracy_of(folder: Path) -> Accuracy | None:
    """Read the hold-out's scores of a version; None when its history was too short to hold days out."""
    try:
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        hold_out, models = metrics.get("hold_out"), metrics["models"]
        if hold_out is None or CHAMPION not in models:
            return None
        scores = models[CHAMPION]["by_fold"][hold_out]
        baseline = models[BASELINE]["by_fold"][hold_out] if BASELINE in models else {"wape": None}
        cutoff = date.fromisoformat(hold_out)
        return Accuracy(
            first_day=cutoff + timedelta(days=1),
            last_day=cutoff + timedelta(days=metrics["horizon_days"]),
            error=scores["wape"],
            baseline_error=baseline["wape"],
            bias=scores["bias"],
            coverage_80=scores["coverage_80"],
            coverage_95=scores["coverage_95"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"metrics.json in {folder} cannot be read: {error!r}.",
            hint="Restore the version from DVC or train again.",
        ) from error

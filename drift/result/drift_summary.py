"""The result of a drift check: reports/drift_summary.json, and the response of /drift-check."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from data.atomic_files import atomic_write_text
from data.panel.series_index import SeriesId
from data.text import shortened

Verdict = Literal["steady", "drift", "undecided"]


class CheckedWindow(BaseModel):
    """The days that were checked, both included."""

    model_config = ConfigDict(frozen=True)

    first: date = Field(alias="from", description="First day.")
    last: date = Field(alias="to", description="Last day.")
    days: int = Field(description="Number of days.")

    @classmethod
    def ending(cls, last: np.datetime64, days: int) -> CheckedWindow:
        """The window of so many days up to `last`."""
        first = last - np.timedelta64(days - 1, "D")
        return cls.model_validate({"from": first.astype(object), "to": last.astype(object), "days": days})


class DriftTest(BaseModel):
    """One measure of new days: found where `value` is above `threshold`."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="What is measured.")
    group: str = Field(description="Where it is measured: all series, or one group of them.")
    value: float = Field(description="The measure on the new days.")
    threshold: float = Field(description="The highest value expected of weeks without drift.")
    found: bool = Field(description="Whether the value is above the threshold.")

    @classmethod
    def of(cls, name: str, group: str, value: float, threshold: float, is_calibrated: bool = True) -> Self:
        """Compare a value with its threshold; without a calibrated one nothing is found."""
        found = is_calibrated and value > threshold
        value, threshold = round(value, 4), round(threshold, 4)
        return cls(name=name, group=group, value=value, threshold=threshold, found=found)


class Finding(BaseModel):
    """A store, item, series or weekday that changed: 0.3 is 30 % more than forecast, null without a number.

    A store has `store`, an item has `item`, a series has both; of other groups both are null.
    """

    model_config = ConfigDict(frozen=True)

    group: str = Field(description="The group of series.")
    change_share: float | None = Field(description="Change against the forecast: 0.3 is 30 % more.")
    words: str = Field(description="The same in words.")
    store: SeriesId | None = Field(default=None, description="The store of the group, if it has one.")
    item: SeriesId | None = Field(default=None, description="The item of the group, if it has one.")


EXAMPLE: dict[str, Any] = {
    "drift_found": False,
    "verdict": "steady",
    "window": {"from": "2018-01-01", "to": "2018-01-28", "days": 28},
    "tests": [{"name": "total sales", "group": "all series", "value": 0.8, "threshold": 2.4, "found": False}],
    "moved": [],
    "words": "Last 28 days (2018-01-01 to 2018-01-28): no drift found.",
    "model_version": "20180101T060000-1f0c9a",
    "checked_at": "2018-01-29T06:00:00Z",
    "continues_history": True,
}


class DriftSummary(BaseModel):
    """The verdict on new days."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"example": EXAMPLE})

    drift_found: bool = Field(description="Whether any test found drift.")
    verdict: Verdict = Field(description="`undecided`: too little to decide; `words` gives the reason.")
    window: CheckedWindow | None = Field(description="The days that were checked.")
    tests: list[DriftTest] = Field(description="Every measure with its threshold.")
    moved: list[Finding] = Field(description="What changed, where drift was found.")
    words: str = Field(description="The verdict in words.")
    model_version: str | None = Field(description="The model whose forecasts the sales are compared with.")
    checked_at: AwareDatetime = Field(description="When the check was made.")
    continues_history: bool = Field(
        default=True, description="Whether the sales continue those of the model; false for another file."
    )

    @classmethod
    def undecided(cls, reason: str, version: str | None, window: CheckedWindow | None = None) -> DriftSummary:
        """The summary of a check that had too little to decide, for this reason."""
        return cls._now("undecided", window=window, tests=[], moved=[], words=reason, model_version=version)

    @classmethod
    def of_findings(
        cls,
        window: CheckedWindow,
        tests: list[DriftTest],
        moved: list[Finding],
        total: Finding,
        notes: list[str],
        version: str | None,
    ) -> DriftSummary:
        """Drift when any test found it; `notes` say what the verdict does not cover."""
        found = [test for test in tests if test.found]
        if not found:
            moved, messages = [], [f"no drift found. {total.words}"]
        elif moved:
            messages = [finding.words for finding in moved]
        else:
            moved, messages = [total], [total.words, *map(_above_limit, found)]
        span = f"Last {window.days} days ({window.first} to {window.last}):"
        words = " ".join([span, *messages, *notes])
        verdict: Verdict = "drift" if found else "steady"
        return cls._now(verdict, window=window, tests=tests, moved=moved, words=words, model_version=version)

    @classmethod
    def _now(cls, verdict: Verdict, **fields: Any) -> DriftSummary:
        return cls(drift_found=verdict == "drift", verdict=verdict, checked_at=datetime.now(UTC), **fields)

    def of_other_sales(self) -> DriftSummary:
        """The same verdict on sales that do not continue the champion's history."""
        note = "These sales do not continue the history of the champion: this requests no retraining."
        return self.model_copy(update={"continues_history": False, "words": f"{self.words} {note}"})

    def write(self, path: Path) -> None:
        """Write the summary, atomically."""
        atomic_write_text(path, self.model_dump_json(indent=2, by_alias=True) + "\n")


def shown(name: SeriesId) -> str:
    """A store's or item's name for a message, bounded."""
    return shortened(str(name), 60)


def _above_limit(test: DriftTest) -> str:
    name = test.name[:1].upper() + test.name[1:]
    return f"{name} of {test.group}: {test.value:.3g}, above the limit of {test.threshold:.3g}."

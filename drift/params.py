"""Section `drift` of params.yaml: how much a calibration may cost, and how many false alarms are wanted."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from data.params import Params


class DriftParams(Params):
    """Thresholds are not here: they are learnt from your own sales."""

    window_days: Literal[7, 14, 28] = 28
    """Longest window judged; shorter ones up to it are judged too."""
    false_alarm_rate: float = Field(default=0.004, gt=0, lt=0.2)
    """Wanted share of weekly checks of undisturbed weeks that alarm."""
    replay_weeks: int = Field(default=156, ge=0)
    """Past weeks that are forecast anew to learn what is usual; three years are ideal."""
    evidence_weeks: int = Field(default=52, ge=0)
    """The newest weeks are checked and shocked, to say how far the alarm can be trusted."""
    max_series: int = Field(default=1000, ge=1)
    """Of more series so many are drawn at random and watched."""
    random_seed: int = 1
    error_increase: float = Field(default=0.2, ge=0)
    """MAPE and WAPE may be so much above those of a year before (and as far as in calm weeks)."""
    input_distance: float = Field(default=0.1, ge=0)
    """Features may be so many deviations from those of a year before (and as far as in calm weeks)."""

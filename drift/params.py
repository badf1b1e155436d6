"""Section `drift` of params.yaml: cost of a calibration, and the wanted share of false alarms."""

from typing import Literal

from pydantic import Field

from data.params import Params


class DriftParams(Params):
    """Thresholds are not set here: they are fitted on your own sales."""

    window_days: Literal[7, 14, 28] = 28
    """Longest window to check; shorter ones are checked too."""
    false_alarm_rate: float = Field(default=0.004, gt=0, lt=0.2)
    """Wanted share of weekly checks that find drift in weeks without drift."""
    replay_weeks: int = Field(default=156, ge=0)
    """Past weeks that are replayed to fit the thresholds; three years are ideal."""
    evidence_weeks: int = Field(default=52, ge=0)
    """Newest weeks of the power study, which measures false alarms and detected shocks."""
    max_series: int = Field(default=1000, ge=1)
    """Of more series a random sample of this size is watched."""
    random_seed: int = 1
    error_increase: float = Field(default=0.2, ge=0)
    """MAPE and WAPE may be this share above those of a year before, or as much as in weeks without drift."""
    input_distance: float = Field(default=0.1, ge=0)
    """Features may be this many standard deviations from a year before, or as in weeks without drift."""

"""Section `retrain` of params.yaml."""

from __future__ import annotations

from data.params import Params
from training.gate.decision_rule import GateParams
from training.gate.retrain_schedule import RetrainScheduleParams


class RetrainParams(Params):
    """The gate's thresholds and the schedule of attempts."""

    gate: GateParams = GateParams()
    pace: RetrainScheduleParams = RetrainScheduleParams()

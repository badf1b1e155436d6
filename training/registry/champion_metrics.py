"""Metrics that jobs push after a decision: decisions so far, the champion's accuracy, the flag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from data.jobs import job_metrics
from data.jobs.job_metrics import Report, reported
from data.params import Paths
from models.evaluation.model_names import SEASONAL_NAIVE, STORECAST
from models.storage.bounded_json import read_json
from training.registry.decision_log import read_decisions

LEVELS = ("80", "95")


@contextmanager
def report_champion_metrics(job: str, paths: Paths) -> Iterator[None]:
    """Push whether the block succeeded and, if so, decisions, accuracy and flag after it."""
    with reported(job) as report:
        yield
        report(job_metrics.RETRAINING_FLAG, paths.flag.exists())
        _decisions(report, paths)
        if paths.metrics_json.exists():
            _accuracy(report, read_json(paths.metrics_json)["models"])


def _decisions(report: Report, paths: Paths) -> None:
    decisions = read_decisions(paths.history_jsonl)
    for decision, count in Counter(entry.decision for entry in decisions).items():
        report(job_metrics.DECISIONS, count, decision)
    for entry in decisions:  # oldest first: the last one of a kind stays
        report(job_metrics.DECIDED, entry.at.timestamp(), entry.decision)


def _accuracy(report: Report, models: dict[str, Any]) -> None:
    """Percentages of metrics.json as shares; what could not be measured is not reported."""
    for model in (STORECAST, SEASONAL_NAIVE):
        if (wape := _overall(models, model).get("wape")) is not None:
            report(job_metrics.WAPE, wape / 100, model)
    scores = _overall(models, STORECAST)
    if scores.get("bias") is not None:
        report(job_metrics.BIAS, scores["bias"] / 100)
    for level in LEVELS:
        if (coverage := scores.get(f"coverage_{level}")) is not None:
            report(job_metrics.COVERAGE, coverage / 100, level)


def _overall(models: dict[str, Any], model: str) -> dict[str, Any]:
    scores: dict[str, Any] = models.get(model, {}).get("overall", {})
    return scores

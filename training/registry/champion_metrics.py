"""Metrics that jobs push after a decision: decisions so far, the champion's accuracy, the flag."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from data.jobs import job_metrics
from data.params import Paths
from models.evaluation.model_names import SEASONAL_NAIVE, STORECAST
from training.registry.decision_log import overall_scores, read_decisions


@contextmanager
def report_champion_metrics(job: str, paths: Paths) -> Iterator[None]:
    """Push whether the block succeeded and, if so, decisions, accuracy and flag after it."""
    with job_metrics.reported(job) as report:
        yield
        report(job_metrics.RETRAINING_FLAG, paths.flag.exists())
        decisions = read_decisions(paths.history_jsonl)
        for decision, count in Counter(entry.decision for entry in decisions).items():
            report(job_metrics.DECISIONS, count, decision)
        for entry in decisions:  # oldest first: the last one of a kind stays
            report(job_metrics.DECIDED, entry.at.timestamp(), entry.decision)
        # percentages as shares; what could not be measured is not reported
        scores, naive = (
            overall_scores(paths.metrics_json, model) or {} for model in (STORECAST, SEASONAL_NAIVE)
        )
        for metric, labels, percent in (
            (job_metrics.WAPE, (STORECAST,), scores.get("wape")),
            (job_metrics.WAPE, (SEASONAL_NAIVE,), naive.get("wape")),
            (job_metrics.BIAS, (), scores.get("bias")),
            (job_metrics.COVERAGE, ("80",), scores.get("coverage_80")),
            (job_metrics.COVERAGE, ("95",), scores.get("coverage_95")),
        ):
            if percent is not None:
                report(metric, percent / 100, *labels)

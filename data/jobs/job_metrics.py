"""Every metric that jobs push, and how: to the Pushgateway that STORECAST_PUSHGATEWAY names, if it is set.

A job ends before Prometheus can scrape it, so it pushes its last values.
"""

import logging
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from data.text import quoted

log = logging.getLogger(__name__)

PUSHGATEWAY = "STORECAST_PUSHGATEWAY"
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class JobMetric:
    """A value that a job pushes; it stays until the same job pushes another.

    A metric that several jobs push has a group of its own, so that the last value counts.
    """

    name: str
    help: str
    labels: tuple[str, ...] = ()
    group: str | None = None


JOB_FAILED = JobMetric("storecast_job_failed", "1 when the job's last run could not do its work.")
JOB_FINISHED = JobMetric("storecast_job_finished_timestamp_seconds", "When the job last ended, well or not.")
JOB_SUCCEEDED = JobMetric("storecast_job_succeeded_timestamp_seconds", "When the job last did its work.")
JOB_DURATION = JobMetric("storecast_job_duration_seconds", "How long the job's last run took.")

DRIFT_FOUND = JobMetric("storecast_drift_found", "1 when the last check found drift.")
DRIFT_UNDECIDED = JobMetric("storecast_drift_undecided", "1 when the last check lacked data to decide.")
DRIFT_VALUE = JobMetric("storecast_drift_value", "Value of a test in the last window.", ("test", "group"))
DRIFT_THRESHOLD = JobMetric("storecast_drift_threshold", "Above it a test finds drift.", ("test", "group"))
DRIFT_WINDOW_END = JobMetric("storecast_drift_window_end_timestamp_seconds", "Last day that was checked.")
REALISED_WAPE = JobMetric("storecast_realised_wape_share", "WAPE of the champion in the last checked window.")
RETRAINING_FLAG = JobMetric("storecast_retraining_flag", "1 while a retraining is requested.", group="flag")

DECISIONS = JobMetric("storecast_decisions", "Decisions in models/history.jsonl, by outcome.", ("decision",))
DECIDED = JobMetric("storecast_decided_timestamp_seconds", "Time of the last decision.", ("decision",))
WAPE = JobMetric("storecast_wape_share", "Error of a model on days held back from it.", ("model",))
BIAS = JobMetric("storecast_bias_share", "Share the champion forecasts too much (above 0) or too little.")
COVERAGE = JobMetric("storecast_coverage_share", "Share of held-back days inside their interval.", ("level",))


@dataclass
class Report:
    """Values of one run of a job: `report(WAPE, 0.11, "storecast")`."""

    samples: dict[JobMetric, dict[tuple[str, ...], float]] = field(default_factory=dict)

    def __call__(self, metric: JobMetric, value: float, *labels: str) -> None:
        if len(labels) != len(metric.labels):
            raise ValueError(f"{metric.name} was given the labels {labels}, expected {metric.labels}.")
        self.samples.setdefault(metric, {})[labels] = float(value)


@contextmanager
def reported(job: str) -> Iterator[Report]:
    """Push what the block reports, how long it took and whether it raised; what it raises goes on.

    A run that fails pushes that it failed; the values of the last successful run stay.
    """
    report, started, failed = Report(), time.time(), False
    try:
        yield report
        report(JOB_SUCCEEDED, time.time())
    except BaseException:
        report, failed = Report(), True
        raise
    finally:
        report(JOB_FAILED, failed)
        report(JOB_FINISHED, time.time())
        report(JOB_DURATION, time.time() - started)
        _push(job, report)


def _push(job: str, report: Report) -> None:
    """Replace the metrics reported and no others; a gateway that is away costs a line in the log, no job."""
    if not (gateway := os.environ.get(PUSHGATEWAY)):
        return
    from prometheus_client import CollectorRegistry, Gauge, pushadd_to_gateway

    groups: defaultdict[str, CollectorRegistry] = defaultdict(CollectorRegistry)
    for metric, values in report.samples.items():
        gauge = Gauge(metric.name, metric.help, metric.labels, registry=groups[metric.group or job])
        for labels, value in values.items():
            (gauge.labels(*labels) if labels else gauge).set(value)
    try:
        address, handler = _address_and_handler(gateway)
        for group, registry in groups.items():
            pushadd_to_gateway(address, group, registry, timeout=TIMEOUT_SECONDS, handler=handler)
    except (OSError, HTTPException, ValueError) as error:  # away, not a gateway, or a mistyped address
        log.warning("Metrics of %s were not pushed: %s.", job, quoted(error))


def _address_and_handler(gateway: str) -> tuple[str, Callable[..., Any]]:
    """The address without a user's name and password in it, and what sends them as a header."""
    from prometheus_client.exposition import basic_auth_handler, default_handler

    parts = urlsplit(gateway if "://" in gateway else f"http://{gateway}")
    if parts.username is None:
        return parts.geturl(), default_handler
    with_password = partial(
        basic_auth_handler, username=unquote(parts.username), password=unquote(parts.password or "")
    )
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host)), with_password

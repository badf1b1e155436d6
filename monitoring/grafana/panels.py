"""The dashboards, as tables of panels: a title, what it shows in PromQL, and a unit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """One picture; `queries` maps what a line is called to its PromQL, `{{label}}` filled in."""

    title: str
    queries: dict[str, str]
    unit: str = "short"
    told: str = ""
    kind: str = "timeseries"
    width: int = 8


def stat(
    title: str, query: str, unit: str = "short", told: str = "", name: str = "", width: int = 4
) -> Panel:
    """One number, or the value of one label if it is named."""
    return Panel(title, {f"{{{{{name}}}}}" if name else title: query}, unit, told, "stat", width)


LATENCY = "sum by (le) (rate(bentoml_service_request_duration_seconds_bucket[$__rate_interval]))"

SERVICE = (
    stat("Up", 'sum(up{job="storecast"})', told="Instances that answer Prometheus."),
    stat("Uptime, 24 h", 'avg(avg_over_time(up{job="storecast"}[24h]))', "percentunit"),
    stat("Requests per second", "sum(storecast:requests:rate5m)", "reqps"),
    stat("Failures", "storecast:failures:share5m", "percentunit", "Errors of our own; not those of callers."),
    stat("Slowest api, p95", "max(storecast:request_seconds:p95_5m)", "s"),
    stat("Forecasts, 24 h", "sum(increase(storecast_forecasts_total[24h]))"),
    Panel(
        "Traffic",
        {"{{endpoint}}": "sum by (endpoint) (rate(bentoml_service_request_total[$__rate_interval]))"},
        "reqps",
        "Requests by route, probes and scrapes included.",
    ),
    Panel(
        "Errors",
        {"{{code}}": "sum by (code) (rate(storecast_errors_total[$__rate_interval]))"},
        "reqps",
        "Answers that were errors, by the code in their body.",
    ),
    Panel(
        "Latency",
        {
            name: f"histogram_quantile({quantile}, {LATENCY})"
            for name, quantile in {"p50": 0.5, "p95": 0.95, "p99": 0.99}.items()
        },
        "s",
    ),
    Panel("Latency by route, p95", {"{{endpoint}}": "storecast:request_seconds:p95_5m"}, "s"),
    Panel(
        "Forecasts given",
        {"{{endpoint}}": "sum by (endpoint) (rate(storecast_forecasts_total[$__rate_interval])) * 60"},
        "opm",
        "One a series and day.",
    ),
    Panel(
        "Unknown series",
        {"{{endpoint}}": "sum by (endpoint) (rate(storecast_unknown_series_total[$__rate_interval])) * 60"},
        "opm",
        "Asked for, and not known to the model: new stores or items, or somebody's typing.",
    ),
    Panel("In flight", {"{{endpoint}}": "sum by (endpoint) (bentoml_service_request_in_progress)"}),
    Panel(
        "Sales forecast",
        {
            name: f"histogram_quantile({quantile}, sum by (le) (rate(storecast_forecast_sales_bucket[1h])))"
            for name, quantile in {"median": 0.5, "p90": 0.9}.items()
        },
        told="Units a day in the answers of the last hour.",
    ),
    Panel(
        "Days ahead",
        {
            "mean": "sum(rate(storecast_forecast_horizon_days_sum[1h]))"
            " / sum(rate(storecast_forecast_horizon_days_count[1h]))"
        },
        "d",
        "How far people ask, from the model's last day.",
    ),
)

MODEL = (
    stat("Version", "storecast_model_info", name="version", width=8),
    stat("How it came", "storecast_model_info", name="kind"),
    stat("Age of its sales", "time() - max(storecast_model_cutoff_timestamp_seconds)", "s"),
    stat("Age of the model", "time() - max(storecast_model_created_timestamp_seconds)", "s"),
    stat("Swaps that failed", "sum(storecast_model_swap_failures_total)", told="Since the service started."),
    Panel(
        "Error on days held back",
        {"{{model}}": "storecast_wape_share"},
        "percentunit",
        "Units missed of those sold: the champion's, and that of repeating last week.",
    ),
    Panel(
        "Error on new days",
        {"champion": "storecast_realised_wape_share"},
        "percentunit",
        "The champion on the days of the last drift check, which nobody knew when it was trained.",
    ),
    Panel(
        "Bias",
        {"champion": "storecast_bias_share"},
        "percentunit",
        "Above 0: too much is forecast, stock is left over; below: shelves are empty.",
    ),
    Panel(
        "Coverage",
        {"{{level}} % intervals": "storecast_coverage_share"},
        "percentunit",
        "Share of actuals inside the intervals: the lines should lie at their own names.",
    ),
    Panel("Versions in service", {"{{version}}": "count by (version) (storecast_model_info)"}),
    Panel(
        "Swaps",
        {
            "taken": "sum(increase(storecast_model_swaps_total[1h]))",
            "failed at {{stage}}": "sum by (stage) (increase(storecast_model_swap_failures_total[1h]))",
        },
        told="In the hour before.",
    ),
)

DRIFT = (
    stat("Drift found", "storecast_drift_found", "bool"),
    stat("Too little to judge", "storecast_drift_undecided", "bool"),
    stat("Retraining asked for", "storecast_retraining_flag", "bool"),
    stat(
        "Last check", 'time() - storecast_job_succeeded_timestamp_seconds{job="drift"}', "s", "So long ago."
    ),
    stat("Checked up to", "storecast_drift_window_end_timestamp_seconds * 1000", "dateTimeAsIso"),
    stat("Retrainings, 90 d", 'sum(delta(storecast_decisions{decision=~"promoted|kept"}[90d]))'),
    Panel(
        "Drift scores",
        {"{{test}} {{group}}": "storecast_drift_value / (storecast_drift_threshold != 0)"},
        told="Each test's value as a share of its threshold: 1 and above is drift.",
        width=12,
    ),
    Panel(
        "Drift and flag",
        {"drift": "storecast_drift_found", "flag": "storecast_retraining_flag"},
        "bool",
        width=12,
    ),
    Panel(
        "Decisions", {"{{decision}}": "storecast_decisions"}, told="All since the first model, by outcome."
    ),
    Panel(
        "Last decision",
        {"{{decision}}": "time() - storecast_decided_timestamp_seconds"},
        "s",
        "How long ago the gate last promoted, kept, or somebody rolled back.",
    ),
    Panel("Jobs that failed", {"{{job}}": "storecast_job_failed"}, "bool"),
    Panel("Duration of jobs", {"{{job}}": "storecast_job_duration_seconds"}, "s"),
    Panel(
        "Jobs, last success",
        {"{{job}}": "time() - storecast_job_succeeded_timestamp_seconds"},
        "s",
        "So long ago.",
    ),
)

DASHBOARDS = {
    "service": ("Storecast: service", "6h", SERVICE),
    "model": ("Storecast: model", "30d", MODEL),
    "drift": ("Storecast: drift and retraining", "90d", DRIFT),
}

"""The dashboards, as tables of panels: a title, what it shows in PromQL, and a unit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """One panel; `queries` maps the name of each line (may contain `{{label}}`) to its PromQL."""

    title: str
    queries: dict[str, str]
    unit: str = "short"
    help: str = ""
    kind: str = "timeseries"
    width: int = 8


def stat(
    title: str, query: str, unit: str = "short", help: str = "", name: str = "", width: int = 4
) -> Panel:
    """One number, or the value of the label `name`."""
    return Panel(title, {f"{{{{{name}}}}}" if name else title: query}, unit, help, "stat", width)


LATENCY = "sum by (le) (rate(bentoml_service_request_duration_seconds_bucket[$__rate_interval]))"

SERVICE = (
    stat("Up", 'sum(up{job="storecast"})', help="Instances that Prometheus reaches."),
    stat("Uptime, 24 h", 'avg(avg_over_time(up{job="storecast"}[24h]))', "percentunit"),
    stat("Requests per second", "sum(storecast:requests:rate5m)", "reqps"),
    stat(
        "Failures",
        "storecast:failures:share5m",
        "percentunit",
        "Errors of the service, without those of callers.",
    ),
    stat("Slowest endpoint, p95", "max(storecast:request_seconds:p95_5m)", "s"),
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
        "Forecasts sent",
        {"{{endpoint}}": "sum by (endpoint) (rate(storecast_forecasts_total[$__rate_interval])) * 60"},
        "opm",
        "One per series and day.",
    ),
    Panel(
        "Unknown series",
        {"{{endpoint}}": "sum by (endpoint) (rate(storecast_unknown_series_total[$__rate_interval])) * 60"},
        "opm",
        "Requested, but not known to the model: new stores or items, or typing errors.",
    ),
    Panel("In flight", {"{{endpoint}}": "sum by (endpoint) (bentoml_service_request_in_progress)"}),
    Panel(
        "Sales forecast",
        {
            name: f"histogram_quantile({quantile}, sum by (le) (rate(storecast_forecast_sales_bucket[1h])))"
            for name, quantile in {"median": 0.5, "p90": 0.9}.items()
        },
        help="Units per day in the forecasts of the last hour.",
    ),
    Panel(
        "Days ahead",
        {
            "mean": "sum(rate(storecast_forecast_horizon_days_sum[1h]))"
            " / sum(rate(storecast_forecast_horizon_days_count[1h]))"
        },
        "d",
        "Requested days, counted from the cutoff.",
    ),
)

MODEL = (
    stat("Version", "storecast_model_info", name="version", width=8),
    stat("Made by", "storecast_model_info", name="kind"),
    stat("Age of the cutoff", "time() - max(storecast_model_cutoff_timestamp_seconds)", "s"),
    stat("Age of the version", "time() - max(storecast_model_created_timestamp_seconds)", "s"),
    stat("Failed swaps", "sum(storecast_model_swap_failures_total)", help="Since the service started."),
    Panel(
        "Error in the backtest",
        {"{{model}}": "storecast_wape_share"},
        "percentunit",
        "WAPE of the champion and of seasonal naive (last week repeated).",
    ),
    Panel(
        "Error on new days",
        {"champion": "storecast_realised_wape_share"},
        "percentunit",
        "WAPE of the champion on the days of the last drift check, which are newer than its training.",
    ),
    Panel(
        "Bias",
        {"champion": "storecast_bias_share"},
        "percentunit",
        "Above 0: forecasts are too high, stock is left over; below 0: too low, shelves are empty.",
    ),
    Panel(
        "Coverage",
        {"{{level}} % intervals": "storecast_coverage_share"},
        "percentunit",
        "Share of actuals inside the intervals; each line should be at its own level.",
    ),
    Panel("Versions in service", {"{{version}}": "count by (version) (storecast_model_info)"}),
    Panel(
        "Swaps",
        {
            "loaded": "sum(increase(storecast_model_swaps_total[1h]))",
            "failed at {{stage}}": "sum by (stage) (increase(storecast_model_swap_failures_total[1h]))",
        },
        help="Per hour.",
    ),
)

DRIFT = (
    stat("Drift found", "storecast_drift_found", "bool"),
    stat("Too little data", "storecast_drift_undecided", "bool"),
    stat("Retraining requested", "storecast_retraining_flag", "bool"),
    stat(
        "Last check",
        'time() - storecast_job_succeeded_timestamp_seconds{job="drift"}',
        "s",
        "Time since then.",
    ),
    stat("Checked up to", "storecast_drift_window_end_timestamp_seconds * 1000", "dateTimeAsIso"),
    stat("Retrainings, 90 d", 'sum(delta(storecast_decisions{decision=~"promoted|kept"}[90d]))'),
    Panel(
        "Drift scores",
        {"{{test}} {{group}}": "storecast_drift_value / (storecast_drift_threshold != 0)"},
        help="Each test's value as a share of its threshold: 1 and above is drift.",
        width=12,
    ),
    Panel(
        "Drift and flag",
        {"drift": "storecast_drift_found", "flag": "storecast_retraining_flag"},
        "bool",
        width=12,
    ),
    Panel(
        "Decisions", {"{{decision}}": "storecast_decisions"}, help="All since the first version, by outcome."
    ),
    Panel(
        "Last decision",
        {"{{decision}}": "time() - storecast_decided_timestamp_seconds"},
        "s",
        "Time since the last promotion, kept champion, or roll-back.",
    ),
    Panel("Failed jobs", {"{{job}}": "storecast_job_failed"}, "bool"),
    Panel("Duration of jobs", {"{{job}}": "storecast_job_duration_seconds"}, "s"),
    Panel(
        "Jobs, last success",
        {"{{job}}": "time() - storecast_job_succeeded_timestamp_seconds"},
        "s",
        "Time since then.",
    ),
)

DASHBOARDS = {
    "service": ("Storecast: service", "6h", SERVICE),
    "model": ("Storecast: model", "30d", MODEL),
    "drift": ("Storecast: drift and retraining", "90d", DRIFT),
}

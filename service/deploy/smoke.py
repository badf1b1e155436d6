"""Job: check that a running service forecasts: `python -m service.deploy.smoke URL [--version V]`.

It sends the first of STORECAST_API_KEYS, if there are any.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import httpx

from data.errors import StorecastError
from data.jobs.job_exit import exit_code
from data.text import quoted, shortened
from service.core.service_client import service_client

POLL_SECONDS = 1.0
TIMEOUT_SECONDS = 10.0


class SmokeError(StorecastError):
    """A service that runs but does not work as it should."""


def smoke(
    client: httpx.Client, version: str | None = None, wait_seconds: float = 60.0, bento: str | None = None
) -> str:
    """Wait for a model (`version`, by default any), request a forecast, read the metrics; returns a summary.

    `bento` is the version of the bento that has to respond, whatever model it serves. Raises `SmokeError`
    with the response that is wrong.
    """
    health = _retry(lambda: _health(client, version), wait_seconds)
    try:
        served, cutoff = health["model"]["version"], date.fromisoformat(health["model"]["cutoff"])
        series = _json(client.get("/series", params={"limit": 1}))["series"][0]
        body = {"store": series["store"], "item": series["item"], "date": str(cutoff + timedelta(days=1))}
        answer = _json(client.post("/predict", json=body))
        sales, by_version = float(answer["predicted_sales"]), answer["model_version"]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise SmokeError(f"{client.base_url} does not respond as Storecast does: {error!r}.") from error
    if by_version != served or not math.isfinite(sales) or sales < 0:
        raise SmokeError(f"/predict answered {quoted(answer)}, expected sales forecast by version {served}.")
    metrics = client.get("/metrics").text
    if f'version="{served}"' not in metrics:
        raise SmokeError(f"/metrics does not name version {served}, expected storecast_model_info with it.")
    if bento and f'service_version="{bento}"' not in metrics:
        raise SmokeError(f"Another bento than {bento} responds, probably the one deployed before.")
    return f"{client.base_url} serves {served}: {sales:.1f} sales for {body}."


def _health(client: httpx.Client, version: str | None) -> dict[str, Any]:
    health = _json(client.get("/health"))
    model = health.get("model")
    if not isinstance(model, dict):
        raise SmokeError(f"No model is loaded: {shortened(str(health.get('reason')), 300)}")
    if version and model.get("version") != version:
        raise SmokeError(f"Version {model.get('version')} is loaded, expected {version}.")
    return health


def _retry(request: Callable[[], dict[str, Any]], wait_seconds: float) -> dict[str, Any]:
    """Repeat a request until it succeeds or the time is over; then raises the last error."""
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return request()
        except (SmokeError, httpx.HTTPError) as error:
            if time.monotonic() > deadline:
                raise SmokeError(f"Not ready after {wait_seconds:.0f} s. {error}") from error
        time.sleep(POLL_SECONDS)


def _json(response: httpx.Response) -> dict[str, Any]:
    if response.status_code != httpx.codes.OK:
        found = f"{response.status_code} {shortened(response.text, 200)}"
        raise SmokeError(f"{response.url.path} answered {found}, expected 200.")
    try:
        answer = response.json()
    except ValueError as error:
        found = shortened(response.text, 200)
        raise SmokeError(f"{response.url.path} answered {found}, expected JSON.") from error
    return answer if isinstance(answer, dict) else {"answer": answer}


def main(argv: Sequence[str] | None = None) -> int:
    """Print a summary and exit 0, or the wrong response and exit 2."""
    parser = argparse.ArgumentParser(prog="python -m service.deploy.smoke", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--version", help="the model that has to be loaded")
    parser.add_argument("--wait-seconds", type=float, default=60.0)
    arguments = parser.parse_args(argv)

    def run() -> None:
        with service_client(arguments.url, TIMEOUT_SECONDS, follow_redirects=True) as client:
            try:
                print(smoke(client, arguments.version, arguments.wait_seconds))
            except httpx.HTTPError as error:
                raise SmokeError(f"{arguments.url} stopped responding: {error!r}.") from error

    return exit_code(run)


if __name__ == "__main__":
    sys.exit(main())

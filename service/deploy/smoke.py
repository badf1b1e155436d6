"""Job: ask a running service what a planner would, and believe it only when everything fits.

`python -m service.deploy.smoke URL [--version V]`, with the first of STORECAST_API_KEYS if there are any.
"""

from __future__ import annotations

import argparse
import logging
import math
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import httpx

from data.errors import StorecastError
from data.job_exit import exit_code
from data.text import shortened
from service.core.settings import Settings

STEP_DAYS = 1  # which every horizon has
POLL_SECONDS = 1.0
TIMEOUT_SECONDS = 10.0


class SmokeError(StorecastError):
    """A service that runs and yet does not do what it is there for."""


def smoke(
    client: httpx.Client, version: str | None = None, wait_seconds: float = 60.0, bento: str | None = None
) -> str:
    """Wait for the version (any unless told), have it forecast, find it in the metrics; returns the proof.

    `bento` is the version of the bento that has to answer, whatever model it serves. Raises `SmokeError`
    saying which answer did not fit.
    """
    health = _until(lambda: _served(client, version), wait_seconds)
    served, cutoff = health["model"]["version"], date.fromisoformat(health["model"]["cutoff"])
    series = _json(client.get("/series", params={"limit": 1}))["series"][0]
    day = str(cutoff + timedelta(days=STEP_DAYS))
    body = {"store": series["store"], "item": series["item"], "date": day}
    answer = _json(client.post("/predict", json=body))
    sales = answer["predicted_sales"]
    if answer["model_version"] != served or not math.isfinite(sales) or sales < 0:
        raise SmokeError(f"/predict answered {answer}, expected sales forecast by version {served}.")
    told = client.get("/metrics").text
    if f'version="{served}"' not in told:
        raise SmokeError(f"/metrics does not name version {served}, expected storecast_model_info with it.")
    if bento and f'service_version="{bento}"' not in told:
        raise SmokeError(f"Another bento than {bento} answers, the one before it by all appearances.")
    return f"{client.base_url} serves {served}: {sales:.1f} sales for {body}."


def client_of(url: str) -> httpx.Client:
    """A client of a service that has the same API keys as the environment, if any."""
    keys = Settings().keys
    headers = {"X-API-Key": keys[0]} if keys else {}
    return httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=True)


def _served(client: httpx.Client, version: str | None) -> dict[str, Any]:
    health = _json(client.get("/health"))
    if not health.get("model"):
        raise SmokeError(f"No model serves: {health.get('reason')}")
    if version and health["model"]["version"] != version:
        raise SmokeError(f"Version {health['model']['version']} serves, expected {version}.")
    return health


def _until(ask: Callable[[], dict[str, Any]], wait_seconds: float) -> dict[str, Any]:
    """Ask until there is an answer that fits, or time is up; then raises what the last one lacked."""
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return ask()
        except (SmokeError, httpx.TransportError) as error:
            if time.monotonic() > deadline:
                raise SmokeError(f"Not ready after {wait_seconds:.0f} s. {error}") from error
        time.sleep(POLL_SECONDS)


def _json(response: httpx.Response) -> dict[str, Any]:
    if response.status_code != httpx.codes.OK:
        found = f"{response.status_code} {response.text[:200]}"
        raise SmokeError(f"{response.url.path} answered {found}, expected 200.")
    try:
        answer = response.json()
    except ValueError as error:
        raise SmokeError(f"{response.url.path} answered no JSON: {response.text[:200]}") from error
    return answer if isinstance(answer, dict) else {"answer": answer}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the proof and exit 0, or print what is wrong and exit 2."""
    parser = argparse.ArgumentParser(prog="python -m service.deploy.smoke", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--version", help="the model that has to serve")
    parser.add_argument("--wait-seconds", type=float, default=60.0)
    arguments = parser.parse_args(argv)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs each request
    return exit_code(lambda: _run(arguments.url, arguments.version, arguments.wait_seconds))


def _run(url: str, version: str | None, wait_seconds: float) -> None:
    try:
        with client_of(url) as client:
            print(smoke(client, version, wait_seconds))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SmokeError(f"{shortened(url)} cannot be reached: {error}.") from error


if __name__ == "__main__":
    sys.exit(main())

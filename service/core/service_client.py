"""The HTTP client of jobs that call a running service, with the first API key of the environment."""

import httpx

from data.errors import StorecastError
from data.text import quoted
from service.core.settings import read_settings


def service_client(url: str, timeout_seconds: float, follow_redirects: bool = False) -> httpx.Client:
    """A client for the service at `url`; raises `StorecastError` for an invalid address or setting."""
    keys = read_settings().keys
    headers = {"X-API-Key": keys[0]} if keys else {}
    try:
        return httpx.Client(
            base_url=url, headers=headers, timeout=timeout_seconds, follow_redirects=follow_redirects
        )
    except httpx.InvalidURL as error:
        raise StorecastError(
            f"{quoted(url)} is not an address: {error}.", hint="Expected one like http://localhost:3000."
        ) from error

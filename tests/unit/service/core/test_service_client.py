"""service.core.service_client: the API key and the address of a service."""

import pytest

from data.errors import StorecastError
from service.core.service_client import service_client


@pytest.mark.parametrize(("keys", "sent"), [("one, two", "one"), ("", None)])
def test_the_first_key_of_the_environment_is_sent(
    keys: str, sent: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORECAST_API_KEYS", keys)
    with service_client("http://localhost:3000", timeout_seconds=1) as client:
        assert client.headers.get("X-API-Key") == sent


def test_what_is_not_an_address_is_an_error_with_an_example() -> None:
    with pytest.raises(StorecastError, match=r"is not an address.*http://localhost:3000"):
        service_client("http://localhost:port", timeout_seconds=1)

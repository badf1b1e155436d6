"""service.middleware.connections: what uvicorn is given, and how many connections fit its descriptors."""

import resource

import pytest
import uvicorn

from service.middleware.connections import LimitedHttpProtocol, limit_connections, max_connections


def test_uvicorn_speaks_http_through_the_limited_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn.config, "HTTP_PROTOCOLS", dict(uvicorn.config.HTTP_PROTOCOLS))
    limit_connections()
    config = uvicorn.Config(_nothing, log_config=None, interface="asgi3")
    config.load()
    assert config.http_protocol_class is LimitedHttpProtocol


async def _nothing(scope: object, receive: object, send: object) -> None: ...


@pytest.mark.parametrize(("descriptors", "expected"), [(32, 16), (128, 64), (1_024, 960), (1_048_576, 1_000)])
def test_connections_leave_descriptors_for_files(
    descriptors: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (descriptors, descriptors))
    assert max_connections() == expected

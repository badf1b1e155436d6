"""A check for schemathesis: whatever is no success has the one shape of errors and names its request."""

from typing import Any

import schemathesis


@schemathesis.check
def errors_have_the_one_shape(ctx: Any, response: Any, case: Any) -> None:
    """Fails on any other body, an HTML page or a traceback among them."""
    if response.status_code < 400:
        return
    assert response.status_code < 500, f"{case.method} {case.path} was answered {response.status_code}"
    if case.method == "HEAD":
        return
    error = response.json()["error"]
    assert set(error) == {"code", "message", "hint", "request_id"}
    assert error["request_id"] == response.headers["x-request-id"][0]

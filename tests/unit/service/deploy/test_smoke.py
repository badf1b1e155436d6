"""service.deploy.smoke: a service passes only when every response fits."""

from typing import Any

import httpx
import pytest

from service.deploy.smoke import SmokeError, main, smoke

GOOD: dict[str, Any] = {
    "/health": {"model": {"version": "v2", "cutoff": "2017-12-31"}, "reason": None},
    "/series": {"series": [{"store": 1, "item": "tea"}]},
    "/predict": {"predicted_sales": 3.5, "model_version": "v2"},
    "/metrics": 'storecast_model_info{version="v2"} 1\nrequests_total{service_version="b7"} 1',
}


def client(**answers: Any) -> httpx.Client:
    """A service with good responses, except for those given."""
    given = GOOD | {f"/{name}": answer for name, answer in answers.items()}

    def answer(request: httpx.Request) -> httpx.Response:
        content = given[request.url.path]
        if isinstance(content, int):
            return httpx.Response(content, text="no")
        return httpx.Response(200, **({"text": content} if isinstance(content, str) else {"json": content}))

    return httpx.Client(base_url="http://service", transport=httpx.MockTransport(answer))


def test_a_service_that_works_is_summed_up_in_one_line() -> None:
    proof = smoke(client(), "v2", wait_seconds=0)
    assert "serves v2: 3.5 sales for {'store': 1, 'item': 'tea', 'date': '2018-01-01'}" in proof


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"health": {"model": None, "reason": "The store is empty."}}, "The store is empty."),
        ({"health": 503}, "/health answered 503"),
        ({"health": "<html>"}, "answered <html>, expected JSON"),
        ({"health": []}, "No model is loaded"),
        ({"health": {"model": {"version": "v2"}}}, "does not respond as Storecast does"),
        ({"series": {"series": []}}, "does not respond as Storecast does"),
        ({"predict": {"predicted_sales": None, "model_version": "v2"}}, "does not respond as Storecast does"),
        ({"predict": "x" * 9_000}, "answered xxx"),
        (
            {"predict": {"predicted_sales": 3.5, "model_version": "v1"}},
            "expected sales forecast by version v2",
        ),
        ({"predict": {"predicted_sales": -1, "model_version": "v2"}}, "expected sales"),
        ({"predict": 401}, "/predict answered 401"),
        ({"metrics": "up 1"}, "/metrics does not name version v2"),
    ],
)
def test_the_wrong_response_is_named_in_a_short_message(answers: dict[str, Any], message: str) -> None:
    with pytest.raises(SmokeError, match=message) as caught:
        smoke(client(**answers), wait_seconds=0)
    assert len(str(caught.value)) < 400


def test_another_bento_than_the_expected_fails_whatever_it_serves() -> None:
    assert "serves v2" in smoke(client(), "v2", wait_seconds=0, bento="b7")
    with pytest.raises(SmokeError, match="Another bento than b8"):
        smoke(client(), "v2", wait_seconds=0, bento="b8")


def test_another_version_than_the_expected_fails() -> None:
    with pytest.raises(SmokeError, match="Version v2 is loaded, expected v3"):
        smoke(client(), "v3", wait_seconds=0)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:9", "Not ready after 0 s."),
        ("http://localhost:port", "is not an address"),
        ("nonsense", "Not ready after 0 s."),
    ],
)
def test_what_cannot_be_reached_is_one_sentence_and_exit_code_2(
    url: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([url, "--wait-seconds", "0"]) == 2
    assert message in capsys.readouterr().err

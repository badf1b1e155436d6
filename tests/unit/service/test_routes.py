"""service.routes: what FastAPI answers inside the bento."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from data.errors import NoChampionError
from data.panel.sales_panel import SeriesIndex
from service import __version__
from service.core.settings import Settings
from service.live.live_model import LiveModel
from service.routes import _matching, create_routes, methods_of

HTML = {"accept": "text/html"}
Client = Callable[..., TestClient]


@pytest.fixture
def client(champion_folder: Path, tmp_path: Path) -> Client:
    def start(has_model: bool = True, **settings: Any) -> TestClient:
        def source() -> Path:
            if has_model:
                return champion_folder
            raise NoChampionError("None was trained.", hint="Train one.")

        app = create_routes(Settings(reports_dir=tmp_path, **settings))
        app.state.live_model = LiveModel([source])
        app.state.live_model.refresh()
        return TestClient(app)

    return start


def test_the_root_answers_programs_in_json_and_browsers_with_the_page(client: Client) -> None:
    test_client = client()
    status = test_client.get("/").json()
    assert status.pop("model_version").startswith("20")
    assert status == {"status": "ok", "service": "storecast", "version": __version__}
    page = test_client.get("/", headers=HTML)
    assert page.text.startswith("<!doctype html>")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "Accept" in page.headers["vary"].split(", ")
    assert test_client.get("/").headers["vary"] == "Accept"


def test_every_file_of_the_page_is_served_here(client: Client) -> None:
    test_client = client()
    named = re.findall(r'(?:src|href)="([^"#]+)"', test_client.get("/", headers=HTML).text)
    assert named
    for address in named:
        assert not address.startswith(("http", "//")), "nothing may come from elsewhere"
        assert test_client.get(f"/{address}").status_code == 200, address


def test_health_reports_the_model_and_its_age(client: Client) -> None:
    health = client().get("/health").json()
    assert health["status"] == "ok"
    assert health["reason"] is None
    assert health["model"]["version"] == health["model_version"]
    assert health["model"]["cutoff"] == "2017-12-31"
    assert 0 <= health["model"]["age_days"] < 1


def test_without_a_model_health_gives_the_reason_and_the_rest_says_503(client: Client) -> None:
    test_client = client(has_model=False)
    health = test_client.get("/health")
    assert health.status_code == 200
    assert health.json() == {
        "status": "no model",
        "service": "storecast",
        "version": __version__,
        "model_version": None,
        "model": None,
        "reason": "None was trained. Train one.",
    }
    for path in ("/model", "/series", "/page/overview"):
        answer = test_client.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_model")


def test_the_card_is_what_training_wrote(client: Client, champion_folder: Path) -> None:
    assert client().get("/model").json() == json.loads((champion_folder / "card.json").read_text())


def test_drift_is_the_last_summary_known(client: Client, tmp_path: Path) -> None:
    test_client = client()
    assert test_client.get("/drift").json() == {"verdict": "never checked"}
    (tmp_path / "drift_summary.json").write_text("{")
    assert test_client.get("/drift").json() == {"verdict": "never checked"}
    (tmp_path / "drift_summary.json").write_text('{"verdict": "steady"}')
    assert test_client.get("/drift").json() == {"verdict": "steady"}


def test_series_are_listed_searched_and_paged(client: Client) -> None:
    test_client = client()
    everything = test_client.get("/series").json()
    assert everything["total"] == len(everything["series"]) == 10
    first = everything["series"][0]
    assert (first["store"], first["item"]) == (1, 1)
    assert first["mean_sales"] > 0
    page = test_client.get("/series", params={"limit": 3, "offset": 8}).json()
    assert page == {"total": 10, "series": everything["series"][8:11]}
    assert test_client.get("/series", params={"search": "2 5"}).json()["total"] == 1


def test_every_word_of_a_search_has_to_be_found() -> None:
    series = SeriesIndex.from_labels(["Nord", "Nord", "Süd"], ["Apfel", "Birne", "Apfel"])
    assert _matching(series, "nord APFEL") == [0]
    assert _matching(series, "apfel") == [0, 2]
    assert _matching(series, " ") == [0, 1, 2]
    assert _matching(series, "dap") == [], "a word does not reach from the store into the item"


@pytest.mark.parametrize("query", ["limit=-1", "limit=x", "limit=10001", "offset=-1", f"search={'x' * 201}"])
def test_a_wrong_parameter_is_named(client: Client, query: str) -> None:
    answer = client().get(f"/series?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_request"
    assert query.partition("=")[0] in answer.json()["error"]["message"]


def test_admin_routes_are_off_by_default(client: Client) -> None:
    assert client().post("/admin/reload").status_code == 404
    answer = client(admin_routes=True, api_keys="one").post("/admin/reload")
    assert answer.json()["model"]["cutoff"] == "2017-12-31"


def test_the_documentation_page_loads_no_external_resource(client: Client) -> None:
    test_client = client()
    page = test_client.get("/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for operation in ("predict", "forecast", "health", "metrics"):
        assert f'href="#{operation}"' in page.text
        assert f'<section id="{operation}"' in page.text
    for address in re.findall(r'(?:src|href)="([^"#]+)"', page.text):
        assert test_client.get(f"/{address}").status_code == 200, address


def test_paths_and_methods_of_mounted_applications_are_known() -> None:
    async def nothing(_: Any) -> None: ...

    inner = FastAPI(openapi_url=None)
    inner.get("/a")(nothing)
    app = Starlette(
        routes=[
            Route("/b", nothing, methods=["POST"]),
            Mount("/", inner),
            Route("/a", nothing, methods=["DELETE"]),
            Route("/c/{d}", nothing),
        ]
    )
    assert methods_of(app) == {"/a": {"GET"}, "/b": {"POST"}}


@pytest.mark.parametrize("path", ["/series?limit=x&limit=0", "/page/overview?days=7&days=28"])
def test_a_query_parameter_that_is_given_twice_is_refused(client: Client, path: str) -> None:
    answer = client().get(path)
    assert answer.status_code == 422
    assert "is in the query more than once" in answer.json()["error"]["message"]

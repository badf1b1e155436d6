"""service.docs.openapi and service.docs.examples: one document, whose examples fit its schemas."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from openapi_spec_validator import validate

from models.champion import Champion
from service.core.settings import Settings
from service.docs.openapi import openapi_document
from service.routes import create_routes


def document(champion: Champion | None = None, **settings: Any) -> dict[str, Any]:
    chosen = Settings(**settings)
    return openapi_document(create_routes(chosen).routes, champion, chosen)


def operations(of: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(path, operation) for path, methods in of["paths"].items() for operation in methods.values()]


def test_the_document_is_valid_openapi(champion: Champion) -> None:
    validate(document(champion))
    validate(document(api_keys="one", admin_routes=True))


def test_every_route_of_the_contract_is_there() -> None:
    paths = set(document()["paths"])
    assert {"/predict", "/forecast", "/explain", "/", "/health", "/model", "/drift", "/series"} <= paths
    assert {"/docs.json", "/metrics", "/livez", "/readyz"} <= paths
    assert "/admin/reload" not in paths
    assert "/admin/reload" in document(api_keys="one", admin_routes=True)["paths"]


def test_every_operation_has_a_summary_and_a_unique_name() -> None:
    found = [operation for _, operation in operations(document())]
    names = [operation["operationId"] for operation in found]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] for operation in found)


def test_every_error_is_described_by_the_one_shape() -> None:
    described = document()
    for path, operation in operations(described):
        for status, answer in operation["responses"].items():
            if status != "200":
                assert answer == {"$ref": "#/components/responses/Error"}, path
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_examples_fit_the_schemas(champion: Champion) -> None:
    described = document(champion)
    for path, operation in operations(described):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schema = {**content["schema"], "components": described["components"]}
            assert content["examples"], path
            for example in content["examples"].values():
                Draft202012Validator(schema).validate(example["value"])


@pytest.mark.parametrize("path", ["/predict", "/series", "/model"])
def test_routes_that_need_a_key_say_so_when_there_are_keys(path: str) -> None:
    (operation,) = document(api_keys="one")["paths"][path].values()
    assert operation["security"] == [{"bearer": []}, {"header": []}]
    assert "401" in operation["responses"]
    (operation,) = document()["paths"][path].values()
    assert "security" not in operation


def test_probes_need_no_key() -> None:
    described = document(api_keys="one")["paths"]
    assert all("security" not in described[path]["get"] for path in ("/", "/health", "/metrics", "/readyz"))


def test_the_version_is_the_projects() -> None:
    import tomllib

    from service import __version__

    root = Path(__file__).parents[4]
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] == __version__

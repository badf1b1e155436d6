"""One OpenAPI document for every route: the bento's apis, the mounted routes and BentoML's own."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from models.champion import Champion
from service import __version__
from service.api.schemas import ErrorResponse
from service.core.settings import Settings
from service.docs.api_reference import (
    MODELS,
    REFERENCE,
    Api,
    ExampleValues,
    Json,
    described_endpoints,
    reference,
)
from service.middleware.edge import OPEN_PATHS

DESCRIPTION = """\
Daily sales forecasts for every store and item, with likely ranges.

Ids keep the type of the data, and `"1"` and `1` are the same series. Every error on every route has one
shape: `{"error": {"code", "message", "hint", "request_id"}}`.
"""
API_ERRORS = (400, 404, 408, 413, 415, 422, 503, 504)


def openapi_document(routes: Sequence[BaseRoute], champion: Champion | None, settings: Settings) -> Json:
    """The document; its examples ask for a series and days of the champion that serves, so they run."""
    document = get_openapi(
        title="Storecast",
        version=__version__,
        description=DESCRIPTION,
        routes=routes,
        openapi_version="3.1.0",
    )
    paths: Json = {
        f"/{api.name}": {"post": _operation(api)} for api in described_endpoints(ExampleValues.of(champion))
    }
    for path, methods in document["paths"].items():
        paths[path] = {method: _mounted(operation) for method, operation in methods.items()}
    error = {
        "description": "What was found, expected and to be done",
        "content": _json(reference(ErrorResponse)),
    }
    document["paths"] = paths | _bentoml_paths()
    document["components"] = {
        "schemas": document["components"]["schemas"] | _schemas(),
        "responses": {"Error": error},
    }
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    if settings.keys:
        _lock(document)
    return document


def _operation(api: Api) -> Json:
    examples = {
        name: {"summary": name.replace("_", " "), "value": body} for name, body in api.examples.items()
    }
    return {
        "operationId": api.name.replace("-", "_"),
        "tags": ["forecasts"],
        "summary": api.summary,
        "description": api.description,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": api.request, "examples": examples}},
        },
        "responses": {
            "200": {"description": "The answer", "content": _json(api.answer)},
            **_errors(*API_ERRORS),
        },
    }


def _mounted(operation: Json) -> Json:
    """FastAPI's description of one of its routes, with our errors in place of its own."""
    answers = {status: answer for status, answer in operation["responses"].items() if status != "422"}
    statuses = (404, 422, 503) if operation.get("parameters") else (503,)
    return {**operation, "responses": answers | _errors(*statuses)}


def _bentoml_paths() -> Json:
    text = {"200": {"description": "Text", "content": {"text/plain": {"schema": {"type": "string"}}}}}
    told = {
        "/metrics": ("Metrics as Prometheus reads them", {}),
        "/livez": ("Whether the process lives", {}),
        "/healthz": ("Whether the process lives, by its older name", {}),
        "/readyz": ("Whether there is a model to answer with", _errors(503)),
    }
    return {
        path: {
            "get": {
                "operationId": path[1:],
                "tags": ["operation"],
                "summary": summary,
                "responses": text | errors,
            }
        }
        for path, (summary, errors) in told.items()
    }


def _lock(document: Json) -> None:
    """Tell which routes want a key."""
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    for path, operations in document["paths"].items():
        for operation in operations.values() if path not in OPEN_PATHS else ():
            operation["security"] = [{"bearer": []}, {"header": []}]
            operation["responses"] |= _errors(401)


def _errors(*statuses: int) -> Json:
    return {str(status): {"$ref": "#/components/responses/Error"} for status in (*statuses, 429)}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _schemas() -> Json:
    _, definitions = models_json_schema([(model, "validation") for model in MODELS], ref_template=REFERENCE)
    schemas: Json = definitions["$defs"]
    return schemas

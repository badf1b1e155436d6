"""The OpenAPI document of every endpoint: the bento's, the mounted routes and BentoML's own."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.routing import BaseRoute

from models.champion import Champion
from service import __version__
from service.api.operations import OPEN_PATHS, OPERATIONS, Operation
from service.api.response_models import ErrorResponse
from service.core.settings import Settings
from service.docs.examples import ExampleValues, model_examples
from service.docs.field_table import Json

DESCRIPTION = """\
Daily sales forecasts for every store and item, with ranges.

Stores and items keep the type of the sales files; `"1"` and `1` are the same series. Days are written \
`2018-01-15`. Every error on every route has one shape.
"""
MODE: Literal["validation"] = "validation"
UNUSED = ("HTTPValidationError", "ValidationError")  # FastAPI's own errors, which no route answers
BODY_ERRORS, PARAMETER_ERRORS = {400, 404, 408, 413, 415, 422, 504}, {404, 422}


def openapi_document(routes: Sequence[BaseRoute], champion: Champion | None, settings: Settings) -> Json:
    """The document; its examples use a series and days of the champion that serves, so they can be sent."""
    document: Json = get_openapi(
        title="Storecast",
        version=__version__,
        description=DESCRIPTION,
        routes=routes,
        openapi_version="3.1.0",
    )
    mounted, values = document["paths"], ExampleValues.of(champion)
    schemas, models = _schemas()
    models = {**document["components"]["schemas"], **models}
    for name in UNUSED:
        models.pop(name, None)
    error = {"description": "What was found and expected, and what to do", "content": _json(schemas["error"])}
    document["components"] = {"schemas": models, "responses": {"Error": error}}
    document["paths"] = {}
    for operation in OPERATIONS:
        method, path = operation.method.lower(), operation.path
        if path in mounted or operation.request is not None or operation.response is str:
            by_fastapi = mounted.get(path, {}).get(method, {})
            document["paths"][path] = {method: _described(operation, by_fastapi, values)}
    if settings.keys:
        _require_keys(document)
    return document


def _described(operation: Operation, by_fastapi: Json, values: ExampleValues) -> Json:
    """One operation; FastAPI's description has the parameters, and the schemas only it knows."""
    described: Json = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        **({"description": operation.description} if operation.description else {}),
    }
    statuses = {429, 503}
    if operation.request is not None:
        statuses |= BODY_ERRORS
        examples = model_examples(operation.request, values)
        named = {name: {"value": body} for name, body in examples.items()}
        content = _json(_schemas()[0][f"{operation.name} request"], examples=named)
        described["requestBody"] = {"required": True, "content": content}
    if "parameters" in by_fastapi:
        statuses |= PARAMETER_ERRORS
        described["parameters"] = by_fastapi["parameters"]
    success = {"description": "Success", "content": _content(operation, by_fastapi, values)}
    described["responses"] = {"200": success} | _errors(statuses)
    return described


def _content(operation: Operation, by_fastapi: Json, values: ExampleValues) -> Json:
    if operation.response is str:
        return {"text/plain": {"schema": {"type": "string"}}}
    if operation.response is None:
        content: Json = by_fastapi["responses"]["200"]["content"]
        return content
    schema = _schemas()[0][f"{operation.name} response"]
    examples = model_examples(operation.response, values)
    return _json(schema, example=next(iter(examples.values()))) if examples else _json(schema)


def _require_keys(document: Json) -> None:
    """Mark the operations that need an API key."""
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    for path, methods in document["paths"].items():
        for described in methods.values() if path not in OPEN_PATHS else ():
            described["security"] = [{"bearer": []}, {"header": []}]
            described["responses"] |= _errors({401})


def _errors(statuses: set[int]) -> Json:
    return {str(status): {"$ref": "#/components/responses/Error"} for status in sorted(statuses)}


@cache
def _schemas() -> tuple[dict[str, Json], Json]:
    """The schema of every request and response by its key, its models as references, and the models."""
    kinds = {"error": ErrorResponse}
    for operation in OPERATIONS:
        kinds[f"{operation.name} request"] = operation.request
        kinds[f"{operation.name} response"] = operation.response
    inputs = [(key, MODE, TypeAdapter(kind)) for key, kind in kinds.items() if kind is not None]
    by_key, definitions = TypeAdapter.json_schemas(inputs, ref_template="#/components/schemas/{model}")
    return {str(key): schema for (key, _), schema in by_key.items()}, definitions["$defs"]


def _json(schema: Json, **more: Any) -> Json:
    return {"application/json": {"schema": schema, **more}}

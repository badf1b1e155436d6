"""What the page of the API reference shows, taken from the OpenAPI document."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from service.core import errors
from service.docs.field_table import FieldRow, Json, Models, field_rows, resolved

_CODE = re.compile("`([^`]*)`")
SERVER = "http://localhost:3000"  # the page's script puts the address it was loaded from in its place
SECTIONS = {
    "forecasts": ("Forecasts", "Send JSON, get JSON. Every series and day comes with its ranges."),
    "model": ("Model and series", "What the model knows, and how the newest sales compare with it."),
    "operation": ("Operation", "For monitoring and deployment."),
    "page": ("Used by the page", "Routes of the planner's page. They may change with the page."),
}
ERRORS = {
    errors.BAD_REQUEST: "The request cannot be read.",
    errors.NOT_JSON: "The body is not JSON.",
    errors.UNAUTHORIZED: "The API key is missing or unknown.",
    errors.NOT_FOUND: "There is no such path.",
    errors.UNKNOWN_SERIES: "The model does not know the series.",
    errors.METHOD_NOT_ALLOWED: "The path does not answer this method; `Allow` lists those it does.",
    errors.SLOW_BODY: "The body did not arrive in time.",
    errors.TOO_LARGE: "The body is too large.",
    errors.UNSUPPORTED_MEDIA_TYPE: "The body is not sent as `application/json`.",
    errors.INVALID_REQUEST: "A field is missing, unknown or out of its limits.",
    errors.DATE_OUT_OF_RANGE: "The day is before or on the cutoff, or beyond the horizon.",
    errors.INVALID_DATA: "The sales sent cannot be used, for example too few rows.",
    errors.RATE_LIMITED: "Too many requests; `Retry-After` says when to try again.",
    errors.INTERNAL: "An error of the service; its log has the details under the request's id.",
    errors.NO_MODEL: "No model is loaded; GET /health gives the reason.",
    errors.OVERLOADED: "Too many requests are waiting; `Retry-After` says when to try again.",
    errors.TIMED_OUT: "The response took too long.",
}


FieldTable = tuple[str, list[FieldRow]]  # the fields of one object; a title where a body may be another


@dataclass(frozen=True)
class OperationView:
    """One operation as the page shows it; `described` is what the document says of it."""

    method: str
    path: str
    described: Json
    parameters: list[FieldRow]
    request: list[FieldTable]
    response: list[FieldTable]
    curl: str
    example: str
    body: str
    """What the form for trying it is filled with; empty for a GET."""


@dataclass(frozen=True)
class Section:
    """The operations of one tag."""

    id: str
    title: str
    intro: str
    operations: list[OperationView]


def sections_of(document: Json) -> list[Section]:
    """All operations of an OpenAPI document, section by section."""
    models = document["components"]["schemas"]
    views: dict[str, list[OperationView]] = {tag: [] for tag in SECTIONS}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            views[operation["tags"][0]].append(_view(path, method, operation, models))
    return [Section(tag, *words, views[tag]) for tag, words in SECTIONS.items() if views[tag]]


def prose(text: str) -> Markup:
    """Text as HTML, with `code` between backticks."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def breakable(name: str) -> Markup:
    """A field's path as HTML that breaks after a dot."""
    return Markup(str(escape(name)).replace(".", ".<wbr>"))


def indented(content: Any) -> str:
    """JSON over several lines, short objects on one."""
    text = json.dumps(content, ensure_ascii=False)
    if len(text) <= 72 or not isinstance(content, dict | list):
        return text
    if isinstance(content, list):
        inner, (opening, closing) = [indented(entry) for entry in content], "[]"
    else:
        inner = [
            f"{json.dumps(name, ensure_ascii=False)}: {indented(entry)}" for name, entry in content.items()
        ]
        opening, closing = "{}"
    lines = ",\n".join(inner).replace("\n", "\n  ")
    return f"{opening}\n  {lines}\n{closing}"


def _view(path: str, method: str, operation: Json, models: Models) -> OperationView:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [indented(example["value"]) for example in content.get("examples", {}).values()] or [""]
    [answer] = operation["responses"]["200"]["content"].values()
    example = answer.get("example", answer["schema"].get("example"))
    query = {one["name"]: one for one in operation.get("parameters", ())}
    parameters = {
        "properties": {
            name: one["schema"] | {"description": one.get("description", "")} for name, one in query.items()
        },
        "required": [name for name, one in query.items() if one.get("required")],
    }
    return OperationView(
        method=method.upper(),
        path=path,
        described=operation,
        parameters=list(field_rows(parameters, models)),
        request=list(_tables(content.get("schema", {}), models)),
        response=list(_tables(answer["schema"], models)),
        curl=_curl(path, method, examples[0]),
        example="" if example is None else indented(example),
        body=examples[-1] if operation["operationId"] == "drift_check" else examples[0],
    )


def _tables(schema: Json, models: Models) -> Iterator[FieldTable]:
    """One table for each object that a body may be."""
    members = schema.get("anyOf", [schema])
    objects = [(member, resolved(member, models)) for member in members]
    several = sum("properties" in found for _, found in objects) > 1
    for _, found in objects:
        if "properties" in found:
            title = found.get("description", "") if several else ""
            yield title, list(field_rows(found, models))
        elif found.get("type") == "array":
            most = f"at most {found['maxItems']:,} " if "maxItems" in found else ""
            yield f"Or a list of {most}such objects.", []


def _curl(path: str, method: str, body: str) -> str:
    if not body:
        return f"curl {'-X POST ' if method == 'post' else ''}{SERVER}{path}"
    return f"curl {SERVER}{path} \\\n  -H 'Content-Type: application/json' \\\n  -d {shlex.quote(body)}"

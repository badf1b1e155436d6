"""Routes of the documentation: the OpenAPI document and a page that reads it to a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from jinja2 import Environment, FileSystemLoader

from models.champion import Champion
from service.api.operations import BY_PATH
from service.core.settings import Settings
from service.docs.openapi import openapi_document
from service.middleware.static_files import Asset, load_assets, page_headers, send_asset

FOLDER = Path(__file__).parent / "static"
PAGE = "page.html"


def add_documentation(app: FastAPI, champion: Callable[[], Champion | None], settings: Settings) -> None:
    """Add `/docs` with what it needs, and `/docs.json`, which BentoML would answer without our routes."""
    headers = page_headers(settings.frame_ancestors)
    template = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)

    def document() -> dict[str, Any]:
        return openapi_document(app.routes, champion(), settings)

    @app.get(**BY_PATH["/docs.json"].route)
    def docs_json() -> JSONResponse:
        return JSONResponse(document())

    @app.get("/docs", include_in_schema=False)
    def docs(request: Request) -> Response:
        page = template.get_template(PAGE).render(document=document(), indented=_indented, compact=json.dumps)
        return Asset.of(page.encode(), "docs.html").answer(request, headers)

    for name, asset in load_assets(FOLDER).items():
        if name != PAGE:
            app.add_route(f"/docs/{name}", partial(send_asset, asset, headers))


def _indented(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)

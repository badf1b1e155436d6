"""Routes of the documentation: the OpenAPI document and the page of the API reference."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import FastAPI, Request, Response
from jinja2 import Environment, FileSystemLoader

from models.champion import Champion
from service.api.operations import BY_PATH
from service.core.settings import Settings
from service.docs.api_reference import ERRORS, breakable, indented, prose, sections_of
from service.docs.field_table import field_rows
from service.docs.openapi import openapi_document
from service.middleware.static_files import Asset, load_assets, page_headers, send_asset

FOLDER = Path(__file__).parent / "static"
PAGE = "page.html"


@dataclass(frozen=True)
class Documentation:
    """The document and the page for one model version; None while no model is loaded."""

    version: str | None
    document: Asset
    page: Asset


class DocumentationCache:
    """Renders the documentation once for each model version."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self._app, self._settings = app, settings
        environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True)
        environment.filters |= {"prose": prose, "breakable": breakable}
        self._template = environment.get_template(PAGE)
        self._latest: Documentation | None = None

    def get(self, champion: Champion | None) -> Documentation:
        """The documentation for a champion, or without one."""
        version, latest = champion.record.version if champion else None, self._latest
        if latest is not None and latest.version == version:
            return latest
        document = openapi_document(self._app.routes, champion, self._settings)
        models = document["components"]["schemas"]
        page = self._template.render(
            document=document,
            sections=sections_of(document),
            errors=ERRORS,
            error_fields=tuple(field_rows(models["ErrorResponse"], models)),
            error_example=indented(models["ErrorResponse"]["example"]),
            keys=bool(self._settings.keys),
        )
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        assets = Asset.of(text.encode(), "docs.json"), Asset.of(page.encode(), "docs.html")
        latest = self._latest = Documentation(version, *assets)
        return latest


def add_documentation(app: FastAPI, champion: Callable[[], Champion | None], settings: Settings) -> None:
    """Add `/docs` and its files, and `/docs.json`, which BentoML would serve without the mounted routes."""
    headers, cache = page_headers(settings.frame_ancestors), DocumentationCache(app, settings)

    # Plain functions: FastAPI runs them in threads, so that rendering delays no other request.
    @app.get(**BY_PATH["/docs.json"].route)
    def docs_json(request: Request) -> Response:
        return cache.get(champion()).document.answer(request, {})

    @app.get("/docs", include_in_schema=False)
    def docs(request: Request) -> Response:
        return cache.get(champion()).page.answer(request, headers)

    for name, asset in load_assets(FOLDER).items():
        if name != PAGE:
            app.add_route(f"/docs/{name}", partial(send_asset, asset, headers))

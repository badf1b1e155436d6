"""The routes FastAPI serves inside the bento: the page, the state of the model, the documentation."""

import datetime
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_core import from_json
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from data.errors import ArtifactError, StorecastError
from data.panel.sales_panel import SeriesIndex
from data.text import quoted
from models.champion import Champion
from models.storage.bounded_json import read_bounded
from service import __version__
from service.api.forecasts import Forecasts
from service.api.operations import BY_PATH
from service.core import errors
from service.core.settings import Settings
from service.docs.routes import add_documentation
from service.live.live_model import LiveModel
from service.middleware.static_files import load_assets, page_headers, prefers_html, send_asset
from service.page.routes import add_page_routes

NEVER_CHECKED = {"verdict": "never checked"}
DRIFT_SUMMARY = "drift_summary.json"
MAX_LISTED = 10_000

Live = Callable[[], LiveModel]


def create_routes(settings: Settings) -> FastAPI:
    """The application to mount; set its `state.live_model` before the first request."""
    app = FastAPI(openapi_url=None, dependencies=[Depends(_refuse_repeats)])

    def live() -> LiveModel:
        model: LiveModel = app.state.live_model
        return model

    def champion() -> Champion | None:
        current = live().current
        return current.champion if current else None

    _answer_errors_in_one_shape(app)
    _add_page(app, live, settings)
    _add_model_routes(app, live, settings)
    add_page_routes(app, champion)
    add_documentation(app, champion, settings)
    return app


def _add_page(app: FastAPI, live: Live, settings: Settings) -> None:
    assets, headers = load_assets(), page_headers(settings.frame_ancestors)
    page = assets.pop("index.html", None)

    @app.get(**BY_PATH["/"].route)
    def home(request: Request) -> Response:
        if page is not None and prefers_html(request.headers.get("accept", "")):
            return page.answer(request, headers | {"vary": "Accept"})
        return JSONResponse(_service_status(live().current), headers={"vary": "Accept"})

    for name, asset in assets.items():
        app.add_route(f"/ui/{name}", partial(send_asset, asset, headers))


def _add_model_routes(app: FastAPI, live: Live, settings: Settings) -> None:
    @app.get(**BY_PATH["/health"].route)
    def health() -> JSONResponse:
        return JSONResponse(_health(live()))

    if settings.admin_routes:

        @app.post(**BY_PATH["/admin/reload"].route)
        def reload() -> JSONResponse:
            live().refresh()
            return JSONResponse(_health(live()))

    @app.get(**BY_PATH["/model"].route)
    def model() -> JSONResponse:
        return JSONResponse(live().forecasts.champion.card)

    @app.get(**BY_PATH["/drift"].route)
    def drift() -> JSONResponse:
        current = live().current
        folders = [settings.reports_dir, *([current.champion.folder] if current else [])]
        return JSONResponse(next(filter(None, map(_summary_in, folders)), NEVER_CHECKED))

    @app.get(**BY_PATH["/series"].route)
    def series(
        search: Annotated[
            str, Query(max_length=200, description="Words that the store or item contains.")
        ] = "",
        limit: Annotated[int, Query(ge=0, le=MAX_LISTED, description="Most series to list.")] = 100,
        offset: Annotated[int, Query(ge=0, description="Matching series to skip.")] = 0,
    ) -> JSONResponse:
        table = live().forecasts.table
        known, rows = table.series, _matching(table.series, search)
        shown = [
            {"store": known.stores[row], "item": known.items[row]}
            | {"mean_sales": round(float(table.mean_sales[row]), 2)}
            for row in rows[offset : offset + limit]
        ]
        return JSONResponse({"total": len(rows), "series": shown})


async def _refuse_repeats(request: Request) -> None:
    """A query parameter given twice is an error: FastAPI would take the last and check no other."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    if repeated := next((name for name, times in given.items() if times > 1), None):
        message = f"{quoted(repeated)} is in the query more than once, expected it once."
        raise errors.RequestError(errors.INVALID_REQUEST, message)


def _answer_errors_in_one_shape(app: FastAPI) -> None:
    @app.exception_handler(StorecastError)
    async def answer(_: Request, error: StorecastError) -> Response:
        return JSONResponse(errors.body_of(error), errors.kind_of(error).status)

    @app.exception_handler(RequestValidationError)
    async def answer_invalid(_: Request, error: RequestValidationError) -> Response:
        wrong = errors.invalid(error.errors())
        return JSONResponse(errors.body_of(wrong), wrong.kind.status)


def _service_status(current: Forecasts | None) -> dict[str, Any]:
    return {
        "status": "ok" if current else "no model",
        "service": "storecast",
        "version": __version__,
        "model_version": current.version if current else None,
    }


def _health(live: LiveModel) -> dict[str, Any]:
    current, model = live.current, None
    if current is not None:
        age = datetime.datetime.now(datetime.UTC) - current.champion.record.created_at
        age_days = round(age.total_seconds() / 86_400, 2)
        model = {"version": current.version, "cutoff": str(current.cutoff), "age_days": age_days}
    return {**_service_status(current), "model": model, "reason": live.reason}


def _summary_in(folder: Path) -> dict[str, Any] | None:
    """The drift summary of a folder; None when there is none that can be read."""
    try:
        summary: Any = from_json(read_bounded(folder / DRIFT_SUMMARY), allow_inf_nan=False)
    except (OSError, ValueError, ArtifactError):
        return None
    return summary if isinstance(summary, dict) else None


def _matching(series: SeriesIndex, search: str) -> list[int]:
    """Rows whose store or item contains every word of a search."""
    words = search.lower().split()
    names = (f"{store}\n{item}".lower() for store, item in zip(series.stores, series.items, strict=True))
    return [row for row, name in enumerate(names) if all(word in name for word in words)]


def methods_of(app: Starlette) -> dict[str, frozenset[str]]:
    """Every path the server answers and by which methods, mounted ones too; the first match counts."""
    methods: dict[str, frozenset[str]] = {}
    for route in app.routes:
        if isinstance(route, Mount) and isinstance(route.app, Starlette):
            found = {
                route.path.rstrip("/") + path: allowed for path, allowed in methods_of(route.app).items()
            }
        elif isinstance(route, Route) and "{" not in route.path:
            found = {route.path: frozenset(route.methods or ())}
        else:
            found = {}
        methods = found | methods
    return methods

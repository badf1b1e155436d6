"""The bento: what BentoML serves, and the only file that defines its endpoints."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from typing import Any

import bentoml
from pydantic import TypeAdapter
from pydantic_core import to_json
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive

from data.errors import StorecastError, UnknownSeriesError
from service.api.endpoints import DRIFT_CHECK, ENDPOINTS, EXPLAIN, FORECAST, PREDICT, Endpoint
from service.api.operations import OPEN_PATHS
from service.core import metrics
from service.core.errors import body_of, kind_of
from service.core.settings import metrics_folder, read_settings
from service.core.supervisor import configure_supervisor, end_with_supervisor
from service.core.work_queue import WorkQueue
from service.live.live_model import LiveModel, champion_of_clone, champion_of_store, run_periodically
from service.live.remote_champion import RemoteChampion
from service.middleware.bento_metrics import TrafficMetrics
from service.middleware.connections import limit_connections
from service.middleware.edge import Edge
from service.middleware.fast_path import FastPath, Responder
from service.middleware.shared_response import SharedResponse
from service.routes import create_routes, methods_of

SHORT_BYTES = 4_096  # a series with three months of history
LOOK_UP_BYTES = 128 * 1024  # more than a list of a thousand; a larger body holds sales, for the model
SUPERVISOR_CHECK_SECONDS = 0.5

try:
    SETTINGS = read_settings()
except StorecastError as error:
    sys.exit(str(error))
ROUTES = create_routes(SETTINGS)


class JsonBody(bentoml.IODescriptor):  # type: ignore[misc]  # BentoML ships no types
    """A JSON body left as bytes: parsed once, by its endpoint, whose errors have the one shape."""

    content: bytes
    receive: Any
    """The ASGI callable of the request, which reports that its caller has left."""

    @classmethod
    async def from_http_request(cls, request: Request, serde: object) -> JsonBody:
        """What BentoML calls to read a request."""
        return cls(content=await request.body(), receive=request.receive)


def body_like(described: Any) -> type[JsonBody]:
    """An input that BentoML and its clients describe as the type given."""

    class Body(JsonBody):
        __root_input__ = True

        @classmethod
        def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
            schema = TypeAdapter(described).json_schema(*args, **kwargs) | {"root_input": True}
            if "anyOf" in schema:  # `bentoml build` would follow a reference inside it to nowhere
                schema["oneOf"] = schema.pop("anyOf")
            return schema

    return Body


def api(endpoint: Endpoint) -> Any:
    """An endpoint as BentoML declares one."""

    async def respond(self: ForecastService, body: JsonBody) -> Response:
        return await self.respond(endpoint, body.content, body.receive)

    respond.__name__ = endpoint.name.replace("-", "_")
    respond.__doc__ = endpoint.summary
    return bentoml.api(
        respond, route=endpoint.path, input_spec=body_like(endpoint.request), output_spec=endpoint.output
    )


class GuardedService(bentoml.Service):  # type: ignore[misc]  # BentoML ships no types
    """A BentoML service behind the edge, with the fast path just inside BentoML's own metrics."""

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """The whole server as BentoML's workers run it."""
        limit_connections()
        app = super().to_asgi(is_main)
        metrics_first = app.user_middleware[0]
        app.user_middleware[0] = Middleware(TrafficMetrics, *metrics_first.args, **metrics_first.kwargs)
        if SETTINGS.fast_lane:
            answers: dict[str, Responder] = {  # by the model that serves at the time
                PREDICT.path: lambda body: PREDICT.respond_inline(ROUTES.state.live_model.current, body),
                FORECAST.path: lambda body: FORECAST.respond_inline(ROUTES.state.live_model.current, body),
            }
            app.user_middleware.insert(1, Middleware(FastPath, answers=answers))
        for route in app.routes:
            if isinstance(route, Route) and route.path == "/metrics":
                route.app = SharedResponse(route.app)
        return Edge(app, SETTINGS, methods_of(app), OPEN_PATHS)


@bentoml.service(
    name="storecast",
    service_class=GuardedService,
    workers=SETTINGS.workers,
    traffic={"timeout": SETTINGS.timeout_seconds},
    logging={"access": {"enabled": False}},  # the edge logs errors, at a third of the cost
    tracing={"excluded_urls": ".*"},  # costs as much as a response even without a collector
)
@bentoml.asgi_app(ROUTES, path="/")
class ForecastService:
    """Forecasts over HTTP, and in-process for batch jobs: `ForecastService.inner()`."""

    def __init__(self) -> None:
        logging.getLogger("service").setLevel(logging.INFO)
        metrics.forget_dead_workers(metrics_folder())
        metrics.start_at_zero(endpoint.name for endpoint in ENDPOINTS)
        self._remote = RemoteChampion(SETTINGS) if SETTINGS.champion_url else None
        remotes = [self._remote.folder] if self._remote else []
        self.live_model = LiveModel([champion_of_store, champion_of_clone, *remotes])
        self.live_model.refresh()
        ROUTES.state.live_model = self.live_model
        # one thread each: more would only compete for Python's lock, and none waits behind slower work
        self._look_ups = WorkQueue("look-ups", threads=1, max_waiting=200)
        self._short_model_work = WorkQueue("short model work", threads=1, max_waiting=100)
        self._long_model_work = WorkQueue("long model work", threads=1, max_waiting=20)
        freeze_garbage_collector()

    @bentoml.on_startup  # type: ignore[untyped-decorator]
    def start_background_work(self) -> None:
        """Follow the supervisor and the champion, which only a server does; load the model meanwhile."""
        run_periodically(SUPERVISOR_CHECK_SECONDS, end_with_supervisor, "supervisor check")
        run_periodically(SETTINGS.poll_seconds, self.live_model.refresh, "live model")
        if self._remote:
            run_periodically(SETTINGS.remote_poll_seconds, self._remote.sync, "remote champion")
        threading.Thread(target=self._warm_up, name="warm up", daemon=True).start()

    def _warm_up(self) -> None:
        self.live_model.warm_up()
        freeze_garbage_collector()

    prepare_server = bentoml.on_deployment(configure_supervisor)
    predict = api(PREDICT)
    forecast = api(FORECAST)
    explain = api(EXPLAIN)
    drift_check = api(DRIFT_CHECK)

    async def respond(self, endpoint: Endpoint, body: bytes, receive: Receive) -> Response:
        """Answer a request: short look-ups at once, all else in threads; errors in the one shape."""
        try:
            forecasts = self.live_model.forecasts

            def look_up() -> Any:
                request = endpoint.parse(body)
                return request if endpoint.needs_model(request) else endpoint.respond(forecasts, request)

            model_work = self._short_model_work if len(body) <= SHORT_BYTES else self._long_model_work
            if len(body) <= endpoint.inline_bytes:
                content = look_up()
            elif len(body) <= LOOK_UP_BYTES:
                content = await self._look_ups.run(look_up, receive)
            else:
                content = await model_work.run(lambda: endpoint.answer(forecasts, body), receive)
            if not isinstance(content, bytes):
                content = await model_work.run(lambda: endpoint.respond(forecasts, content), receive)
        except StorecastError as error:
            if isinstance(error, UnknownSeriesError):
                metrics.count_unknown(endpoint.name)
            return Response(to_json(body_of(error)), kind_of(error).status, media_type="application/json")
        return Response(content, media_type="application/json")

    async def __is_ready__(self) -> bool:
        return self.live_model.current is not None

    async def __metrics__(self, text: str) -> str:
        if (current := self.live_model.current) is None:
            return text
        champion = current.champion
        return text + metrics.LiveModelCollector(champion.record, champion.card).text()


def freeze_garbage_collector() -> None:
    """Exclude what was loaded from garbage collection, which causes the slowest responses."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)

"""The bento: what BentoML serves, and the only file that defines its endpoints."""

from __future__ import annotations

import functools
import gc
import logging
from typing import Any

import bentoml
from anyio import CapacityLimiter, to_thread
from pydantic import TypeAdapter
from pydantic_core import to_json
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from data.errors import StorecastError, UnknownSeriesError
from drift.result.drift_summary import DriftSummary
from service.api import endpoints
from service.api.schemas import (
    DriftCheckRequest,
    ExplainResponse,
    FeatureRow,
    ForecastRequest,
    ForecastResponse,
    PredictRequest,
    PredictResponse,
)
from service.core import metrics
from service.core.errors import body_of, kind_of
from service.core.settings import Settings, metrics_folder
from service.live.live_model import LiveModel, champion_of_clone, champion_of_store, run_periodically
from service.live.remote_champion import RemoteChampion
from service.middleware.bento_metrics import TrafficMetrics
from service.middleware.edge import Edge
from service.middleware.fast_path import FastPath, Responder
from service.routes import create_routes, methods_of

MODEL_THREADS = 4

SETTINGS = Settings()
ROUTES = create_routes(SETTINGS)


def fast(work: endpoints.Handler) -> Responder:
    """An api's work for the fast lane, over whatever model serves at the time."""
    return lambda body: endpoints.quick_response(work, ROUTES.state.live_model.current, body)


FAST = {"/predict": fast(endpoints.predict), "/forecast": fast(endpoints.forecast)}


class JsonBody(bentoml.IODescriptor):  # type: ignore[misc]  # BentoML ships no types
    """A JSON body left as bytes: read once, by `answers`, whose errors have our shape and no traceback."""

    content: bytes

    @classmethod
    async def from_http_request(cls, request: Request, serde: object) -> JsonBody:
        """What BentoML calls to read a request."""
        return cls(content=await request.body())


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


class GuardedService(bentoml.Service):  # type: ignore[misc]  # BentoML ships no types
    """A BentoML service behind our edge, with the fast lane just inside BentoML's own metrics."""

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """The whole server as BentoML's workers run it."""
        app = super().to_asgi(is_main)
        metrics_first = app.user_middleware[0]
        app.user_middleware[0] = Middleware(TrafficMetrics, *metrics_first.args, **metrics_first.kwargs)
        if SETTINGS.fast_lane:
            app.user_middleware.insert(1, Middleware(FastPath, answers=FAST))
        return Edge(app, SETTINGS, methods_of(app))


@bentoml.service(
    name="storecast",
    service_class=GuardedService,
    workers=SETTINGS.workers,
    traffic={"timeout": SETTINGS.timeout_seconds},
    logging={"access": {"enabled": False}},  # the edge logs what matters, at a third of the price
    tracing={"excluded_urls": ".*"},  # costs as much as the answer even when nobody collects it
)
@bentoml.asgi_app(ROUTES, path="/")
class ForecastService:
    """Forecasts over HTTP, and in-process for whoever wants many: `ForecastService.inner()`."""

    def __init__(self) -> None:
        logging.getLogger("service").setLevel(logging.INFO)
        metrics.forget_dead_workers(metrics_folder())
        remote = RemoteChampion(SETTINGS) if SETTINGS.champion_url else None
        self.live_model = LiveModel(
            [champion_of_store, champion_of_clone, *([remote.folder] if remote else [])]
        )
        self.live_model.refresh()
        ROUTES.state.live_model = self.live_model
        self._threads = CapacityLimiter(MODEL_THREADS)
        run_periodically(SETTINGS.poll_seconds, self.live_model.refresh, "live model")
        if remote:
            run_periodically(SETTINGS.remote_poll_seconds, remote.sync, "remote champion")
        freeze_garbage_collector()

    @bentoml.api(  # type: ignore[untyped-decorator]  # BentoML ships no types
        input_spec=body_like(PredictRequest | FeatureRow | list[Any]), output_spec=PredictResponse
    )
    async def predict(self, body: JsonBody) -> Response:
        """One series on one day, or a list of them; or rows of the seed's ten features."""
        return await self._answer(
            "predict", endpoints.predict, body.content, endpoints.is_quick(body.content)
        )

    @bentoml.api(  # type: ignore[untyped-decorator]
        input_spec=body_like(ForecastRequest), output_spec=ForecastResponse
    )
    async def forecast(self, body: JsonBody) -> Response:
        """All days of up to 1,000 series, from the table or from histories of the caller."""
        return await self._answer(
            "forecast", endpoints.forecast, body.content, endpoints.is_quick(body.content)
        )

    @bentoml.api(  # type: ignore[untyped-decorator]
        input_spec=body_like(PredictRequest), output_spec=ExplainResponse
    )
    async def explain(self, body: JsonBody) -> Response:
        """Why the forecast of one series on one day is what it is."""
        return await self._answer("explain", endpoints.explain, body.content, is_quick=False)

    @bentoml.api(  # type: ignore[untyped-decorator]
        route="/drift-check", input_spec=body_like(DriftCheckRequest), output_spec=DriftSummary
    )
    async def drift_check(self, body: JsonBody) -> Response:
        """Whether new days are what the model expected of them."""
        return await self._answer("drift-check", endpoints.check_drift, body.content, is_quick=False)

    async def _answer(self, endpoint: str, work: endpoints.Handler, body: bytes, is_quick: bool) -> Response:
        """Do the work, in a thread when it would hold up others, and put what went wrong into our shape."""
        try:
            job = functools.partial(work, self.live_model.forecasts, body)
            content = job() if is_quick else await to_thread.run_sync(job, limiter=self._threads)
        except StorecastError as error:
            if isinstance(error, UnknownSeriesError):
                metrics.count_unknown(endpoint)
            return Response(to_json(body_of(error)), kind_of(error).status, media_type="application/json")
        return Response(content, media_type="application/json")

    async def __is_ready__(self) -> bool:
        return self.live_model.current is not None

    async def __metrics__(self, text: str) -> str:
        current = self.live_model.current
        return text + (metrics.LiveModelCollector(current.champion.record).text() if current else "")


def freeze_garbage_collector() -> None:
    """Take what was loaded out of the garbage collector's rounds, which make the slowest answers."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)

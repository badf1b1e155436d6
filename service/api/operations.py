"""The table of operations: every method and path, for the routes, the edge and the documentation."""

from dataclasses import dataclass
from typing import Any, Literal

from drift.result.drift_summary import DriftSummary
from service.api.endpoints import ENDPOINTS
from service.api.response_models import Health, ModelCard, NeverChecked, SeriesList, ServiceStatus

Tag = Literal["forecasts", "model", "operation", "page"]


@dataclass(frozen=True)
class Operation:
    """One method of one path; `request` and `response` are types that pydantic can describe."""

    method: Literal["GET", "POST"]
    path: str
    tag: Tag
    summary: str
    description: str = ""
    request: Any = None
    response: Any = None
    is_open: bool = False
    """Answered without an API key, and not counted by the rate limit."""

    @property
    def name(self) -> str:
        """A name for programs: the path without slashes."""
        return self.path.strip("/").replace("/", "_").replace("-", "_") or "home"

    @property
    def route(self) -> dict[str, Any]:
        """Arguments of FastAPI's decorators."""
        return {
            "path": self.path,
            "tags": [self.tag],
            "summary": self.summary,
            "response_model": self.response,
        }


def _open(path: str, summary: str, response: Any = str, description: str = "") -> Operation:
    return Operation("GET", path, "operation", summary, description, response=response, is_open=True)


OPERATIONS = (
    *(
        Operation("POST", one.path, "forecasts", one.summary, one.description, one.request, one.response)
        for one in ENDPOINTS
    ),
    Operation("GET", "/series", "model", "List the series the model knows", response=SeriesList),
    Operation(
        "GET",
        "/model",
        "model",
        "Get the model card",
        "What the model was trained on and how accurate it is.",
        response=ModelCard,
    ),
    Operation("GET", "/drift", "model", "Get the last drift check", response=DriftSummary | NeverChecked),
    Operation(
        "POST",
        "/admin/reload",
        "model",
        "Load a newly promoted model now",
        "Exists where `STORECAST_ADMIN_ROUTES` is on; needs an API key.",
        response=Health,
    ),
    _open(
        "/", "Get the name and version of the service", ServiceStatus, "A browser gets the planner's page."
    ),
    _open("/health", "Get the state of the model", Health, "Whether forecasts can be made; if not, why."),
    _open("/metrics", "Get the metrics for Prometheus"),
    _open("/livez", "Check that the process runs"),
    _open("/healthz", "Check that the process runs (older name)"),
    _open("/readyz", "Check that a model is loaded"),
    _open("/docs.json", "Get the OpenAPI document", None),
    Operation("GET", "/page/overview", "page", "Get all series at a glance"),
    Operation("GET", "/page/sales", "page", "Get one series or total, day by day"),
)
BY_PATH = {operation.path: operation for operation in OPERATIONS}
OPEN_PATHS = frozenset(
    {"/docs", "/schema.json"} | {operation.path for operation in OPERATIONS if operation.is_open}
)

"""Routes of the planner's page beside the public API: read-only JSON under `/page`."""

from collections.abc import Callable, Hashable
from enum import IntEnum
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel

from data.errors import NoChampionError
from models.champion import Champion
from service.api.operations import BY_PATH
from service.middleware.static_files import Asset
from service.page.daily_sales import DailySales, daily_sales_of
from service.page.overview import Overview, overview_of

HISTORY_DAYS = 112
MAX_HISTORY_DAYS = 728

T = TypeVar("T")
_Label = Annotated[str | None, Query(max_length=256, description="Leave out for the total over all.")]


class Period(IntEnum):
    """Days of the forecast that the page shows."""

    WEEK = 7
    FOUR_WEEKS = 28
    QUARTER = 90


class VersionCache:
    """Values computed from the champion that serves; dropped when another version does."""

    def __init__(self) -> None:
        self._cached: tuple[str | None, dict[Hashable, Any]] = (None, {})

    def get(self, champion: Champion, key: Hashable, compute: Callable[[], T]) -> T:
        """The value of a key, computed on the first call."""
        version, values = self._cached
        if version != champion.record.version:
            values = {}
            self._cached = (champion.record.version, values)  # one assignment: other threads read the pair
        if key not in values:
            values[key] = compute()
        value: T = values[key]
        return value


def add_page_routes(app: FastAPI, get_champion: Callable[[], Champion | None]) -> None:
    """Add the page's routes over the champion that serves; without one they raise `NoChampionError`."""
    cache = VersionCache()

    def champion() -> Champion:
        current = get_champion()
        if current is None:
            raise NoChampionError("There is no model to show yet.", hint="Run `make train`.")
        return current

    # Plain functions: FastAPI runs them in threads, so that a large total delays no other request.
    @app.get(**BY_PATH["/page/overview"].route | {"response_model": Overview})
    def overview(request: Request, days: Period = Period.FOUR_WEEKS) -> Response:
        current = champion()
        asset = cache.get(current, days, lambda: _json_asset(overview_of(current, int(days))))
        return asset.answer(request, {})

    @app.get(**BY_PATH["/page/sales"].route | {"response_model": DailySales})
    def sales(
        request: Request,
        store: _Label = None,
        item: _Label = None,
        history_days: Annotated[int, Query(ge=7, le=MAX_HISTORY_DAYS)] = HISTORY_DAYS,
    ) -> Response:
        return _json_asset(daily_sales_of(champion(), store, item, history_days)).answer(request, {})


def _json_asset(answer: BaseModel) -> Asset:
    return Asset.of(answer.model_dump_json().encode(), "answer.json")

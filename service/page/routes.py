"""Routes of the planner's page beside the public API: read-only JSON under `/page`."""

from collections.abc import Callable
from enum import IntEnum
from typing import Annotated

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

_Label = Annotated[str | None, Query(max_length=256, description="Leave out for the total over all.")]


class Period(IntEnum):
    """Days of the forecast that the page shows."""

    WEEK = 7
    FOUR_WEEKS = 28
    QUARTER = 90


def add_page_routes(app: FastAPI, get_champion: Callable[[], Champion | None]) -> None:
    """Add the page's routes over the champion that serves; without one they raise `NoChampionError`."""
    overviews: dict[Period, tuple[str, Asset]] = {}  # with the version each is of

    def champion() -> Champion:
        current = get_champion()
        if current is None:
            raise NoChampionError("There is no model to show yet.", hint="Run `make train`.")
        return current

    # Plain functions: FastAPI runs them in threads, so that a large total delays no other request.
    @app.get(**BY_PATH["/page/overview"].route | {"response_model": Overview})
    def overview(request: Request, days: Period = Period.FOUR_WEEKS) -> Response:
        current = champion()
        version, asset = overviews.get(days, ("", None))
        if asset is None or version != current.record.version:
            asset = _json_asset(overview_of(current, int(days)))
            overviews[days] = current.record.version, asset
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

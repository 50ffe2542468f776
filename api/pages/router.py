"""The pages: whose grid a place is in, where planners draw, where patrols go, what texts mean."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.access import CurrentViewer
from api.pages.doors import page_for
from api.pages.ground import ground
from api.reading import open_reading
from api.service import CurrentService
from api.viewers import Decider, Looker, Resolver
from gisgrid.access import Right
from gisgrid.maps.recorded_hazards import CATEGORY_NAMES
from gisgrid.store import campaigns, patrols
from gisgrid.store.counts import grids_by_level

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_LEVELS: Final = (
    ("area", "街镇区域网格", "area grids"),
    ("unit", "村级单元网格", "unit grids"),
    ("micro", "村居微网格", "micro-grids"),
    ("police", "派出所辖区", "police areas"),
)


@router.get("/maps", include_in_schema=False)
@router.get("/maps/", include_in_schema=False)
def maps(viewer: Resolver) -> Response:
    """The maps are listed on the index page."""
    return RedirectResponse("/#maps-title")


@router.get("/")
def index(request: Request, service: CurrentService, viewer: CurrentViewer) -> Response:
    """The index page."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        sizes = grids_by_level(reading.connection, reading.at)
        drives = campaigns.listing(reading.connection)
    return page_for(
        request,
        viewer,
        "index.html",
        notice=reading.notice,
        revision=reading.revision,
        levels=[(zh, en, sizes.get(level, 0)) for level, zh, en in _LEVELS],
        campaigns=drives,
        data=ground(service),
        address=str(request.base_url).rstrip("/"),
        resolves=viewer.may(Right.RESOLVE),
    )


@router.get("/planner")
def planner(request: Request, service: CurrentService, viewer: Looker) -> Response:
    """The page on which a planner draws micro-grids."""
    settings = service.settings
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        notice = reading.notice
    return page_for(
        request,
        viewer,
        "planner.html",
        notice=notice,
        data={**ground(service), "range": [settings.households_min, settings.households_max]},
    )


@router.get("/patrols")
def patrol(request: Request, service: CurrentService, viewer: Looker) -> Response:
    """The page on which patrols are planned, printed and ticked off."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        kinds = patrols.categories(reading.connection)
        grounds = patrols.grounds(reading.connection, reading.at)
    return page_for(
        request,
        viewer,
        "patrols.html",
        notice=reading.notice,
        categories=[(one, *CATEGORY_NAMES.get(one, (one, one))) for one in kinds],
        grounds=[(one.code, one.name) for one in grounds],
        data=ground(service),
    )


@router.get("/addresses")
def addresses(request: Request, service: CurrentService, viewer: Decider) -> Response:
    """The page on which people decide what texts mean, and keep other names."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        notice = reading.notice
    return page_for(
        request,
        viewer,
        "addresses.html",
        notice=notice,
        data=ground(service),
    )

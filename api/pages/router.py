"""The pages: whose grid a place is in, where planners draw, where patrols go, what texts mean."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import CurrentViewer
from api.headers import page_nonce
from api.pages.rendering import render, two
from api.reading import open_reading
from api.service import CurrentService, Service
from gisgrid.maps.page import CHINA
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
def maps(viewer: CurrentViewer) -> Response:
    """The maps are listed on the index page."""
    return RedirectResponse("/#maps-title")


@router.get("/")
def index(request: Request, service: CurrentService, viewer: CurrentViewer) -> Response:
    """The index page."""
    with open_reading(service) as reading:
        sizes = grids_by_level(reading.connection, reading.at)
        drives = campaigns.listing(reading.connection)
    page = render(
        "index.html",
        nonce=page_nonce(request),
        notice=reading.notice,
        revision=reading.revision,
        levels=[(zh, en, sizes.get(level, 0)) for level, zh, en in _LEVELS],
        campaigns=drives,
        data=_ground(service),
        address=str(request.base_url).rstrip("/"),
    )
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


@router.get("/planner")
def planner(request: Request, service: CurrentService, viewer: CurrentViewer) -> Response:
    """The page on which a planner draws micro-grids."""
    settings = service.settings
    with open_reading(service) as reading:
        notice = reading.notice
    page = render(
        "planner.html",
        nonce=page_nonce(request),
        notice=notice,
        two=two,
        data={**_ground(service), "range": [settings.households_min, settings.households_max]},
    )
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


@router.get("/patrols")
def patrol(request: Request, service: CurrentService, viewer: CurrentViewer) -> Response:
    """The page on which patrols are planned, printed and ticked off."""
    with open_reading(service) as reading:
        kinds = patrols.categories(reading.connection)
        grounds = patrols.grounds(reading.connection, reading.at)
    page = render(
        "patrols.html",
        nonce=page_nonce(request),
        notice=reading.notice,
        two=two,
        categories=[(one, *CATEGORY_NAMES.get(one, (one, one))) for one in kinds],
        grounds=[(one.code, one.name) for one in grounds],
        data=_ground(service),
    )
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


@router.get("/addresses")
def addresses(request: Request, service: CurrentService, viewer: CurrentViewer) -> Response:
    """The page on which people decide what texts mean, and keep other names."""
    with open_reading(service) as reading:
        notice = reading.notice
    page = render(
        "addresses.html",
        nonce=page_nonce(request),
        notice=notice,
        two=two,
        data=_ground(service),
    )
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def _ground(service: Service) -> dict[str, Any]:
    """What lies beneath the grids of a page: the country, and tiles where some are set."""
    west, south, east, north = CHINA
    settings = service.settings
    tiles = {"url": settings.tile_url, "attribution": settings.tile_attribution}
    return {
        "country": [[south, west], [north, east]],
        "tiles": tiles if settings.tile_url else None,
    }

"""The three maps as pages: drawn once for each state of the record, served with fresh nonces."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy import Table

from api.answers import answer
from api.headers import page_nonce
from api.pages.doors import doors_part
from api.parameters import AtQuery, Code
from api.problems import Problem
from api.reading import Reading, open_reading
from api.service import CurrentService
from api.viewers import Looker, Measurer
from gisgrid.access import Right, Viewer
from gisgrid.maps.district import campaign_page, grids_page, staffing_page
from gisgrid.maps.recorded_hazards import served_hazards_page
from gisgrid.store import tables
from gisgrid.store.changes import fingerprint

__all__ = ["page_router", "router"]

router = APIRouter(prefix="/maps", tags=["maps"])
page_router = APIRouter()

_HTML: Final = "text/html; charset=utf-8"
_GRIDS_SHOW: Final = (tables.address, tables.hazard, tables.patrol_point)
_HAZARDS_SHOW: Final = (tables.hazard, tables.address)
_STAFFING_SHOWS: Final = (tables.person, tables.post)
_CAMPAIGN_SHOWS: Final = (
    tables.campaign,
    tables.campaign_phase,
    tables.campaign_task,
    tables.campaign_item,
    tables.campaign_evidence,
    tables.building,
)


class CampaignQuery(AtQuery):
    """The parameters of the campaign map."""

    code: Annotated[
        Code | None, Field(description="The campaign; without it the one that began last.")
    ] = None


@dataclass(frozen=True)
class _Page:
    """A page with a nonce that is put in anew each time it is served."""

    body: bytes
    placeholder: bytes
    digest: str


@router.get("/grids", response_class=Response, responses={422: {"model": Problem}})
def grids_map(
    request: Request,
    query: Annotated[AtQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """The map of grids by level, with names, counts and households (HTML)."""
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PLACES)) as reading:

        def draw(nonce: str) -> str:
            return grids_page(reading.connection, reading.at, service.settings, nonce=nonce)

        page = _drawn(
            service, reading, ("grids", viewer.sight(Right.SEE_PLACES).key), _GRIDS_SHOW, draw
        )
    return _serve(request, viewer, page, reading)


@router.get("/hazards", status_code=307, response_class=Response)
def hazards_map(viewer: Looker) -> Response:
    """The map of hazards is a page of its own."""
    return RedirectResponse("/hazards")


@page_router.get("/hazards", include_in_schema=False)
def hazards_page(request: Request, service: CurrentService, viewer: Looker) -> Response:
    """Where hazards gather, when and why: the page of a police officer (HTML)."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:

        def draw(nonce: str) -> str:
            return served_hazards_page(
                reading.connection, reading.at, service.settings, nonce=nonce
            )

        page = _drawn(
            service, reading, ("hazards", viewer.sight(Right.SEE_PLACES).key), _HAZARDS_SHOW, draw
        )
    return _serve(request, viewer, page, reading)


@router.get("/staffing", response_class=Response, responses={422: {"model": Problem}})
def staffing_map(
    request: Request,
    query: Annotated[AtQuery, Query()],
    service: CurrentService,
    viewer: Measurer,
) -> Response:
    """The map of micro-grids that lack grid members (HTML)."""
    sight = viewer.sight(Right.MEASURE)
    with open_reading(service, query.at, sight=sight) as reading:

        def draw(nonce: str) -> str:
            return staffing_page(reading.connection, reading.at, service.settings, nonce=nonce)

        page = _drawn(service, reading, ("staffing", sight.key), _STAFFING_SHOWS, draw)
    return _serve(request, viewer, page, reading)


@router.get(
    "/campaign",
    response_class=Response,
    responses={404: {"model": Problem}, 422: {"model": Problem}},
)
def campaign_map(
    request: Request,
    query: Annotated[CampaignQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """A campaign over time: its buildings, the things dealt with, the running count (HTML)."""
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PLACES)) as reading:

        def draw(nonce: str) -> str:
            return campaign_page(
                reading.connection, reading.at, service.settings, code=query.code, nonce=nonce
            )

        key = ("campaign", query.code, viewer.sight(Right.SEE_PLACES).key)
        page = _drawn(service, reading, key, _CAMPAIGN_SHOWS, draw)
    return _serve(request, viewer, page, reading)


def _drawn(
    service: CurrentService,
    reading: Reading,
    name: tuple[str | None, ...],
    shows: tuple[Table, ...],
    draw: Callable[[str], str],
) -> _Page:
    """The page as kept, or drawn now; its head names the day, so the day is in the key."""
    day = reading.asked or reading.at.date()
    state = (reading.revision, day, reading.notice, fingerprint(reading.connection, *shows))

    def make() -> _Page:
        # Nobody can guess it, so no name or description can hold it.
        placeholder = secrets.token_urlsafe(18)
        body = draw(placeholder).encode()
        digest = hashlib.sha256(body.replace(placeholder.encode(), b"")).hexdigest()[:20]
        return _Page(body, placeholder.encode(), digest)

    page: _Page = service.pages.get((*name, *state), make)
    return page


def _serve(request: Request, viewer: Viewer, page: _Page, reading: Reading) -> Response:
    nonce = page_nonce(request)
    # Which pages a head leads to is its viewer's own, and no part of what is kept.
    doors = doors_part(viewer, request.url.path).encode()
    mark = b"<!--doors " + page.placeholder + b"-->"
    body = page.body.replace(mark, doors).replace(page.placeholder, nonce.encode())
    digest = hashlib.sha256(page.digest.encode() + doors).hexdigest()[:20]
    return answer(
        request,
        body,
        reading.revision,
        media_type=_HTML,
        tag=f'"r{reading.revision}-{digest}"',
        private=True,
    )

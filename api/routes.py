"""All routes of the application."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Depends
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from api import (
    audit,
    comparing,
    docs,
    grids,
    health,
    history,
    holds,
    hotspots,
    maps,
    measures,
    resolve,
)
from api.access import current_viewer
from api.accounts import ROUTERS as ACCOUNT_ROUTERS
from api.addresses.routers import ROUTERS as ADDRESS_ROUTERS
from api.campaigns import router as campaigns
from api.cases import ROUTERS as CASE_ROUTERS
from api.hazards.routers import ROUTERS as HAZARD_ROUTERS
from api.ogc.routers import ROUTERS as OGC_ROUTERS
from api.open311 import ROUTERS as OPEN311_ROUTERS
from api.pages import cases as case_pages
from api.pages import router as pages
from api.patrols import ROUTERS as PATROL_ROUTERS
from api.people import ROUTERS as PEOPLE_ROUTERS
from api.plans import ROUTERS as PLAN_ROUTERS
from api.problems import Problem
from api.reports import ROUTERS as REPORT_ROUTERS
from api.works import ROUTERS as WORK_ROUTERS
from gisgrid.maps.bundle import ASSETS

__all__ = ["all_routes"]

_ROUTERS: Final = (
    resolve.router,
    grids.router,
    comparing.router,
    history.router,
    holds.router,
    hotspots.router,
    campaigns,
    maps.router,
    maps.page_router,
    measures.router,
    audit.router,
    health.router,
    *ACCOUNT_ROUTERS,
    *ADDRESS_ROUTERS,
    *PLAN_ROUTERS,
    *PATROL_ROUTERS,
    *OGC_ROUTERS,
    *HAZARD_ROUTERS,
    *WORK_ROUTERS,
    *CASE_ROUTERS,
    *REPORT_ROUTERS,
    *OPEN311_ROUTERS,
    *PEOPLE_ROUTERS,
    docs.router,
    pages.router,
    case_pages.router,
)


def all_routes() -> list[BaseRoute]:
    """The routes of an application, which may add its own to the list.

    Those of two applications in one process are the same: FastAPI derives what it asks of a
    request when it first meets a route, and for all of them that takes half a second.
    """
    return list(_made())


@cache
def _made() -> tuple[BaseRoute, ...]:
    gathered = APIRouter(
        dependencies=[Depends(current_viewer)],
        responses={status: {"model": Problem} for status in (401, 403, 429, 503)},
    )
    for router in _ROUTERS:
        gathered.include_router(router)
    gathered.mount("/static/vendor", StaticFiles(directory=ASSETS / "vendor", check_dir=False))
    gathered.mount("/static", StaticFiles(directory=Path(__file__).parent / "pages" / "static"))
    return tuple(gathered.routes)

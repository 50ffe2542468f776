"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.access import CurrentViewer
from api.problems import Problem
from api.service import CurrentService
from api.viewers import Measurer
from gisgrid.errors import SchemaOutdated
from gisgrid.store import revisions
from gisgrid.store.schema import require_current

__all__ = ["router"]

router = APIRouter(tags=["health"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def alive(viewer: CurrentViewer) -> dict[str, str]:
    """The process is alive; nothing else is looked at."""
    return {"status": "alive"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"model": Problem}})
def ready(service: CurrentService, viewer: CurrentViewer) -> dict[str, str | int]:
    """The database answers and its schema is the code's; a 503 problem otherwise."""
    with service.engine.connect() as connection:
        if not require_current(connection):
            raise SchemaOutdated("the database is empty", fix="restart the service: it sets it up")
        return {"status": "ready", "revision": revisions.current(connection)}


@router.get("/metrics", response_class=Response)
def metrics(service: CurrentService, viewer: Measurer) -> Response:
    """Counts and durations of requests, and the revision that is served, for Prometheus."""
    headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    return Response(service.metrics.text(), headers=headers)

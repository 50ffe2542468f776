"""Open311's discovery: where the service is, and in which forms it answers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

import gisgrid.cases
from api.access import allowed
from api.open311.models import DiscoveryDocument, answers
from api.open311.routing import Open311Route
from api.open311.writing import Extension, written
from api.service import CurrentService
from gisgrid.access import Right, Viewer

__all__ = ["router"]

router = APIRouter(prefix="/open311", tags=["open311"], route_class=Open311Route)

_SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"


@router.get(
    "/discovery.{extension}",
    summary="Open311: where the service is",
    responses=answers(DiscoveryDocument),
)
def discover(
    request: Request,
    extension: Extension,
    service: CurrentService,
    viewer: Annotated[Viewer, allowed(Right.RESOLVE)],
) -> Response:
    """The one endpoint; its `changeset` moves when the services change."""
    base = (service.settings.public_url or str(request.base_url)).rstrip("/")
    changeset = _changeset()
    endpoint = {
        "specification": _SPECIFICATION,
        "url": f"{base}/open311/v2",
        "changeset": changeset,
        "type": "test" if service.demo else "production",
        "formats": ["text/xml", "application/json"],
    }
    content = {
        "changeset": changeset,
        "contact": f"{base}/docs",
        "key_service": "向管理员申请 API key; ask the administrator for an API key",
        "endpoints": [endpoint],
    }
    return written(content, "discovery", extension)


def _changeset() -> str:
    """When the services last changed: they come with the package."""
    changed = (Path(gisgrid.cases.__file__).parent / "categories.csv").stat().st_mtime
    return datetime.fromtimestamp(int(changed), UTC).isoformat().replace("+00:00", "Z")

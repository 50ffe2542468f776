"""Whose grid is this: one point, or many at once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import CurrentViewer
from api.answers import json_answer
from api.batch import BatchRequest, resolve_batch
from api.bodies import limited_body
from api.parameters import CrsName, Instant
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService
from gisgrid.geometry.crs import Crs, point_to_wgs84
from gisgrid.locate import GridRef
from gisgrid.store.owners import resolve_point

__all__ = ["router"]

router = APIRouter(prefix="/v1/resolve", tags=["resolve"])


class ResolveQuery(BaseModel):
    """The parameters of a look-up; one that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    lon: float = Field(description="Longitude in degrees, or easting in `crs`.")
    lat: float = Field(description="Latitude in degrees, or northing in `crs`.")
    crs: CrsName = "wgs84"
    at: Instant = None


class GridName(BaseModel):
    """A grid as an answer names it."""

    level: str
    code: str
    name: str
    path: list[str]
    border: bool


class ResolveAnswer(BaseModel):
    """The owners of a point at every level."""

    revision: int
    at: str | None = None
    notice: str | None = None
    status: str
    crs: str
    point: list[float] = Field(description="The point in WGS 84: longitude, latitude.")
    nested: bool
    missing: list[str]
    grids: list[GridName]
    police: GridName | None


class BatchRow(BaseModel):
    """The owners of one point of a batch, by code."""

    status: str
    area: str | None
    unit: str | None
    micro: str | None
    error: str | None


class BatchAnswer(BaseModel):
    """The rows of a batch in the order of its points."""

    revision: int
    at: str | None = None
    notice: str | None = None
    crs: str
    rows: list[BatchRow]


@router.get(
    "",
    summary="Whose grid is a point in",
    responses={200: {"model": ResolveAnswer}, 422: {"model": Problem}},
)
def resolve(
    request: Request,
    query: Annotated[ResolveQuery, Query()],
    service: CurrentService,
    viewer: CurrentViewer,
) -> Response:
    """Which grids own a point: `inside`, on a `border` (the first by code owns it), or `outside`.

    `grids` has the owners from the area down, `missing` the levels that have none there although
    another has, `nested` whether each lies in the one above.
    """
    crs = Crs.parse(query.crs)
    lon, lat = point_to_wgs84(query.lon, query.lat, crs)
    with open_reading(service, query.at) as reading:
        found = resolve_point(reading.connection, lon, lat, reading.at)
    content = {
        "status": found.status,
        "crs": crs.name,
        "point": [lon, lat],
        "nested": found.nested,
        "missing": list(found.missing),
        "grids": [_named(grid) for grid in found.grids],
        "police": _named(found.police) if found.police else None,
    }
    return json_answer(request, content, reading, private=True)


@router.post(
    "/batch",
    summary="Whose grids are many points in",
    responses={200: {"model": BatchAnswer}, 413: {"model": Problem}, 422: {"model": Problem}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": BatchRequest.model_json_schema()}},
        }
    },
)
def batch(
    request: Request,
    body: Annotated[bytes, Depends(limited_body)],
    service: CurrentService,
    viewer: CurrentViewer,
) -> Response:
    """The owners of many points, in the same order.

    A point that cannot be read is an `error` in its own row. The limit of points is a setting
    (`GISGRID_BATCH_LIMIT`, 100,000 unless set otherwise); more is a 413.
    """
    return resolve_batch(request, body, service)


def _named(grid: GridRef) -> dict[str, Any]:
    return {
        "level": grid.level,
        "code": grid.code,
        "name": grid.name,
        "path": list(grid.path),
        "border": grid.border,
    }

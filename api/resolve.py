"""Whose grid is this: one point, or many at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import CurrentViewer
from api.answers import answer
from api.batch import KINDS, BatchQuery, BatchRequest, resolve_batch
from api.parameters import CrsName, Instant
from api.problems import Problem
from api.reading import asked_instant, open_reading
from api.served import opening, point_body, word
from api.service import BatchPlace, CurrentService
from gisgrid.geometry.crs import Crs, point_to_wgs84
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


@router.head("", include_in_schema=False)
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
    if asked_instant(query.at, service.settings.zone) is None:
        served = service.served
        revision, start, wording = served.revision, served.opening, served.wording(lon, lat)
    else:
        with open_reading(service, query.at) as reading:
            found = resolve_point(reading.connection, lon, lat, reading.at)
        revision, start = reading.revision, opening(reading.head)
        wording = word(found)
    body = point_body(start, wording, crs.name, lon, lat)
    return answer(request, body, revision, media_type="application/json", private=True)


@router.post(
    "/batch",
    summary="Whose grids are many points in",
    responses={
        200: {"model": BatchAnswer, "content": {kind: {} for kind in KINDS[1:]}},
        413: {"model": Problem},
        415: {"model": Problem},
        422: {"model": Problem},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": BatchRequest.model_json_schema()},
                **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS[1:]},
            },
        }
    },
)
async def batch(
    request: Request,
    query: Annotated[BatchQuery, Query()],
    service: CurrentService,
    viewer: CurrentViewer,
    place: BatchPlace,
) -> Response:
    """The owners of many points, in the same order: in JSON, CSV or an Arrow IPC stream.

    CSV has a header with `lon` and `lat`, and perhaps `id`, which is echoed; Arrow has columns
    `lon` and `lat`. The answer has a row per point: `status`, `area`, `unit`, `micro`, `error`.
    It is of the kind that `Accept` names, else of the request's. A point that cannot be read is
    an `error` in its own row. The limits of points and bytes are settings (`GISGRID_BATCH_LIMIT`,
    `GISGRID_BODY_LIMIT_BYTES`); more is a 413.
    """
    return await resolve_batch(request, query, service)

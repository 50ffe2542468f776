"""Whose grid is this: one point, one address, or many at once."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.addresses.answering import address_content
from api.addresses.models import AddressAnswer, AddressText, GridName
from api.answers import answer, json_bytes
from api.batch import KINDS, BatchQuery, BatchRequest, resolve_batch
from api.parameters import CrsName, Instant
from api.problems import Problem
from api.reading import asked_instant, open_reading
from api.served import opening, point_body, word
from api.service import BatchPlace, CurrentService, Service
from api.viewers import Resolver
from gisgrid.errors import InputError
from gisgrid.geometry.crs import Crs, point_to_wgs84
from gisgrid.store.owners import resolve_point

__all__ = ["router"]

router = APIRouter(prefix="/v1/resolve", tags=["resolve"])

_ONE_OR_OTHER: Final = "send lon and lat, or an address"


class ResolveQuery(BaseModel):
    """The parameters of a look-up; one that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    lon: float | None = Field(None, description="Longitude in degrees, or easting in `crs`.")
    lat: float | None = Field(None, description="Latitude in degrees, or northing in `crs`.")
    crs: CrsName = "wgs84"
    address: AddressText | None = None
    limit: Annotated[int, Field(ge=1, le=20, description="Most candidates for an address.")] = 5
    at: Instant = None


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
    summary="Whose grid is a point or an address in",
    responses={200: {"model": ResolveAnswer | AddressAnswer}, 422: {"model": Problem}},
)
def resolve(
    request: Request,
    query: Annotated[ResolveQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """Which grids own a point, by `lon` and `lat`, or what is meant by an `address` in words.

    A point lies `inside`, on a `border` (the first by code owns it), or `outside`. `grids` has the
    owners from the area down, `missing` the levels that have none there although another has,
    `nested` whether each lies in the one above.

    An address is `found` where one candidate's `score`, the probability that it is meant, is high
    enough; else it is `ambiguous`, `unknown`, or names a place `outside` the district, and `reason`
    says why. Numbers are never rounded to a neighbour.
    """
    if query.address is not None:
        return _resolve_address(request, query, query.address, service)
    crs = Crs.parse(query.crs)
    lon, lat = point_to_wgs84(*_stated_point(query), crs)
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


def _stated_point(query: ResolveQuery) -> tuple[float, float]:
    """The longitude and latitude of a request that has no address."""
    if query.lon is None or query.lat is None:
        lacking = "lon" if query.lon is None else "lat"
        raise InputError("is missing", where=f"query.{lacking}", fix=_ONE_OR_OTHER)
    if "limit" in query.model_fields_set:
        raise InputError("is for an address", where="query.limit", fix=_ONE_OR_OTHER)
    return query.lon, query.lat


def _resolve_address(
    request: Request, query: ResolveQuery, text: str, service: Service
) -> Response:
    stray = sorted(query.model_fields_set & {"lon", "lat", "crs"})
    if stray:
        raise InputError(
            "is stated beside an address", where=f"query.{stray[0]}", fix=_ONE_OR_OTHER
        )
    content = address_content(service, text, query.at, query.limit)
    return answer(
        request,
        json_bytes(content),
        content["revision"],
        media_type="application/json",
        private=True,
    )


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
    viewer: Resolver,
    place: BatchPlace,
) -> Response:
    """The owners of many points, in the same order: in JSON, CSV or an Arrow IPC stream.

    CSV has a header with `lon` and `lat`, and perhaps `id`, which is echoed; Arrow has columns
    `lon` and `lat`. The answer has a row per point: `status`, `area`, `unit`, `micro`, `error`.
    It is of the kind that `Accept` names, else of the request's. A point that cannot be read is
    an `error` in its own row. The limits of points and bytes are settings (`GISGRID_BATCH_LIMIT`,
    `GISGRID_BODY_LIMIT_BYTES`); more is a 413.
    """
    return await resolve_batch(request, query, service, viewer.actor)

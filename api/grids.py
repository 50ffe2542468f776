"""The grids themselves: listed, one by one, and as outlines for a map."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

import shapely
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.answers import answer, json_answer, json_bytes
from api.parameters import AtQuery, Code, Instant
from api.problems import Problem
from api.reading import Reading, open_reading
from api.service import CurrentService
from api.viewers import Resolver
from gisgrid.access import Right
from gisgrid.geometry.simplify import simplify_coverage
from gisgrid.store import grids
from gisgrid.store.counts import counts_by_grid
from gisgrid.store.coverages import coverage_frame

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["grids"])

_OUTLINE_TOLERANCE_M: Final = 15.0
# 1e-5° is about a metre. Vertices that met are the same numbers still after rounding.
_OUTLINE_DIGITS: Final = 5
_COUNTED: Final = ("addresses", "households", "hazards", "patrols")

Level = Literal["area", "unit", "micro", "police"]


class ListQuery(BaseModel):
    """The parameters of a listing; one that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    level: Level | None = None
    parent: Annotated[
        Code | None, Field(description="Only grids below the one with this code, at any depth.")
    ] = None
    at: Instant = None
    limit: int = Field(default=100, ge=1, le=1000, description="Most grids in one answer.")
    after: Annotated[Code, Field(description="Only grids whose code comes later.")] = ""


class OutlineQuery(AtQuery):
    """The parameters of outlines."""

    level: Level


class GridItem(BaseModel):
    """A grid as it is at an instant."""

    level: str
    code: str
    name: str
    parent: str | None
    path: list[str]
    special: bool
    households: int | None = Field(description="Declared with the boundary.")
    valid_from: str


class GridList(BaseModel):
    """One page of grids by code, and the address of the next."""

    revision: int
    at: str | None = None
    notice: str | None = None
    grids: list[GridItem]
    next: str | None


class GridCounts(BaseModel):
    """What lies in a grid now."""

    addresses: int
    households: int
    hazards: int
    patrols: int


class GridDetail(GridItem):
    """A grid with its shape, its children and what lies in it."""

    revision: int
    at: str | None = None
    notice: str | None = None
    children: list[str]
    counts: GridCounts | None = Field(
        description="Of the present; null where another date was asked for."
    )
    geometry: dict[str, Any] = Field(description="GeoJSON MultiPolygon, longitude first.")


@router.get(
    "/grids",
    summary="Grids by code, a page at a time",
    responses={200: {"model": GridList}, 404: {"model": Problem}, 422: {"model": Problem}},
)
def list_grids(
    request: Request,
    query: Annotated[ListQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """Grids by code, a page at a time; `next` is the address of the page after."""
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        if query.parent is not None:
            grids.by_code(reading.connection, query.parent, reading.at)
        found = grids.listing(
            reading.connection,
            reading.at,
            level=query.level,
            parent=query.parent,
            after=query.after,
            limit=query.limit + 1,
        )
    page = found[: query.limit]
    following = None
    if len(found) > len(page):
        again = query.model_dump(exclude_none=True, exclude_defaults=True)
        following = f"{request.url.path}?{urlencode({**again, 'after': page[-1].code})}"
    content = {"grids": [_item(grid) for grid in page], "next": following}
    made = json_answer(request, content, reading)
    if following:
        made.headers["Link"] = f'<{following}>; rel="next"'
    return made


@router.get(
    "/grids/{code}",
    summary="One grid with its shape and what lies in it",
    responses={200: {"model": GridDetail}, 404: {"model": Problem}, 422: {"model": Problem}},
)
def grid_detail(
    request: Request,
    code: Annotated[Code, Path()],
    query: Annotated[AtQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """One grid: its shape, its children and what lies in it. Confidential tips are not counted."""
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found, shape = grids.by_code(reading.connection, code, reading.at)
        content = {
            **_item(found),
            "children": grids.children(reading.connection, found, reading.at),
            "counts": _counts(reading, found),
            "geometry": shapely.geometry.mapping(shape),
        }
    return json_answer(request, content, reading, private=True)


@router.get(
    "/outlines",
    summary="The borders of a level for drawing",
    response_class=Response,
    responses={200: {"content": {"application/geo+json": {}}}, 422: {"model": Problem}},
)
def outlines(
    request: Request,
    query: Annotated[OutlineQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """The borders of one level for drawing, as GeoJSON; neighbours still meet.

    Simplified by up to about 15 m: for a map, never for deciding where a point lies.
    """
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        key = ("outlines", query.level, reading.revision, reading.asked, reading.notice)
        body: bytes = service.pages.get(key, lambda: _outlines(reading, query.level))
    return answer(request, body, reading.revision, media_type="application/geo+json")


def _item(grid: grids.Grid) -> dict[str, Any]:
    return {
        "level": grid.level,
        "code": grid.code,
        "name": grid.name,
        "parent": grid.parent,
        "path": list(grid.path),
        "special": grid.special,
        "households": grid.households,
        "valid_from": grid.valid_from.isoformat(),
    }


def _counts(reading: Reading, grid: grids.Grid) -> dict[str, int] | None:
    """Places know the grids that own them now, and none of other days."""
    if reading.asked is not None:
        return None
    found = counts_by_grid(reading.connection, grid.level, grid_id=grid.id)
    return {name: int(found[name].get(grid.id, 0)) for name in _COUNTED}


def _outlines(reading: Reading, level: str) -> bytes:
    frame = coverage_frame(reading.connection, level, reading.at)
    shapes = simplify_coverage(frame.geometry.to_numpy(dtype=object), _OUTLINE_TOLERANCE_M)
    features = [
        {
            "type": "Feature",
            "properties": {"code": row.code, "name": row.name},
            "geometry": _short(shapely.geometry.mapping(shape)),
        }
        for row, shape in zip(frame.itertuples(index=False), shapes, strict=True)
    ]
    head: dict[str, Any] = {"type": "FeatureCollection", "revision": reading.revision}
    if reading.notice:
        head["notice"] = reading.notice
    return json_bytes({**head, "level": level, "features": features})


def _short(geometry: Any) -> Any:
    """GeoJSON with the decimals that a map can show."""

    def short(part: Any) -> Any:
        return (
            round(part, _OUTLINE_DIGITS)
            if isinstance(part, float)
            else [short(one) for one in part]
        )

    return {"type": geometry["type"], "coordinates": short(geometry["coordinates"])}

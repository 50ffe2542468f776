"""The patrol points over HTTP, and how near they come to homes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.answers import json_answer
from api.patrols.models import GapQuery, NearList, NearQuery, PointList, PointQuery
from api.problems import Problem
from api.reading import Reading, open_reading
from api.service import CurrentService
from api.viewers import Looker
from gisgrid.access import Right
from gisgrid.exports.documents import document
from gisgrid.store import patrols, tables
from gisgrid.store.changes import fingerprint

if TYPE_CHECKING:
    import geopandas as gpd

    from gisgrid.store.patrols import Near

__all__ = ["router"]

router = APIRouter(prefix="/v1/patrols", tags=["patrols"])

_MEASURED: Final = (tables.address, tables.patrol_point)


@router.get(
    "/points",
    summary="The patrol points",
    responses={200: {"model": PointList}, 422: {"model": Problem}},
)
def list_points(
    request: Request,
    query: Annotated[PointQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Patrol points by id, with when somebody was last there."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found = patrols.patrol_points(
            reading.connection, reading.at, after=query.after, limit=query.limit + 1
        )
        page, following = found[: query.limit], None
        if len(found) > len(page):
            again = urlencode({"limit": query.limit, "after": page[-1].id})
            following = f"{request.url.path}?{again}"
        content = {"points": document(page, service.settings.zone), "next": following}
        return json_answer(request, content, reading, private=True)


@router.get(
    "/coverage",
    summary="The share of homes with a patrol point near",
    responses={200: {"model": NearList}, 422: {"model": Problem}},
)
def read_coverage(
    request: Request,
    query: Annotated[NearQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Households within a distance of a patrol point, of all and of each grid of a level."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:

        def measure() -> list[Near]:
            with service.turn():
                return patrols.near_by_grid(
                    reading.connection, query.level, reading.at, within_m=query.within_m
                )

        key = (
            "near",
            query.level,
            query.within_m,
            viewer.sight(Right.SEE_PLACES).key,
            *_state(reading),
        )
        rows = [_item(one) for one in service.nearness.get(key, measure)]
        content = {"within_m": query.within_m, "all": rows[0], "grids": rows[1:]}
        return json_answer(request, content, reading, private=True)


@router.get(
    "/gaps",
    summary="Where homes have no patrol point near",
    response_class=Response,
    responses={404: {"model": Problem}, 422: {"model": Problem}},
)
def read_gaps(
    request: Request,
    query: Annotated[GapQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """The gaps with the most households first (GeoJSON)."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:

        def measure() -> gpd.GeoDataFrame:
            with service.turn():
                return patrols.gap_frame(reading.connection, reading.at, within_m=query.within_m)

        key = ("gaps", query.within_m, viewer.sight(Right.SEE_PLACES).key, *_state(reading))
        frame = service.nearness.get(key, measure)
        if query.around is not None:
            plan = patrols.by_id(reading.connection, query.around)
            frame = patrols.around(frame, plan)
        content: dict[str, Any] = frame.head(query.limit).to_geo_dict(na="null")
        return json_answer(
            request, content, reading, private=True, media_type="application/geo+json"
        )


def _state(reading: Reading) -> tuple[Any, ...]:
    """What the measures depend on beside the boundaries."""
    return (reading.revision, fingerprint(reading.connection, *_MEASURED))


def _item(one: Near) -> dict[str, Any]:
    return {**vars(one), "share": one.share}

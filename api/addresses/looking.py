"""Autocomplete, and the standard addresses nearest to a point."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.addresses.models import NearestList, NearestQuery, SuggestionList, SuggestQuery
from api.answers import answer, json_answer, json_bytes
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService
from api.viewers import Resolver
from gisgrid.geometry.crs import Crs, point_to_wgs84
from gisgrid.store.addresses import nearest

__all__ = ["router"]

router = APIRouter(prefix="/v1/addresses", tags=["addresses"])


@router.get(
    "/suggest",
    summary="How an address may go on",
    responses={200: {"model": SuggestionList}, 422: {"model": Problem}},
)
def suggest(
    request: Request,
    query: Annotated[SuggestQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """Names by their beginning, in Chinese or by pinyin letters, then lanes and numbers."""
    found = service.addresses.present.book.suggest(query.text, limit=query.limit)
    served = service.served
    lines = [{"text": one.text, "kind": one.kind, "town": one.town} for one in found]
    body = json_bytes({**served.head, "suggestions": lines})
    return answer(request, body, served.revision, media_type="application/json", private=True)


@router.get(
    "/nearest",
    summary="The standard addresses nearest to a point",
    responses={200: {"model": NearestList}, 422: {"model": Problem}},
)
def read_nearest(
    request: Request,
    query: Annotated[NearestQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """The nearest first, with metres; none beyond `within_m`."""
    crs = Crs.parse(query.crs)
    lon, lat = point_to_wgs84(query.lon, query.lat, crs)
    with open_reading(service) as reading:
        found = nearest(reading.connection, lon, lat, limit=query.limit, within_m=query.within_m)
        addresses = [
            {
                "source_id": one.source_id,
                "address": one.text,
                "point": [one.lon, one.lat],
                "metres": round(one.metres, 2),
            }
            for one in found
        ]
        content = {"crs": crs.name, "point": [lon, lat], "addresses": addresses}
        return json_answer(request, content, reading, private=True)

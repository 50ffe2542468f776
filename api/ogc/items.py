"""Features: a page of them, and one by one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

import numpy as np
from fastapi import Path, Query, Request, Response

from api.answers import answer
from api.ogc.boundaries import Layer, kept_boundaries
from api.ogc.collections import Collection, find_collection
from api.ogc.crs import NamedCrs, known_crs
from api.ogc.links import GEOJSON, JSON, base_of, link
from api.ogc.parameters import ItemQuery, ItemsQuery, Period
from api.ogc.routing import ogc_router
from api.ogc.writing import Writer, Written, write_hazards
from api.parameters import Code
from api.reading import Reading, open_reading
from api.served import opening
from api.service import CurrentService, Service
from api.viewers import Resolver, require
from gisgrid.access import Right
from gisgrid.errors import InputError, NotFound
from gisgrid.store.features import (
    found_between,
    grid_properties,
    hazard_properties,
    hazards,
    matching_codes,
)
from gisgrid.store.filters import Filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from gisgrid.store.filters import Property

__all__ = ["router"]

router = ogc_router()

_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {GEOJSON: {"schema": {"type": "object"}}}}
}


@router.get(
    "/collections/{collection}/items",
    summary="Features, a page at a time",
    responses=_ANSWERS,
)
def items(
    request: Request,
    collection: str,
    query: Annotated[ItemsQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """Features by id, a page at a time; the link `next` leads to the page after."""
    found, crs = find_collection(collection), known_crs(query.crs)
    if found.level is None:
        require(request, viewer, Right.SEE_PLACES)
        with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
            keys, written = _hazard_page(service, reading, found, query, crs)
    else:
        with open_reading(service, _instant(query)) as reading:
            keys, written = _grid_page(service, reading, found, query, crs)
    more = len(keys) > query.most
    return _page(request, found, reading, crs, written, keys[-2] if more else None)


@router.get(
    "/collections/{collection}/items/{feature}",
    summary="One feature",
    responses=_ANSWERS,
)
def item(
    request: Request,
    collection: str,
    feature: Annotated[Code, Path()],
    query: Annotated[ItemQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """One feature by its id: a grid's code, or the id that a hazard has at its source."""
    found, crs = find_collection(collection), known_crs(query.crs)
    if found.level is None:
        require(request, viewer, Right.SEE_PLACES)
    with open_reading(service, query.datetime, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        if found.level is None:
            if query.datetime is not None:
                raise InputError("a hazard is asked for by its id alone", where="datetime")
            properties = hazard_properties()
            rows = hazards(reading.connection, conditions=[properties["id"].column == feature])
            written = write_hazards(rows, crs, service.settings.zone)
        else:
            layer = kept_boundaries(service, reading).layers[found.level]
            written = _writer(service, reading, found, layer, crs).write(layer.at(feature))
    if not written:
        raise NotFound("there is no such feature in this collection", where=repr(feature))
    own = f"{base_of(request)}/collections/{found.id}"
    links = [
        link("self", f"{own}/items/{quote(feature, safe='')}", GEOJSON),
        link("collection", own, JSON, found.title),
    ]
    head = {**reading.head, "links": links}
    body = opening(head) + b"," + written[0].body[1:]
    return _geojson(request, found, reading, crs, body)


def _instant(query: ItemsQuery) -> str | None:
    if query.datetime is not None and "/" in query.datetime:
        raise InputError(
            "grids are asked for at a time, not over a period",
            where="datetime",
            fix="give one time, such as 2024-09-15T00:00:00Z",
        )
    return query.datetime


def _grid_page(
    service: Service, reading: Reading, collection: Collection, query: ItemsQuery, crs: NamedCrs
) -> tuple[list[str], list[Written]]:
    """The codes of a page and of one grid more, and the page itself."""
    assert collection.level is not None
    layer = kept_boundaries(service, reading).layers[collection.level]
    boxes, trees = query.boxes(), query.trees(collection)
    wanted = np.ones(len(layer.codes), dtype=bool) if boxes is None else layer.in_boxes(boxes)
    wanted[: layer.after(query.after)] = False
    if trees:
        properties = grid_properties(collection.level, reading.at)
        conditions = _conditions(service, query, trees, properties)
        codes = matching_codes(reading.connection, properties, conditions)
        wanted &= np.fromiter((code in codes for code in layer.codes), bool, len(layer.codes))
    positions = np.flatnonzero(wanted)[: query.most + 1].tolist()
    writer = _writer(service, reading, collection, layer, crs)
    return [layer.codes[one] for one in positions], writer.write(positions[: query.most])


def _writer(
    service: Service, reading: Reading, collection: Collection, layer: Layer, crs: NamedCrs
) -> Writer:
    key = (reading.revision, reading.asked, collection.id, crs.uri)
    return service.ogc.writers.get(key, lambda: Writer(layer, crs))


def _hazard_page(
    service: Service, reading: Reading, collection: Collection, query: ItemsQuery, crs: NamedCrs
) -> tuple[list[str], list[Written]]:
    """The ids of a page and of one hazard more, and the page itself."""
    zone = service.settings.zone
    conditions = _conditions(service, query, query.trees(collection), hazard_properties())
    if query.datetime is not None:
        period = Period.parse(query.datetime, zone)
        conditions.append(found_between(period.begin, period.end))
    rows = hazards(
        reading.connection,
        conditions=conditions,
        boxes=query.boxes(),
        after=query.after,
        limit=query.most + 1,
    )
    return [row.source_id for row in rows], write_hazards(rows[: query.most], crs, zone)


def _conditions(
    service: Service, query: ItemsQuery, trees: Sequence[Any], properties: dict[str, Property]
) -> list[ColumnElement[bool]]:
    reader = Filter(properties, service.settings.zone, known_crs(query.filter_crs))
    return [reader.condition(tree) for tree in trees]


def _page(
    request: Request,
    collection: Collection,
    reading: Reading,
    crs: NamedCrs,
    written: list[Written],
    last: str | None,
) -> Response:
    """A page; ``last`` is its last feature's key where more follow."""
    own = f"{base_of(request)}/collections/{collection.id}"
    links = [link("self", str(request.url), GEOJSON), link("collection", own, JSON)]
    if last is not None:
        links.append(link("next", str(request.url.include_query_params(after=last)), GEOJSON))
    head = {
        "type": "FeatureCollection",
        **reading.head,
        "numberReturned": len(written),
        "links": links,
    }
    begin = opening(head) + b',"features":['
    digests = hashlib.sha256(begin + b"".join(one.digest for one in written)).hexdigest()
    body = begin + b",".join(one.body for one in written) + b"]}"
    made = _geojson(
        request, collection, reading, crs, body, f'"r{reading.revision}-{digests[:20]}"'
    )
    if last is not None:
        made.headers["Link"] = f'<{links[-1]["href"]}>; rel="next"'
    return made


def _geojson(
    request: Request,
    collection: Collection,
    reading: Reading,
    crs: NamedCrs,
    body: bytes,
    tag: str | None = None,
) -> Response:
    made = answer(
        request,
        body,
        reading.revision,
        media_type=GEOJSON,
        tag=tag,
        private=collection.level is None,
    )
    made.headers["Content-Crs"] = f"<{crs.uri}>"
    return made

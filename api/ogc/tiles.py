"""Vector tiles of the boundaries and of hazards, and what describes them (OGC API - Tiles)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import numpy as np
from fastapi import Query, Request, Response

from api.answers import answer, etag
from api.ogc.boundaries import kept_boundaries
from api.ogc.collections import BOUNDARY_COLLECTIONS, Collection, find_collection
from api.ogc.documents import send_document
from api.ogc.drawing import EXACT_ZOOM, Drawing, MadeTile
from api.ogc.links import JSON, MVT, base_of, link
from api.ogc.matrices import CRS_OF_TILES, NAME, URI
from api.ogc.parameters import DocumentQuery, TileQuery
from api.ogc.routing import ogc_router
from api.reading import Reading, open_reading
from api.service import CurrentService, Service
from api.viewers import Resolver, require
from gisgrid.access import Right, Viewer
from gisgrid.errors import NotFound
from gisgrid.geometry.tiling import MAX_ZOOM, Tile, to_degrees, to_world
from gisgrid.geometry.vector_tiles import encode_points
from gisgrid.store.features import HAZARD_KINDS, hazards

__all__ = ["router"]

router = ogc_router()

# One tile of hazards has no more; those of the first ids are drawn.
_MOST_HAZARDS: Final = 20_000
_DRAWN_PROPERTIES: Final = tuple(name for name, kind in HAZARD_KINDS.items() if kind != "instant")
_LEVELS: Final = tuple(one.level for one in BOUNDARY_COLLECTIONS if one.level is not None)
_TILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {MVT: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get(
    f"/collections/{{collection}}/tiles/{NAME}/{{z}}/{{y}}/{{x}}",
    summary="A vector tile of one collection",
    responses=_TILE,
)
def collection_tile(
    request: Request,
    collection: str,
    z: int,
    y: int,
    x: int,
    query: Annotated[TileQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """A vector tile (MVT) with one layer, called as the level is, or `hazards`; for display."""
    found, tile = find_collection(collection), _existing(Tile(z, x, y))
    if found.level is None:
        require(request, viewer, Right.SEE_PLACES)
        return _hazard_tile(request, service, viewer, tile)
    return _boundary_tile(request, service, query, (found.level,), tile)


@router.get(
    f"/tiles/{NAME}/{{z}}/{{y}}/{{x}}",
    summary="A vector tile of all boundaries",
    responses=_TILE,
)
def dataset_tile(
    request: Request,
    z: int,
    y: int,
    x: int,
    query: Annotated[TileQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """A vector tile (MVT) with a layer for each level of boundaries; for display."""
    return _boundary_tile(request, service, query, _LEVELS, _existing(Tile(z, x, y)))


@router.get("/collections/{collection}/tiles", summary="The tilesets of a collection")
def collection_tilesets(
    request: Request,
    collection: str,
    query: DocumentQuery,
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """There is one, for web maps."""
    found = find_collection(collection)
    own = f"{base_of(request)}/collections/{found.id}/tiles"
    return _tilesets(request, service, own, found.title)


@router.get(f"/collections/{{collection}}/tiles/{NAME}", summary="A tileset")
def collection_tileset(
    request: Request,
    collection: str,
    query: DocumentQuery,
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """Where the tiles of a collection are, and what they hold."""
    found = find_collection(collection)
    own = f"{base_of(request)}/collections/{found.id}/tiles"
    return _tileset(request, service, own, found.title, (found,))


@router.get("/tiles", summary="The tilesets of all boundaries")
def dataset_tilesets(
    request: Request, query: DocumentQuery, service: CurrentService, viewer: Resolver
) -> Response:
    """There is one, for web maps."""
    return _tilesets(request, service, f"{base_of(request)}/tiles", "各级边界 / all boundaries")


@router.get(f"/tiles/{NAME}", summary="The tileset of all boundaries")
def dataset_tileset(
    request: Request, query: DocumentQuery, service: CurrentService, viewer: Resolver
) -> Response:
    """Where the tiles of all boundaries are, and what they hold."""
    own = f"{base_of(request)}/tiles"
    return _tileset(request, service, own, "各级边界 / all boundaries", BOUNDARY_COLLECTIONS)


def _existing(tile: Tile) -> Tile:
    if not tile.exists:
        raise NotFound(
            "there is no such tile",
            where=f"zoom {tile.zoom}, row {tile.row}, column {tile.column}",
            fix=f"zooms go to {MAX_ZOOM}; rows and columns to 2^zoom - 1",
        )
    return tile


def _boundary_tile(
    request: Request, service: Service, query: TileQuery, levels: tuple[str, ...], tile: Tile
) -> Response:
    """A tile as kept, or drawn now; its state is read from the record for each request."""
    with open_reading(service, query.datetime) as reading:
        state = (reading.revision, reading.asked)

        def draw() -> MadeTile:
            zoom = min(tile.zoom, EXACT_ZOOM)
            boundaries = kept_boundaries(service, reading)
            drawing = service.ogc.drawings.get((*state, zoom), lambda: Drawing(boundaries, zoom))
            return drawing.tile(levels, tile)

        made = service.ogc.tiles.get((*state, levels, tile), draw)
    return _send(request, reading, made, private=False)


def _hazard_tile(request: Request, service: Service, viewer: Viewer, tile: Tile) -> Response:
    """A tile drawn anew for each request, so that it is nobody else's and never stale."""
    west, north, east, south = tile.bounds
    corners = to_degrees(np.array([[west, south], [east, north]]))
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        rows = hazards(reading.connection, boxes=corners.reshape(1, 4), limit=_MOST_HAZARDS)
    degrees = np.array([[row.lon, row.lat] for row in rows], dtype=np.float64).reshape(-1, 2)
    units = np.rint(tile.units(to_world(degrees))).astype(np.int64)
    properties = {name: [getattr(row, name) for row in rows] for name in _DRAWN_PROPERTIES}
    properties = {"id": [row.source_id for row in rows], **properties}
    ids = np.array([row.id for row in rows], dtype=np.int64)
    body = encode_points("hazards", units, ids, properties)
    return _send(request, reading, MadeTile.of(body), private=True)


def _send(request: Request, reading: Reading, made: MadeTile, *, private: bool) -> Response:
    zipped = _takes_gzip(request.headers.get("accept-encoding", ""))
    body = made.gzipped if zipped else made.body
    sent = answer(
        request,
        body,
        reading.revision,
        media_type=MVT,
        tag=etag(reading.revision, body),
        private=private,
    )
    sent.headers["Vary"] = "Accept-Encoding"
    if zipped and sent.status_code == 200:
        sent.headers["Content-Encoding"] = "gzip"
    return sent


def _takes_gzip(accepted: str) -> bool:
    """Whether a client takes what is compressed; ``q=0`` says that it does not."""
    return re.search(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", accepted.lower()) is not None


def _tilesets(request: Request, service: Service, own: str, title: str) -> Response:
    one = {
        "title": title,
        "dataType": "vector",
        "crs": CRS_OF_TILES,
        "tileMatrixSetURI": URI,
        "links": [link("self", f"{own}/{NAME}", JSON, title)],
    }
    content = {"links": [link("self", own, JSON)], "tilesets": [one]}
    return send_document(request, service, content)


def _tileset(
    request: Request,
    service: Service,
    own: str,
    title: str,
    shown: tuple[Collection, ...],
) -> Response:
    content = {
        "title": title,
        "dataType": "vector",
        "crs": CRS_OF_TILES,
        "tileMatrixSetURI": URI,
        "layers": [
            {
                "id": one.level or one.id,
                "title": one.title,
                "dataType": "vector",
                "geometryDimension": 0 if one.level is None else 2,
            }
            for one in shown
        ],
        "links": [
            link("self", f"{own}/{NAME}", JSON, title),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme",
                f"{base_of(request)}/tileMatrixSets/{NAME}",
                JSON,
            ),
            link(
                "item",
                f"{own}/{NAME}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
                MVT,
                title,
                templated=True,
            ),
        ],
    }
    return send_document(request, service, content)

"""Where a client of OGC's API begins: the landing page, conformance, the collections."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request, Response

from api.access import CurrentViewer
from api.answers import json_answer
from api.ogc.boundaries import kept_boundaries
from api.ogc.collections import COLLECTIONS, Collection, describe, find_collection
from api.ogc.crs import listed_crs
from api.ogc.documents import send_document
from api.ogc.links import JSON, SCHEMA, base_of, link
from api.ogc.parameters import DocumentQuery
from api.ogc.queryables import queryables
from api.ogc.routing import ogc_router
from api.reading import Reading, open_reading
from api.service import CurrentService, Service
from api.viewers import Resolver
from gisgrid.access import Right
from gisgrid.store.features import hazard_extent

__all__ = ["router"]

router = ogc_router()

_FEATURES: Final = "http://www.opengis.net/spec/ogcapi-features"
_TILES: Final = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
_CQL2: Final = "http://www.opengis.net/spec/cql2/1.0/conf"
_CONFORMS: Final = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    *(f"{_FEATURES}-1/1.0/conf/{name}" for name in ("core", "geojson")),
    f"{_FEATURES}-2/1.0/conf/crs",
    *(
        f"{_FEATURES}-3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        f"{_CQL2}/{name}"
        for name in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "basic-spatial-functions",
        )
    ),
    *(
        f"{_TILES}/{name}"
        for name in ("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets")
    ),
    f"{_TILES}/mvt",
)


@router.get("", summary="Landing page")
def landing(
    request: Request, query: DocumentQuery, service: CurrentService, viewer: CurrentViewer
) -> Response:
    """Where everything else is found."""
    base = base_of(request)
    root = str(request.base_url).rstrip("/")
    content = {
        "title": "gisgrid: 网格 / grids",
        "description": "街镇、村居、微网格、警务区与隐患 / areas, units, micro-grids, "
        "police areas and hazards",
        "links": [
            link("self", base, JSON, "本页 / this document"),
            link(
                "service-desc",
                f"{root}/openapi.json",
                "application/vnd.oai.openapi+json;version=3.1",
                "接口定义 / API definition",
            ),
            link("service-doc", f"{root}/docs", "text/html", "接口说明 / API documentation"),
            link("conformance", f"{base}/conformance", JSON, "符合的标准 / conformance"),
            link("data", f"{base}/collections", JSON, "图层 / collections"),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
                f"{base}/tiles",
                JSON,
                "各级边界的矢量瓦片 / vector tiles of all boundaries",
            ),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
                f"{base}/tileMatrixSets",
                JSON,
                "瓦片矩阵集 / tile matrix sets",
            ),
        ],
    }
    return send_document(request, service, content)


@router.get("/conformance", summary="Conformance classes")
def conformance(
    request: Request, query: DocumentQuery, service: CurrentService, viewer: CurrentViewer
) -> Response:
    """The parts of the standards that hold here."""
    return send_document(request, service, {"conformsTo": list(_CONFORMS)})


@router.get("/collections", summary="The collections")
def collections(
    request: Request, query: DocumentQuery, service: CurrentService, viewer: Resolver
) -> Response:
    """All collections: the levels of grids, and the hazards that the viewer may see."""
    base = base_of(request)
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        content = {
            "links": [link("self", f"{base}/collections", JSON, "图层 / collections")],
            "crs": listed_crs(),
            "collections": [
                _described(service, reading, one, base) for one in COLLECTIONS.values()
            ],
        }
        return json_answer(request, content, reading, private=True)


@router.get("/collections/{collection}", summary="One collection")
def one_collection(
    request: Request,
    collection: str,
    query: DocumentQuery,
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """What a collection holds, where it lies and how it is asked."""
    found = find_collection(collection)
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        content = _described(service, reading, found, base_of(request))
        return json_answer(request, content, reading, private=found.level is None)


@router.get("/collections/{collection}/queryables", summary="What a filter may name")
def queryables_of(
    request: Request,
    collection: str,
    query: DocumentQuery,
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """The properties that filters of a collection may name, as a JSON schema."""
    found = find_collection(collection)
    address = f"{base_of(request)}/collections/{found.id}/queryables"
    return send_document(request, service, queryables(found, address), SCHEMA)


def _described(
    service: Service, reading: Reading, collection: Collection, base: str
) -> dict[str, Any]:
    if collection.level is None:
        # Empty for those who may not see hazards.
        return describe(collection, base, hazard_extent(reading.connection), None)
    layer = kept_boundaries(service, reading).layers[collection.level]
    if len(layer.codes) == 0:
        return describe(collection, base, None, None)
    west, south = layer.bounds[:, :2].min(axis=0).tolist()
    east, north = layer.bounds[:, 2:].max(axis=0).tolist()
    return describe(
        collection, base, [west, south, east, north], min(layer.properties["valid_from"])
    )

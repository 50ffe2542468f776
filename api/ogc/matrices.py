"""The one tile matrix set: WebMercatorQuad, the squares of all web maps."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request, Response

from api.ogc.documents import send_document
from api.ogc.links import JSON, base_of, link
from api.ogc.parameters import DocumentQuery
from api.ogc.routing import ogc_router
from api.service import CurrentService
from api.viewers import Resolver
from gisgrid.geometry.tiling import MAX_ZOOM

__all__ = ["CRS_OF_TILES", "NAME", "URI", "router"]

router = ogc_router()

NAME: Final = "WebMercatorQuad"
URI: Final = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{NAME}"
CRS_OF_TILES: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"
_HALF_WORLD_M: Final = 20_037_508.342789244
_PIXELS: Final = 256
# The size of a pixel on the screen that a scale is meant for.
_PIXEL_M: Final = 0.00028


@router.get("/tileMatrixSets", summary="The tile matrix sets")
def matrix_sets(
    request: Request, query: DocumentQuery, service: CurrentService, viewer: Resolver
) -> Response:
    """There is one, for web maps."""
    own = f"{base_of(request)}/tileMatrixSets/{NAME}"
    content = {
        "tileMatrixSets": [{"id": NAME, "uri": URI, "links": [link("self", own, JSON, NAME)]}]
    }
    return send_document(request, service, content)


@router.get(f"/tileMatrixSets/{NAME}", summary="The tile matrix set of web maps")
def matrix_set(
    request: Request, query: DocumentQuery, service: CurrentService, viewer: Resolver
) -> Response:
    """Scale and size of each zoom."""
    content = {
        "id": NAME,
        "title": "Google Maps Compatible for the World",
        "uri": URI,
        "crs": CRS_OF_TILES,
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "orderedAxes": ["X", "Y"],
        "tileMatrices": [_matrix(zoom) for zoom in range(MAX_ZOOM + 1)],
    }
    return send_document(request, service, content)


def _matrix(zoom: int) -> dict[str, Any]:
    cell = 2 * _HALF_WORLD_M / _PIXELS / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell / _PIXEL_M,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-_HALF_WORLD_M, _HALF_WORLD_M],
        "tileWidth": _PIXELS,
        "tileHeight": _PIXELS,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }

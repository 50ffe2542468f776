"""The tiles of a web map (WebMercatorQuad), and polygons cut and snapped to them.

A *world* coordinate is a place on the square map of the earth: 0 to 1 eastwards and southwards. A
tile of zoom z is one of 2^z by 2^z squares of it, and has `EXTENT` by `EXTENT` units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["BUFFER", "EXTENT", "MAX_ZOOM", "Tile", "snapped", "to_degrees", "to_world"]

EXTENT: Final = 4096
# Drawn beyond a tile's edge, so that the strokes of an outline do not end in sight.
BUFFER: Final = 64
MAX_ZOOM: Final = 24
# Where the map's square ends, in degrees.
_LAST_LATITUDE: Final = 85.0511287798066
_POLYGONAL: Final = (3, 6)


@dataclass(frozen=True)
class Tile:
    """One tile: its zoom, its column from the west and its row from the north."""

    zoom: int
    column: int
    row: int

    @property
    def exists(self) -> bool:
        """Whether the tile matrix has it."""
        side = 1 << self.zoom if 0 <= self.zoom <= MAX_ZOOM else 0
        return 0 <= self.column < side and 0 <= self.row < side

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, north, east and south with the buffer, in world coordinates."""
        side, margin = 0.5**self.zoom, BUFFER / EXTENT
        return (
            (self.column - margin) * side,
            (self.row - margin) * side,
            (self.column + 1 + margin) * side,
            (self.row + 1 + margin) * side,
        )

    def units(self, world: NDArray[np.float64]) -> NDArray[np.float64]:
        """World coordinates, shape (n, 2), in units of the tile, rightwards and downwards."""
        return (world * 2.0**self.zoom - (self.column, self.row)) * EXTENT


def to_world(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitude and latitude, shape (n, 2), as world coordinates; poles as the map's edge."""
    lat = np.radians(np.clip(degrees[:, 1], -_LAST_LATITUDE, _LAST_LATITUDE))
    return np.column_stack([degrees[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)])


def to_degrees(world: NDArray[np.float64]) -> NDArray[np.float64]:
    """World coordinates, shape (n, 2), as longitude and latitude."""
    lat = np.degrees(np.arctan(np.sinh((0.5 - world[:, 1]) * 2 * np.pi)))
    return np.column_stack([(world[:, 0] - 0.5) * 360, lat])


def snapped(polygons: NDArray[Any], tile: Tile) -> NDArray[Any]:
    """Cut polygons to a tile with its buffer and round them to its units.

    A vertex is rounded by itself, so neighbours that share it share it still. Where that makes a
    polygon cross itself it is mended by GEOS, which may part it from a neighbour by one unit.

    Parameters
    ----------
    polygons : ndarray of shapely Polygon or MultiPolygon, shape (n,)
        In world coordinates.

    Returns
    -------
    ndarray of shapely Polygon or MultiPolygon, shape (n,)
        In units of the tile, valid; empty where nothing larger than a unit is left.
    """
    placed = shapely.transform(polygons, tile.units)
    low, high = -BUFFER, EXTENT + BUFFER
    cut = shapely.clip_by_rect(placed, low, low, high, high)
    rounded = shapely.set_precision(cut, 1, mode="pointwise")
    rough = ~shapely.is_valid(rounded)
    rounded[rough] = shapely.set_precision(shapely.make_valid(rounded[rough]), 1)
    kept = np.isin(shapely.get_type_id(rounded), _POLYGONAL)
    rounded[~kept] = [_polygonal(one) for one in rounded[~kept]]
    return np.asarray(shapely.remove_repeated_points(rounded))


def _polygonal(geometry: Any) -> Any:
    """The polygons of a collection: a clip may leave points and lines beside them."""
    parts = shapely.get_parts(geometry)
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == _POLYGONAL[0]])

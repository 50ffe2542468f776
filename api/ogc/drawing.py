"""Boundaries drawn as vector tiles: simplified as a whole for each zoom, then cut into tiles."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from gisgrid.geometry.simplify import simplify_coverage, simplify_levels
from gisgrid.geometry.tiling import Tile, snapped, to_world
from gisgrid.geometry.vector_tiles import encode_polygons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from api.ogc.boundaries import Boundaries, Layer

__all__ = ["EXACT_ZOOM", "Drawing", "MadeTile", "tolerance_m"]

# From here on nothing is simplified.
EXACT_ZOOM: Final = 17
_EQUATOR_M: Final = 40_075_016.7
# Half a pixel where a tile is 512 wide.
_STEPS_ACROSS: Final = 1_024
_NESTED: Final = ("micro", "unit", "area")
_PROPERTIES: Final = ("code", "name", "parent", "special", "households")


@dataclass(frozen=True)
class MadeTile:
    """A tile, and the same compressed."""

    body: bytes
    gzipped: bytes

    @classmethod
    def of(cls, body: bytes) -> MadeTile:
        """Compress a tile; the same bytes give the same bytes."""
        return cls(body, gzip.compress(body, mtime=0))


def tolerance_m(zoom: int, latitude: float) -> float:
    """How far a zoom simplifies, in metres on the ground: half of what a screen can show."""
    if zoom >= EXACT_ZOOM:
        return 0.0
    return float(_EQUATOR_M * np.cos(np.radians(latitude)) / 2**zoom / _STEPS_ACROSS)


@dataclass(frozen=True)
class _DrawnLayer:
    layer: Layer
    shapes: NDArray[Any]  # in world coordinates
    tree: shapely.STRtree


class Drawing:
    """All boundaries of one state at one zoom; neighbours and levels meet as they did."""

    def __init__(self, boundaries: Boundaries, zoom: int) -> None:
        layers = boundaries.layers
        self._layers: Mapping[str, _DrawnLayer] = {
            level: _drawn(layers[level], shapes)
            for level, shapes in _simplified(layers, zoom).items()
        }

    def tile(self, levels: Sequence[str], tile: Tile) -> MadeTile:
        """One tile with a layer for each level that has grids there."""
        return MadeTile.of(b"".join(self._layer(level, tile) for level in levels))

    def _layer(self, level: str, tile: Tile) -> bytes:
        drawn = self._layers[level]
        near = np.sort(drawn.tree.query(shapely.box(*tile.bounds)))
        properties = {
            name: [drawn.layer.properties[name][one] for one in near] for name in _PROPERTIES
        }
        shapes = snapped(drawn.shapes[near], tile)
        return encode_polygons(level, shapes, drawn.layer.ids[near], properties)


def _drawn(layer: Layer, shapes: NDArray[Any]) -> _DrawnLayer:
    world = np.asarray(shapely.transform(shapes, to_world))
    tree = shapely.STRtree(world)
    # The tree is built by its first query, which no two threads may make at once.
    tree.query(shapely.box(0, 0, 1, 1))
    return _DrawnLayer(layer, world, tree)


def _simplified(layers: Mapping[str, Layer], zoom: int) -> dict[str, NDArray[Any]]:
    """The shapes of every level; borders that levels share stay the same lines."""
    bounds = np.vstack([layer.bounds for layer in layers.values()])
    latitude = float(bounds[:, [1, 3]].mean()) if len(bounds) else 0.0
    metres = tolerance_m(zoom, latitude)
    nested = simplify_levels([layers[level].shapes for level in _NESTED], metres)
    police = simplify_coverage(layers["police"].shapes, metres)
    return {**dict(zip(_NESTED, nested, strict=True)), "police": police}

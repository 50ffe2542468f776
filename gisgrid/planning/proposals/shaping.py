"""Cells put together to grids: borders without the vertices that only cells needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.planning.edits.plane import Plane
from gisgrid.planning.proposals.cells import dissolved

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["grids_of"]

# A vertex this near to the line between its neighbours bends nothing (metres).
_STRAIGHT_M: Final = 0.0005


def grids_of(
    shapes: NDArray[np.object_], label: NDArray[np.int64], known: NDArray[np.float64]
) -> NDArray[np.object_]:
    """The grids that cells make.

    Known vertices stay, and so do those where borders meet and those that bend one; the others,
    at which cells met, go, from both sides of a border alike.

    Parameters
    ----------
    shapes : array of Polygon, shape (n,)
    label : int64 array, shape (n,)
        The grid of each cell, numbered from 0.
    known : float64 array, shape (k, 2)
        Degrees.

    Returns
    -------
    array of Polygon or MultiPolygon
    """
    grids = dissolved(shapes, label)
    rings = shapely.get_rings(shapely.get_parts(grids))
    needless = _needless(rings, np.unique(known, axis=0))
    if len(needless) == 0:
        return grids
    gone = {(x, y) for x, y in needless.tolist()}
    return np.array([_without(grid, gone) for grid in grids], dtype=object)


def _needless(rings: NDArray[np.object_], known: NDArray[np.float64]) -> NDArray[np.float64]:
    """The vertices, none of them known, at which one border runs straight on."""
    points, ring = shapely.get_coordinates(rings, return_index=True)
    vertices, at = np.unique(points, axis=0, return_inverse=True)
    runs = ring[:-1] == ring[1:]
    steps = np.unique(np.sort(np.column_stack([at[:-1], at[1:]])[runs], axis=1), axis=0)
    both = np.vstack([steps, steps[:, ::-1]])
    both = both[np.argsort(both[:, 0], kind="stable")]
    degree = np.bincount(both[:, 0], minlength=len(vertices))
    first = np.concatenate([[0], np.cumsum(degree)[:-1]])
    plain = np.flatnonzero(degree == 2)
    flat = Plane((float(vertices[0, 0]), float(vertices[0, 1]))).flat(vertices)
    here, one, other = flat[plain], flat[both[first[plain], 1]], flat[both[first[plain] + 1, 1]]
    base, way = other - one, here - one
    across = np.abs(base[:, 0] * way[:, 1] - base[:, 1] * way[:, 0])
    straight = across <= _STRAIGHT_M * np.maximum(np.hypot(*base.T), _STRAIGHT_M)
    ahead = (base * way).sum(axis=1) > 0.0
    found = vertices[plain[straight & ahead]]
    both_kinds = np.vstack([known, found])
    _, index, times = np.unique(both_kinds, axis=0, return_index=True, return_counts=True)
    return np.asarray(both_kinds[index[(times == 1) & (index >= len(known))]])


def _without(shape: shapely.Geometry, gone: set[tuple[float, float]]) -> shapely.Geometry:
    """A polygon without some of its vertices."""
    parts = []
    for part in shapely.get_parts(shape):
        rings = [_thinned(ring, gone) for ring in shapely.get_rings(part)]
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _thinned(ring: shapely.Geometry, gone: set[tuple[float, float]]) -> list[tuple[float, float]]:
    points = [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
    kept = [point for point in points[:-1] if point not in gone]
    return [*kept, kept[0]] if len(kept) > 2 else points

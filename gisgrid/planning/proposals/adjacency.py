"""Which polygons of a coverage share borders, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SharedEdges", "shared_edges"]


@dataclass(frozen=True)
class SharedEdges:
    """Edges that two polygons have in common, each once.

    Attributes
    ----------
    one, other : int64 arrays, shape (n,)
        The polygons; ``one`` comes first.
    ends : float64 array, shape (n, 2, 2)
        Degrees.
    """

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    ends: NDArray[np.float64]


def shared_edges(shapes: NDArray[np.object_]) -> SharedEdges:
    """Find the edges that are, to the last bit, edges of two polygons.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon, shape (n,)
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    here = np.flatnonzero(ring[:-1] == ring[1:])
    ends = np.stack([points[here], points[here + 1]], axis=1)
    turned = (ends[:, 0, 0] > ends[:, 1, 0]) | (
        (ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1])
    )
    ends[turned] = ends[turned][:, ::-1]
    of = owner[part[ring[here]]].astype(np.int64)
    order = np.lexsort((of, *ends.reshape(-1, 4).T))
    ends, of = ends[order], of[order]
    twin = np.flatnonzero((ends[:-1] == ends[1:]).all(axis=(1, 2)) & (of[:-1] != of[1:]))
    return SharedEdges(of[twin], of[twin + 1], ends[twin])

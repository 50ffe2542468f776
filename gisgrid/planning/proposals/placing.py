"""Which polygon points lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["first_at", "nearest_to"]


def first_at(shapes: NDArray[np.object_], points: NDArray[np.float64]) -> NDArray[np.int64]:
    """The first of some polygons that covers each point, -1 for none."""
    found = np.full(len(points), -1, dtype=np.int64)
    pairs = shapely.STRtree(shapes).query(shapely.points(points), predicate="covered_by")
    point, shape = pairs[:, np.argsort(-pairs[1], kind="stable")]
    found[point] = shape
    return found


def nearest_to(shapes: NDArray[np.object_], points: NDArray[np.float64]) -> NDArray[np.int64]:
    """The first of some polygons that covers each point, else the nearest."""
    found = first_at(shapes, points)
    lost = np.flatnonzero(found < 0)
    found[lost] = shapely.STRtree(shapes).nearest(shapely.points(points[lost]))
    return found

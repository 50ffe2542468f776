"""Polygons of one level that cover the same ground twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike

from gisgrid.geometry.crs import GeometryArray
from gisgrid.geometry.metric import areas_m2

__all__ = ["TOLERANCE_M2", "Overlap", "overlaps"]

TOLERANCE_M2 = 1.0
"""Overlaps up to this many square metres are left out.

Borders that are digitised once and stored in degrees to 7 decimals (a centimetre) overlap by
0.01 m² along each metre that two sides round differently; a square metre is far below anything
a person stands on, and real double claims are hundreds of times larger.
"""


@dataclass(frozen=True)
class Overlap:
    """Two polygons (positions, ``i < j``), the area they share and a place inside it."""

    i: int
    j: int
    area_m2: float
    place: tuple[float, float]


def overlaps(
    polygons: ArrayLike | GeometryArray, tolerance_m2: float = TOLERANCE_M2
) -> list[Overlap]:
    """Find the pairs that overlap by more than a tolerance.

    Parameters
    ----------
    polygons : array of valid shapely polygons
        Of one level, in WGS 84 degrees; None is passed over.
    tolerance_m2 : float
        Largest shared area that is no finding, in square metres.

    Returns
    -------
    list of Overlap
        By `i`, then `j`.
    """
    shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    # Neighbours that share a border and no more are told apart faster than cut out.
    doubled = ~shapely.touches(shapes[first], shapes[second])
    first, second = first[doubled], second[doubled]
    shared = np.asarray(shapely.intersection(shapes[first], shapes[second]), dtype=object)
    areas = areas_m2(shared)
    found = np.flatnonzero(areas > tolerance_m2)
    inside = shapely.get_coordinates(shapely.point_on_surface(shared[found]))
    order = np.lexsort((second[found], first[found]))
    return [
        Overlap(
            int(first[found[k]]),
            int(second[found[k]]),
            float(areas[found[k]]),
            (float(inside[k, 0]), float(inside[k, 1])),
        )
        for k in order
    ]

"""Which ground changed hands between two states of a coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from gisgrid.geometry.metric import areas_m2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["LEAST_M2", "ROUNDING", "Ground", "moved_ground", "same_ground"]

# Cutting leaves threads along a border that did not move: no ground that anybody stands on.
LEAST_M2: Final = 0.01

# What a new vertex on an edge can change of an area, as a share of it.
ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Ground:
    """Ground that one grid lost and another gained.

    Attributes
    ----------
    source, target : int
        The grids, by their keys.
    area_m2 : float
    share : float
        Of the area that the source had before, 0 to 1.
    """

    source: int
    target: int
    area_m2: float
    share: float


def moved_ground(before: Mapping[int, Any], after: Mapping[int, Any]) -> list[Ground]:
    """The ground that went from one grid of a level to another.

    Parameters
    ----------
    before, after : mapping of key to valid shapely Polygon or MultiPolygon
        Degrees; grids that have the same shape in both may be left out.

    Returns
    -------
    list of Ground
        By source, then target; pieces below 0.01 m² are left out.
    """
    sources, lost = _differences(before, after)
    targets, gained = _differences(after, before)
    tree = shapely.STRtree(gained)
    first, second = tree.query(lost, predicate="intersects")
    # What meets at a border only is told apart faster than cut.
    deep = ~shapely.touches(lost[first], gained[second])
    first, second = first[deep], second[deep]
    areas = areas_m2(shapely.intersection(lost[first], gained[second]))
    whole = dict(zip(sources, areas_m2([before[key] for key in sources]), strict=True))
    found = [
        Ground(sources[i], targets[j], float(area), min(float(area / whole[sources[i]]), 1.0))
        for i, j, area in zip(first, second, areas, strict=True)
        if area >= LEAST_M2 and sources[i] != targets[j]
    ]
    return sorted(found, key=lambda one: (one.source, one.target))


def same_ground(one: Any, other: Any) -> bool:
    """Whether two valid polygons differ at most by vertices on their edges."""
    if shapely.equals_identical(one, other):
        return True
    areas = shapely.area([one, other])
    if abs(areas[0] - areas[1]) > ROUNDING * areas.max():
        return False
    fewer, more = sorted(
        (set(map(tuple, shapely.get_coordinates(shape).tolist())) for shape in (one, other)),
        key=len,
    )
    return fewer <= more


def _differences(
    one: Mapping[int, Any], other: Mapping[int, Any]
) -> tuple[list[int], NDArray[np.object_]]:
    """What each grid of a state has that it has not in the other."""
    keys = list(one)
    whole = np.array([one[key] for key in keys], dtype=object)
    rest = np.array([other.get(key) for key in keys], dtype=object)
    kept = np.array([shape is not None for shape in rest], dtype=np.bool_)
    whole[kept] = shapely.difference(whole[kept], rest[kept])
    return keys, whole

"""Lines half-way between buildings: where a block is divided among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.planning.edits.plane import Plane
from gisgrid.planning.proposals.adjacency import shared_edges
from gisgrid.planning.proposals.placing import first_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.planning.proposals.ground import Homes

__all__ = ["halfway_lines"]

# Footprints count by points so far apart (metres) where a block is divided among them.
_STEP_M: Final = 6.0


@dataclass(frozen=True)
class _Sites:
    """Points that ground is divided by: of footprints and of homes, with their building."""

    points: NDArray[np.float64]
    building: NDArray[np.int64]


def halfway_lines(blocks: NDArray[np.object_], homes: Homes) -> list[shapely.MultiLineString]:
    """The lines half-way between buildings, in each block that has several.

    Parameters
    ----------
    blocks : array of Polygon, shape (n,)
        WGS 84 degrees.
    homes : Homes
    """
    sites = _sites(homes)
    at = first_at(blocks, sites.points)
    order = np.argsort(at, kind="stable")
    order = order[at[order] >= 0]
    if len(order) == 0:
        return []
    groups = np.split(order, np.flatnonzero(np.diff(at[order])) + 1)
    found = []
    for group in groups:
        points, building = sites.points[group], sites.building[group]
        if (building != building[0]).any():
            found.append(_half_way(blocks[at[group[0]]], points, building))
    return found


def _sites(homes: Homes) -> _Sites:
    """Footprints as points, and homes; homes without a building are buildings of their own."""
    alone = homes.buildings < 0
    building = homes.buildings.copy()
    building[alone] = len(homes.outlines) + np.arange(alone.sum())
    used = np.unique(homes.buildings[~alone])
    outlines = shapely.boundary(homes.outlines[used])
    step = _STEP_M / Plane((0.0, 0.0)).scale[1]
    points, of = shapely.get_coordinates(shapely.segmentize(outlines, step), return_index=True)
    return _Sites(np.vstack([points, homes.points]), np.concatenate([used[of], building]))


def _half_way(
    block: shapely.Polygon, points: NDArray[np.float64], building: NDArray[np.int64]
) -> shapely.MultiLineString:
    plane = Plane((float(points[0, 0]), float(points[0, 1])))
    # Points of two buildings may fall together; one of them is enough.
    flat, first = np.unique(plane.flat(points).round(3), axis=0, return_index=True)
    building = building[first]
    if (building == building[0]).all():
        return shapely.MultiLineString()
    around = shapely.transform(block, plane.flat)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(flat), extend_to=around, ordered=True)
    )
    edges = shared_edges(cells)
    parts = building[edges.one] != building[edges.other]
    lines = shapely.multilinestrings([*edges.ends[parts]])
    clipped = shapely.intersection(lines, around)

    def degrees(metres: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(metres / plane.scale + np.array(plane.origin))

    found: shapely.MultiLineString = shapely.transform(clipped, degrees)
    return found

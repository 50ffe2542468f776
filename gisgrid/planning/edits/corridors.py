"""Ways over ground between buildings, so that what is to be moved reaches the border; metres."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from gisgrid.planning.edits.drawing import Coords

__all__ = ["connect"]

# Half of a way's breadth.
_HALF_M = 1.5
# Borders are computed where ways are cut off.
_CLOSE_M = 0.05
# A shorter border with the neighbour is none.
_LEAST_BORDER_M = 1.0
# Other buildings are kept from by places this far apart on their walls.
_STEP_M = 4.0


def connect(
    parts: NDArray[np.object_],
    beside: BaseGeometry,
    grid: BaseGeometry,
    others: NDArray[np.object_],
) -> BaseGeometry | None:
    """Parts of a grid with ways from each of them to a border, none of them over a building.

    Parameters
    ----------
    parts : array of Polygon
    beside : LineString or MultiLineString
        The part of the grid's border that all has to reach.
    grid : Polygon or MultiPolygon
    others : array of shapely geometries
        Footprints that ways keep away from.

    Returns
    -------
    Polygon, MultiPolygon or None
        None where a part cannot be connected, or there is none.
    """
    if len(parts) == 0:
        return None
    near = shapely.buffer(beside, _CLOSE_M)
    touching = shapely.length(shapely.intersection(shapely.boundary(parts), near))
    ways = [*parts]
    apart = parts[touching < _LEAST_BORDER_M]
    if len(apart):
        steps = _steps(grid, others)
        for part in apart:
            way = _way(part, beside, steps)
            if way is None:
                return None
            ways.append(way)
    return shapely.union_all(ways)


def _steps(grid: BaseGeometry, others: NDArray[np.object_]) -> Coords:
    """Steps along which a way may run, midway between buildings or along the border, (n, 2, 2)."""
    inside = shapely.buffer(grid, -_HALF_M)
    walls = shapely.segmentize(shapely.boundary(others), _STEP_M)
    sites = shapely.MultiPoint(np.unique(shapely.get_coordinates(walls), axis=0))
    midway = shapely.voronoi_polygons(sites, extend_to=grid, only_edges=True)
    drawn = [shapely.intersection(midway, inside), shapely.boundary(inside)]
    lines = shapely.get_parts(shapely.union_all(np.array(drawn, dtype=object)))
    points, line = shapely.get_coordinates(shapely.segmentize(lines, _STEP_M), return_index=True)
    steps = np.stack([points[:-1], points[1:]], axis=1)[line[:-1] == line[1:]]
    near = shapely.STRtree(others).query(
        _geometries(shapely.linestrings(steps)), predicate="dwithin", distance=_HALF_M
    )[0]
    return np.delete(steps, np.unique(near), axis=0)


def _way(part: BaseGeometry, beside: BaseGeometry, steps: Coords) -> BaseGeometry | None:
    """The shortest way from ground to a border, as broad as ways are; None where there is none."""
    nodes, ends = np.unique(np.round(steps.reshape(-1, 2), 3), axis=0, return_inverse=True)
    places = _geometries(shapely.points(nodes))
    starts, goals = (
        np.flatnonzero(shapely.dwithin(places, shape, _HALF_M + _CLOSE_M))
        for shape in (part, beside)
    )
    if len(starts) == 0 or len(goals) == 0:
        return None
    start, stop = ends.reshape(-1, 2).T
    length = np.hypot(*(nodes[start] - nodes[stop]).T)
    graph = coo_array((length, (start, stop)), shape=(len(nodes), len(nodes))).tocsr()
    far, onward, _ = dijkstra(
        graph, directed=False, indices=goals, min_only=True, return_predecessors=True
    )
    path = [int(starts[np.argmin(far[starts])])]
    if not np.isfinite(far[path[0]]):
        return None
    while onward[path[-1]] >= 0:
        path.append(int(onward[path[-1]]))
    line = [
        *_beyond(places[path[0]], part)[::-1],
        *nodes[path].tolist(),
        *_beyond(places[path[-1]], beside),
    ]
    return shapely.buffer(shapely.LineString(line), _HALF_M, cap_style="square", join_style="mitre")


def _beyond(place: BaseGeometry, shape: BaseGeometry) -> list[list[float]]:
    """The nearest point of a shape, and one further on."""
    (x, y), (to_x, to_y) = shapely.get_coordinates(shapely.shortest_line(place, shape)).tolist()
    length = float(np.hypot(to_x - x, to_y - y))
    if length == 0.0:
        return []
    share = 1.0 + _HALF_M / length
    return [[to_x, to_y], [x + (to_x - x) * share, y + (to_y - y) * share]]


def _geometries(made: object) -> NDArray[np.object_]:
    """What shapely made of an array of coordinates: an array, whatever its types say."""
    return np.asarray(made, dtype=object)

"""New vertices on existing edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gisgrid.planning.edits.drawing import Coords, Point
from gisgrid.planning.edits.noding import Edge, edge_of

__all__ = ["insert_nodes"]


def insert_nodes(
    shapes: Sequence[BaseGeometry], nodes: Mapping[Edge, Sequence[Point]]
) -> list[BaseGeometry]:
    """Put new vertices into the rings of polygons.

    Parameters
    ----------
    shapes : sequence of Polygon or MultiPolygon
    nodes : mapping of edge to sequence of (lon, lat)
        From the edge's lower end to its higher one.

    Returns
    -------
    list of Polygon or MultiPolygon
        The same objects where no ring has such an edge.
    """
    wanted = {edge: points for edge, points in nodes.items() if len(points)}
    found = [*shapes]
    if not wanted or not found:
        return found
    ends = np.array([*wanted]).reshape(-1, 2)
    low, high = ends.min(axis=0), ends.max(axis=0)
    boxes = shapely.bounds(np.array(found, dtype=object))
    apart = np.asarray(np.hstack([boxes[:, :2] > high, boxes[:, 2:] < low]).any(axis=1))
    for k in np.flatnonzero(~apart).tolist():
        found[k] = _with_nodes(found[k], wanted, low, high)
    return found


def _with_nodes(
    shape: BaseGeometry, nodes: Mapping[Edge, Sequence[Point]], low: Coords, high: Coords
) -> BaseGeometry:
    kind, points, offsets = shapely.to_ragged_array([shape])
    within = np.asarray(np.hstack([points >= low, points <= high]).all(axis=1))
    at: list[int] = []
    new: list[Point] = []
    # No edge leads from the end of a ring to the next one.
    starts = within[:-1] & within[1:]
    starts[offsets[0][1:-1] - 1] = False
    for k in np.flatnonzero(starts).tolist():
        (a, b), (c, d) = points[k : k + 2].tolist()
        start, edge = (a, b), edge_of((a, b), (c, d))
        if edge in nodes:
            listed = nodes[edge] if edge[0] == start else nodes[edge][::-1]
            at += [k + 1] * len(listed)
            new += listed
    if not new:
        return shape
    rings = offsets[0] + np.searchsorted(at, offsets[0], side="left")
    longer = np.insert(points, at, np.array(new), axis=0)
    made = shapely.from_ragged_array(kind, longer, (rings, *offsets[1:]))
    return made[0]  # type: ignore[no-any-return]

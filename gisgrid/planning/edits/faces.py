"""Polygons cut along noded lines and put together again, without computing a coordinate.

Nothing here makes a vertex: lines run from existing vertex to existing vertex, and faces keep
the coordinates that they are made of. That is why neighbours and levels still fit afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisgrid.planning.edits.drawing import Coords, Point
from gisgrid.planning.edits.noding import Edge, edge_of
from gisgrid.planning.edits.stack import Box

__all__ = ["Chord", "border", "chords", "edges_of", "faces", "inside", "unite", "without"]

Chord = list[Point]
"""A line through a polygon from border vertex to border vertex, or a ring inside it."""


def edges_of(shapes: Sequence[BaseGeometry], box: Box | None = None) -> Coords:
    """The edges of polygons as their rings run, shape (n, 2, 2); those that meet a box."""
    parts = shapely.get_parts(np.array([*shapes], dtype=object))
    points, ring = shapely.get_coordinates(shapely.get_rings(parts), return_index=True)
    edges = np.stack([points[:-1], points[1:]], axis=1)
    # A vertex may be repeated within a valid ring.
    kept = (ring[:-1] == ring[1:]) & (edges[:, 0] != edges[:, 1]).any(axis=1)
    if box is not None:
        low, high = edges.min(axis=1), edges.max(axis=1)
        kept &= (low <= box[2:]).all(axis=1) & (high >= box[:2]).all(axis=1)
    return np.asarray(edges[kept])


def border(shape: BaseGeometry, box: Box | None = None) -> set[Edge]:
    """The edges of a polygon, whichever way they run; those that meet a box."""
    return {
        edge_of((a, b), (c, d))
        for (a, b), (c, d) in edges_of([shape], box).tolist()
    }  # fmt: skip


def chords(path: Sequence[Point], shape: BaseGeometry) -> list[Chord]:
    """The parts of a noded line that cut a polygon.

    Parameters
    ----------
    path : sequence of (lon, lat)
        With a vertex wherever it meets the polygon's border; a ring ends where it begins.
    shape : Polygon or MultiPolygon

    Returns
    -------
    list of Chord
        In the line's direction. Ends that hang in the air are left out.
    """
    if len(path) < 2:
        return []
    edges = border(shape, _bounds(path))
    corners = {point for edge in edges for point in edge}
    closed = path[0] == path[-1]
    if closed:
        path = _begin_on(path, corners)
    pieces = np.array([path[:-1], path[1:]]).transpose(1, 0, 2)
    within = inside(shape, pieces.mean(axis=1))
    found: list[Chord] = []
    run: Chord = []
    for k, (one, other) in enumerate(pairwise(path)):
        if not within[k] or edge_of(one, other) in edges:
            run = []
            continue
        run = [*run, other] if run else [one, other]
        if other in corners:
            found.append(run)
            run = []
    if run and closed and run[0] == run[-1]:
        found.append(run)
    return [chord for chord in found if chord[0] in corners or chord[0] == chord[-1]]


def faces(shape: BaseGeometry, cuts: Sequence[Chord]) -> list[BaseGeometry]:
    """The polygons into which chords cut a polygon; its parts where there are none."""
    if not cuts:
        return [*shapely.get_parts(shape)]
    rings = shapely.get_rings(shapely.get_parts(shape))
    nodes = {end for chord in cuts for end in (chord[0], chord[-1])} | _touching(rings)
    lines = [line for ring in rings for line in _split(ring, nodes)]
    # Edge by edge, for lines may touch each other within the polygon.
    lines += [shapely.LineString(step) for chord in cuts for step in pairwise(chord)]
    cells = shapely.get_parts(shapely.polygonize(lines))
    here = inside(shape, shapely.get_coordinates(shapely.point_on_surface(cells)))
    return [*cells[here]]


def without(shape: BaseGeometry, ground: BaseGeometry) -> BaseGeometry | None:
    """A polygon less ground whose edges are its own or run through it; None if none is left."""
    edges = border(shape, _box(ground))
    cuts = [[*edge] for edge in border(ground) - edges]
    cells = np.array(faces(shape, cuts), dtype=object)
    taken = inside(ground, shapely.get_coordinates(shapely.point_on_surface(cells)))
    return unite([*cells[~taken]]) if not taken.all() else None


def unite(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """The union of polygons that share their borders vertex for vertex and do not overlap."""
    parts = shapely.get_parts(np.array([*shapes], dtype=object))
    return parts[0] if len(parts) == 1 else _solid(shapely.coverage_union_all(parts))


def inside(shape: BaseGeometry, points: Coords) -> NDArray[np.bool_]:
    """Whether each of some points lies in the interior of a polygon."""
    shapely.prepare(shape)
    return np.asarray(shapely.contains_xy(shape, points[:, 0], points[:, 1]), dtype=bool)


def _begin_on(ring: Sequence[Point], corners: Collection[Point]) -> Sequence[Point]:
    """A ring that begins at one of its vertices on a border, if it has any."""
    start = next((k for k, point in enumerate(ring) if point in corners), 0)
    return [*ring[start:-1], *ring[: start + 1]]


def _touching(rings: NDArray[np.object_]) -> set[Point]:
    """The vertices at which rings touch each other."""
    if len(rings) == 1:
        return set()
    points = np.vstack([shapely.get_coordinates(ring)[:-1] for ring in rings])
    once, times = np.unique(points, axis=0, return_counts=True)
    return {(x, y) for x, y in once[times > 1].tolist()}


def _split(ring: BaseGeometry, nodes: set[Point]) -> list[BaseGeometry]:
    """A ring as lines from node to node."""
    points = shapely.get_coordinates(ring)[:-1]
    ends = np.isin(points[:, 0], [x for x, _ in nodes]).nonzero()[0]
    at = [k for k in ends.tolist() if (points[k, 0], points[k, 1]) in nodes]
    if not at:
        return [ring]
    points = np.vstack([points[at[0] :], points[: at[0] + 1]])
    cuts = [*(k - at[0] for k in at), len(points) - 1]
    return [shapely.LineString(points[first : last + 1]) for first, last in pairwise(cuts)]


def _solid(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon([*parts])


def _bounds(path: Sequence[Point]) -> Box:
    points = np.array(path)
    (west, south), (east, north) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return west, south, east, north


def _box(shape: BaseGeometry) -> Box:
    west, south, east, north = map(float, shapely.bounds(shape))
    return west, south, east, north

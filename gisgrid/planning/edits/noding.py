"""Where a drawn line meets existing borders: each meeting is computed once, as one vertex.

A vertex that exists within a millimetre of the line is used instead of a new one. So what is
left to compute are crossings of which both lines run on for more than a millimetre to either
side, where signs and positions are safe in floating point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.errors import InputError
from gisgrid.planning.edits.drawing import Coords, Point, place
from gisgrid.planning.edits.plane import Plane

__all__ = ["SNAP_M", "Edge", "Noded", "edge_of", "node_path"]

SNAP_M = 0.001
"""Within so many metres of a drawn line an existing vertex becomes a vertex of that line."""

Edge = tuple[Point, Point]

_ROUNDS = 20


@dataclass(frozen=True)
class Noded:
    """A drawn line and the borders that it meets.

    Attributes
    ----------
    path : list of (lon, lat)
        The line with a vertex wherever it meets a border.
    nodes : mapping of edge to list of (lon, lat)
        New vertices of existing edges, from the edge's lower end to its higher one.
    """

    path: list[Point]
    nodes: dict[Edge, list[Point]]


@dataclass
class _Borders:
    """Existing edges: in degrees, in metres about the drawing, and the nodes they get."""

    edges: Coords
    metric: Plane

    def __post_init__(self) -> None:
        self.plane = self.metric.flat(self.edges)
        self.tree = shapely.STRtree(_geometries(shapely.linestrings(self.plane)))
        self.nodes: dict[int, dict[Point, float]] = {}

    def add(self, edge: int, share: float) -> Point:
        """A new vertex at a share of an edge's length."""
        start, end = self.edges[edge]
        lon, lat = (start + share * (end - start)).tolist()
        self.nodes.setdefault(edge, {})[lon, lat] = share
        return lon, lat

    def near(self, shapes: NDArray[np.object_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        pairs = self.tree.query(shapes, predicate="dwithin", distance=SNAP_M)
        return pairs[0], pairs[1]


def edge_of(one: Point, other: Point) -> Edge:
    """An edge whichever way it is read: its lower end first."""
    return (one, other) if one <= other else (other, one)


def node_path(path: Coords, edges: Coords) -> Noded:
    """Give a drawn line and the edges that it meets the vertices where they meet.

    Parameters
    ----------
    path : ndarray of float64, shape (n, 2)
        Degrees; a ring ends where it begins.
    edges : ndarray of float64, shape (m, 2, 2)
        Each once, the lower end first.

    Raises
    ------
    InputError
        The line runs to and fro among vertices a millimetre apart.
    """
    if len(edges) == 0:
        return Noded(_once([(x, y) for x, y in path.tolist()]), {})
    borders = _Borders(edges, Plane(_point(path[0])))
    line = _once(_snap_vertices(path, borders))
    for _ in range(_ROUNDS):
        bent = _once(_through_vertices(line, borders))
        if bent == line:
            break
        line = bent
    else:
        raise InputError(
            "the line runs too close along borders to follow it",
            where=place(path[0]),
            fix="draw it on the border or a metre away",
        )
    line = _once(_crossings(line, borders))
    nodes = {
        _edge_at(borders, edge): sorted(found, key=found.__getitem__)
        for edge, found in borders.nodes.items()
    }
    return Noded(line, nodes)


def _snap_vertices(path: Coords, borders: _Borders) -> list[Point]:
    """Drawn vertices within a millimetre of a border put onto it."""
    flat = borders.metric.flat(path)
    of, edge = borders.near(_geometries(shapely.points(flat)))
    snapped = {k: (x, y) for k, (x, y) in enumerate(path.tolist())}
    ends = borders.plane[edge]
    away = np.linalg.norm(ends - flat[of][:, None], axis=2)
    on_edge: dict[int, int] = {}
    on_vertex: dict[int, float] = {}
    for pair, (k, e) in enumerate(zip(of.tolist(), edge.tolist(), strict=True)):
        end = int(away[pair].argmin())
        if away[pair, end] > SNAP_M:
            on_edge[k] = e
        elif away[pair, end] < on_vertex.get(k, np.inf):
            on_vertex[k] = float(away[pair, end])
            snapped[k] = _point(borders.edges[e, end])
    for k, e in on_edge.items():
        if k not in on_vertex:
            start, along = borders.plane[e, 0], borders.plane[e, 1] - borders.plane[e, 0]
            snapped[k] = borders.add(e, float((flat[k] - start) @ along / (along @ along)))
    return [snapped[k] for k in range(len(path))]


def _through_vertices(line: list[Point], borders: _Borders) -> list[Point]:
    """Bend a line through the existing vertices that it passes within a millimetre."""
    flat, segment, edge = _meetings(line, borders)
    through: dict[int, dict[Point, float]] = {}
    start, along = flat[segment], flat[segment + 1] - flat[segment]
    for end in (0, 1):
        corner = borders.plane[edge, end]
        share = ((corner - start) * along).sum(axis=1) / (along * along).sum(axis=1)
        away = np.linalg.norm(start + share[:, None] * along - corner, axis=1)
        for k in np.flatnonzero((away <= SNAP_M) & (share > 0.0) & (share < 1.0)).tolist():
            vertex, at = _point(borders.edges[edge[k], end]), int(segment[k])
            if vertex not in (line[at], line[at + 1]):
                through.setdefault(at, {})[vertex] = float(share[k])
    return _with(line, through)


def _crossings(line: list[Point], borders: _Borders) -> list[Point]:
    """Put a vertex where a line crosses an edge, into both."""
    flat, segment, edge = _meetings(line, borders)
    through: dict[int, dict[Point, float]] = {}
    for s, e in zip(segment.tolist(), edge.tolist(), strict=True):
        known = {*_edge_at(borders, e), *borders.nodes.get(e, {})}
        if line[s] in known or line[s + 1] in known:
            continue
        (a, b), (c, d) = (flat[s], flat[s + 1]), borders.plane[e]
        left, right = _turn(c, d, a), _turn(c, d, b)
        low, high = _turn(a, b, c), _turn(a, b, d)
        if left * right < 0.0 and low * high < 0.0:
            vertex = borders.add(e, low / (low - high))
            through.setdefault(s, {})[vertex] = left / (left - right)
    return _with(line, through)


def _meetings(
    line: list[Point], borders: _Borders
) -> tuple[Coords, NDArray[np.intp], NDArray[np.intp]]:
    """The line in metres, and the pairs of its segments and of edges that come near."""
    flat = borders.metric.flat(np.array(line))
    if len(line) < 2:
        none = np.empty(0, dtype=np.intp)
        return flat, none, none
    segments = shapely.linestrings(np.stack([flat[:-1], flat[1:]], axis=1))
    return flat, *borders.near(_geometries(segments))


def _with(line: list[Point], through: dict[int, dict[Point, float]]) -> list[Point]:
    longer: list[Point] = []
    for k, point in enumerate(line):
        longer.append(point)
        found = through.get(k, {})
        longer.extend(sorted(found, key=found.__getitem__))
    return longer


def _once(line: list[Point]) -> list[Point]:
    return [point for k, point in enumerate(line) if k == 0 or point != line[k - 1]]


def _turn(a: Coords, b: Coords, c: Coords) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def _point(coords: Coords) -> Point:
    return float(coords[0]), float(coords[1])


def _edge_at(borders: _Borders, edge: int) -> Edge:
    return _point(borders.edges[edge, 0]), _point(borders.edges[edge, 1])


def _geometries(made: object) -> NDArray[np.object_]:
    """What shapely made of an array of coordinates: an array, whatever its types say."""
    return np.asarray(made, dtype=object)

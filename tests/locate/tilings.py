"""Made-up coverages that tile a part of the plane, each about as wide as a degree.

Every maker takes a generator and a size (1 is the smallest) and returns polygons; what it makes
may hold an invalid or empty polygon now and then, which `tests.locate.coverages` leaves out.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from tests.geometry.coverages import cells

Shapes = list[Any]


def voronoi(rng: Generator, size: int) -> Shapes:
    """Cells of random sites within a frame."""
    frame = shapely.box(0, 0, 1, 1)
    sites = shapely.multipoints(rng.uniform(0, 1, (3 * size + 1, 2)).round(3))
    made = shapely.get_parts(shapely.voronoi_polygons(sites, extend_to=frame))
    return list(shapely.intersection(made, frame))


def triangles(rng: Generator, size: int) -> Shapes:
    """Delaunay triangles of random points."""
    points = shapely.multipoints(rng.uniform(0, 1, (3 * size + 2, 2)))
    return list(shapely.get_parts(shapely.delaunay_triangles(points)))


def wandering(rng: Generator, size: int) -> Shapes:
    """Square cells with wandering borders, edge-matched, of seven decimals."""
    return list(cells(size + 1, int(rng.integers(2**32))))


def bricks(rng: Generator, size: int) -> Shapes:
    """A wall of bricks, turned, whose T-junctions are vertices of one side or of both.

    Where only one side has the vertex, rounding leaves gaps and overlaps of an ulp.
    """
    joints = [np.concatenate([[0], np.sort(rng.uniform(0, 1, size)), [1]]) for _ in range(size + 1)]
    none = np.empty(0)
    angle = rng.choice([0.0, 0.3, np.pi / 4, 1.0])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    made = []
    for row, own in enumerate(joints):
        below = joints[row - 1] if row and rng.random() < 0.5 else none
        above = joints[row + 1] if row < size and rng.random() < 0.5 else none
        for west, east in pairwise(own):
            south = [west, *below[(below > west) & (below < east)], east]
            north = [west, *above[(above > west) & (above < east)], east]
            ring = [(x, row) for x in south] + [(x, row + 1) for x in reversed(north)]
            made.append(shapely.Polygon(np.array(ring) @ turn.T))
    return made


def mosaic(rng: Generator, size: int) -> Shapes:
    """Cells of a bent lattice gathered by random labels: holes, islands, corners that touch."""
    side = size + 2
    shift = rng.uniform(-0.3, 0.3, (side + 1, side + 1, 2)) * rng.integers(0, 2)
    x, y = np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0), indexing="ij")
    nodes = (np.stack([x, y], axis=-1) + shift) / side
    corners = (nodes[:-1, :-1], nodes[1:, :-1], nodes[1:, 1:], nodes[:-1, 1:])
    squares = shapely.polygons(np.stack(corners, axis=-2).reshape(-1, 4, 2))
    labels = rng.integers(0, rng.integers(2, side + 1), side * side)
    return gathered(squares, labels)


def gathered(polygons: NDArray[Any], labels: NDArray[Any]) -> Shapes:
    """The polygons of each label united, half of the time without the vertices in straight runs."""
    made = [shapely.coverage_union_all(polygons[labels == label]) for label in np.unique(labels)]
    return [shapely.simplify(shape, 0) if label % 2 else shape for label, shape in enumerate(made)]


def dissection(rng: Generator, size: int) -> Shapes:
    """A square of whole numbers cut again and again: many vertices at equal heights."""
    boxes = [(0, 0, 4 * size, 4 * size)]
    for _ in range(6 * size):
        west, south, east, north = boxes.pop(int(rng.integers(len(boxes))))
        along = int(rng.integers(2))
        low, high = ((west, east), (south, north))[along]
        if high - low < 2:
            boxes.append((west, south, east, north))
            continue
        cut = int(rng.integers(low + 1, high))
        boxes.append((west, south, east, cut) if along else (west, south, cut, north))
        boxes.append((west, cut, east, north) if along else (cut, south, east, north))
    return [shapely.box(*box) for box in boxes]


def fan(rng: Generator, size: int) -> Shapes:
    """Triangles that all meet in one point."""
    count = 3 + size * int(rng.integers(1, 4))
    angles = (np.arange(count) + rng.uniform(-0.2, 0.2, count)) * 2 * np.pi / count
    rim = np.column_stack([np.cos(angles), np.sin(angles)]) * rng.uniform(0.5, 1, (count, 1))
    centre = rng.choice([0.0, 0.25, 1 / 3], 2)
    rim = rim + centre
    return [
        shapely.Polygon([centre, one, other])
        for one, other in zip(rim, np.roll(rim, -1, axis=0), strict=True)
    ]


def comb(rng: Generator, size: int) -> Shapes:
    """A frame that a zigzag cuts in two, its teeth equally high or not, slanted or upright."""
    x = np.sort(rng.uniform(0.01, 0.99, 4 * size))
    y = np.where(np.arange(len(x)) // (1 + rng.integers(2)) % 2, 0.875, 0.125)
    if rng.random() < 0.5:
        y = y + rng.uniform(-0.1, 0.1, len(y))
    if rng.random() < 0.5:
        x, y = np.repeat(x, 2), np.column_stack([np.roll(y, 1), y]).ravel()
    zigzag = [(0.0, 0.5), *zip(x, y, strict=True), (1.0, 0.5)]
    south = [*zigzag, (1.0, 0.0), (0.0, 0.0)]
    north = [*zigzag, (1.0, 1.0), (0.0, 1.0)]
    return [shapely.Polygon(south), shapely.Polygon(north)]


def spiral(rng: Generator, size: int) -> Shapes:
    """A spiral and the rest of its frame."""
    turns = np.arange(0, 2 * np.pi * size + 0.1, np.pi / rng.choice([2, 4, 10]))
    around = np.column_stack([np.cos(turns), np.sin(turns)])
    outer = around * (turns[:, None] + 3)
    inner = around * (turns[:, None] + rng.uniform(0.1, 2))
    arm = np.vstack([outer, inner[::-1]])
    far = np.abs(arm).max() + 1
    frame = [(-far, -far), (far, -far), (far, far), (-far, far)]
    return [shapely.Polygon(arm), shapely.Polygon(frame, [arm])]


def star(rng: Generator, corners: int, radius: float, centre: Any = (0.0, 0.0)) -> NDArray[Any]:
    """The ring of a star around a centre, none of its corners nearer than 0.75 of its radius."""
    angles = (np.arange(corners) + rng.uniform(-0.3, 0.3, corners)) * 2 * np.pi / corners
    reach = radius * rng.uniform(0.75, 1, corners)
    return np.column_stack([np.cos(angles), np.sin(angles)]) * reach[:, None] + centre


def onion(rng: Generator, size: int) -> Shapes:
    """Islands in holes of islands in holes."""
    rings = [star(rng, int(rng.integers(8, 20)), 0.55**depth) for depth in range(2 * size)]
    return [
        shapely.Polygon(ring, [inner] if inner is not None else None)
        for ring, inner in zip(rings, [*rings[1:], None], strict=True)
    ]


def round_lake(rng: Generator, size: int) -> Shapes:
    """One ring of many vertices, and the land around it."""
    ring = star(rng, 60 * size, 0.4, (0.5, 0.5))
    return [shapely.Polygon(ring), shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [ring])]


def globe(rng: Generator, size: int) -> Shapes:
    """The whole globe in boxes, grids split at the 180th meridian among them."""
    west = np.linspace(-180, 180, 2 * size + 2)
    rows = np.concatenate([[-90], np.sort(rng.uniform(-80, 80, size)), [90]])
    made = []
    for south, north in pairwise(rows):
        row = [shapely.box(a, south, b, north) for a, b in pairwise(west)]
        made += [*row[1:-1], shapely.MultiPolygon([row[0], row[-1]])]
    return made

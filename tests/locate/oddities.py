"""Made-up polygons that are hard to tell apart: slivers, touches, overlaps, extreme numbers.

The makers are called as those of `tests.locate.tilings` are.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator

from tests.locate.tilings import Shapes, gathered, star, voronoi

# Numbers at the ends of what a float64 holds, at the ends of exactness, and plain ones.
_SMALL = (0.0, 5e-324, 1.5e-323, 2.3e-308, 1e-300, 1e-200, 1e-162, 1e-155, 1e-100, 1e-17)
_PLAIN = (0.1, 1 / 3, 0.5, 1.0, 1.5, 2.0, 31.3, 90.0)
_BESIDE = tuple(float(np.nextafter(x, x + to)) for x in (1.0, 0.5, 31.3) for to in (-1, 1))
ODD_NUMBERS = (*_SMALL, *_PLAIN, *_BESIDE)


def needles(rng: Generator, size: int) -> Shapes:
    """Strips across the plane, most of them some ulps to 1e-12 wide, slanted or level."""
    gaps = rng.choice([1e-16, 3e-16, 1e-15, 1e-14, 1e-12, 0.1], (3 * size + 1, 2))
    if rng.random() < 0.3:
        gaps[:, 1] = gaps[:, 0]
    west, east = (0.3 + np.cumsum(gaps, axis=0)).T
    return [
        shapely.Polygon([(0, a), (1, b), (1, d), (0, c)])
        for a, b, c, d in zip(west[:-1], east[:-1], west[1:], east[1:], strict=True)
    ]


def spikes(rng: Generator, size: int) -> Shapes:
    """A square with a spike some ulps wide, one with such a notch, and the land around them."""
    side, long = float(rng.choice([0.5, 1 / 3])), float(rng.uniform(2, 9)) * size
    above = float(rng.choice([np.nextafter(side, 1), side + 1e-12, side + 1e-7]))
    spike = [(0, 0), (1, 0), (1, side), (long, side), (1, above), (1, 1), (0, 1)]
    notch = [(0, 2), (1, 2), (1, 3), (above, 3), (side, 2.125), (side, 3)]
    notch = [*notch, (0, 3)]
    frame = [(-1, -1), (long + 1, -1), (long + 1, 4), (-1, 4)]
    return [shapely.Polygon(spike), shapely.Polygon(notch), shapely.Polygon(frame, [spike, notch])]


def touching(rng: Generator, size: int) -> Shapes:
    """Holes that touch their shell or each other in a vertex, parts that touch in a corner."""
    left = [(0, 2), (2, 1), (2, 3)]  # touches the western side of its shell
    right = [(2, 3), (4, 2), (4, 4)]  # touches the other hole
    shell = [(0, 0), (6, 0), (6, 6), (0, 6)]
    on_edge = [(3, 6), (4, 5), (2, 5)]  # touches the northern side, where the shell has no vertex
    tie = [shapely.Polygon([(6, 0), (7, 1), (6, 2)]), shapely.Polygon([(8, 0), (7, 1), (8, 2)])]
    between = [[(6, 0), (8, 0), (7, 1)], [(6, 2), (7, 1), (8, 2)]]
    made = [shapely.Polygon(shell, [left, right, on_edge]), shapely.MultiPolygon(tie)]
    fill = [shapely.Polygon(ring) for ring in (left, right, on_edge)]
    made += [shapely.MultiPolygon([fill[0], fill[2]]), fill[1]][: int(rng.integers(3))]
    made += [shapely.Polygon(ring) for ring in between][: int(rng.integers(3))]
    return list(shapely.transform(made, lambda xy: xy / (3 * size)))


def chess(rng: Generator, size: int) -> Shapes:
    """A chessboard of two or three codes, every corner of which is a touch of parts."""
    side = size + 2
    x, y = np.divmod(np.arange(side * side), side)
    return gathered(shapely.box(x, y, x + 1, y + 1), (x + y) % int(rng.integers(2, 4)))


def stairs(rng: Generator, size: int) -> Shapes:
    """Two halves of a square that a staircase parts, and a strip along the diagonal."""
    count = 3 * size
    step = np.repeat(np.arange(count + 1.0), 2)
    ring = np.column_stack([step[1:], step[:-1]])
    made = [
        shapely.Polygon([*ring, (0, count)]),
        shapely.Polygon([*ring, (count + 1, -1)]),
    ]
    if rng.random() < 0.5:
        made.append(shapely.Polygon([(0, 0), (count, count), (count, count + 1), (0, 1)]))
    return made


def overlapping(rng: Generator, size: int) -> Shapes:
    """Stars over each other, some of them twice, some within their own larger copy."""
    made: Shapes = []
    for _ in range(2 * size):
        ring = star(rng, int(rng.integers(3, 12)), rng.uniform(0.1, 0.5), rng.uniform(0, 0.7, 2))
        made.append(shapely.Polygon(ring))
        if rng.random() < 0.3:
            made.append(shapely.Polygon(ring[::-1]))
        if rng.random() < 0.3:
            made.append(shapely.transform(made[-1], lambda xy: xy * 0.5 + 0.1))
    return made


def one_over_all(rng: Generator, size: int) -> Shapes:
    """A tiling and the union of all of it: every point has two that cover it."""
    made = voronoi(rng, size)
    return [*made, shapely.union_all(made)]


def stacked(rng: Generator, size: int) -> Shapes:
    """A tiling, some of its cells twice and some united: borders that three or more lie on."""
    made = np.array(voronoi(rng, size), dtype=object)
    pairs = made[rng.integers(len(made), size=(2 * size, 2))]
    return [*made, *made[rng.random(len(made)) < 0.5], *shapely.union_all(pairs, axis=1)]


def far_apart(rng: Generator, size: int) -> Shapes:
    """A small coverage, one grid of which has exclaves at the other end of the world."""
    made = shapely.transform(voronoi(rng, size), lambda xy: xy * 1e-4)
    exclave = [shapely.box(100, 50, 100.0001, 50.0001), shapely.box(-170, -80, -169, -79.9)]
    return [shapely.MultiPolygon([made[0], *exclave]), *made[1:]]


def odd_squares(rng: Generator, size: int) -> Shapes:
    """A lattice of odd numbers, its squares gathered by random labels."""
    columns, rows = (odd_numbers(rng, 2 * size + 2) for _ in range(2))
    if rng.random() < 0.3:
        rows = np.unique(np.concatenate([rows, [1e17, 1e100, 1.7e308][: rng.integers(4)]]))
    x, y = np.meshgrid(np.arange(len(columns) - 1), np.arange(len(rows) - 1))
    x, y = x.ravel(), y.ravel()
    squares = shapely.box(columns[x], rows[y], columns[x + 1], rows[y + 1])
    # Squares of equal parity meet in corners only, so that any of them make one valid grid.
    labels = 2 * rng.integers(0, size + 1, len(squares)) + (x + y) % 2
    return [shapely.multipolygons(squares[labels == label]) for label in np.unique(labels)]


def odd_triangles(rng: Generator, size: int) -> Shapes:
    """Triangles over each other, their corners odd numbers."""
    return [
        shapely.Polygon(np.column_stack([rng.choice(odd_numbers(rng, 12), 3) for _ in range(2)]))
        for _ in range(2 * size)
    ]


def odd_numbers(rng: Generator, count: int) -> np.ndarray:
    """Some odd numbers in rising order, all of one sign, zeros of either sign."""
    chosen = np.sort(rng.choice(ODD_NUMBERS, count, replace=False))
    return chosen if rng.random() < 0.5 else -chosen[::-1]

"""Points at which an index that is not exact answers wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

Points = NDArray[np.float64]

_STEPS = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)], dtype=np.float64)
_EXTREME = (np.nan, np.inf, -np.inf, 1e308, -1e308, 0.0, -0.0, 5e-324, -5e-324, 180.0, -180.0, 90.0)


def telling_points(shapes: list[Any], rng: Generator, each: int = 40) -> Points:
    """Points on, beside, level with and away from the borders of polygons, shape (n, 2).

    Parameters
    ----------
    each : int
        How many points of each kind at most.
    """
    odd = np.array(np.meshgrid(_EXTREME, _EXTREME)).reshape(2, -1).T
    if not len(shapes):
        return np.vstack([odd, rng.uniform(-1, 1, (each, 2))])
    with np.errstate(all="ignore"):
        edges = _edges(shapes)
        box = np.array(shapely.total_bounds(shapes)).reshape(2, 2)
        on_border = np.vstack(
            [
                _some(rng, edges[:, 0], each),
                _along(rng, edges, each),
                _on_lines(rng, edges, box, each),
                box,
                box[[0, 1], [[0, 0], [1, 0]]],
            ]
        )
        level = np.column_stack([_some(rng, edges[:, 0], each)[:, 0], rng.permutation(each)])
        level[:, 1] = _some(rng, edges[:, 0], each)[:, 1]
        off_border = [
            level,
            _anywhere(rng, box, each),
            np.column_stack([_anywhere(rng, box, each)[:, 0], level[:, 1]]),
            np.column_stack([level[:, 0], _anywhere(rng, box, each)[:, 1]]),
            _raster(rng, box, each),
            shapely.get_coordinates(shapely.point_on_surface(shapes)),
            shapely.get_coordinates(shapely.centroid(shapes)),
            _some(rng, odd, each),
        ]
        return np.vstack([beside(on_border), *off_border, beside(_raster(rng, box, each // 8 + 1))])


def beside(points: Points) -> Points:
    """Each point and its eight neighbours among the floats, shape (9 n, 2)."""
    around = np.repeat(points, 9, axis=0)
    toward = np.tile(_STEPS, (len(points), 1))
    beyond = np.where(toward == 0, around, np.copysign(np.inf, toward))
    return np.nextafter(around, beyond)


def _edges(shapes: list[Any]) -> NDArray[np.float64]:
    """The segments of all rings, shape (n, 2, 2)."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    together = ring[:-1] == ring[1:]
    return np.stack([xy[:-1], xy[1:]], axis=1)[together]


def _some(rng: Generator, rows: NDArray[Any], count: int) -> NDArray[Any]:
    return rows[rng.integers(len(rows), size=count)]


def _along(rng: Generator, edges: NDArray[Any], count: int) -> Points:
    """Points on edges as nearly as floats can say, a third of them midpoints."""
    start, end = np.moveaxis(_some(rng, edges, count), 1, 0)
    share = np.where(rng.random((count, 1)) < 1 / 3, 0.5, rng.random((count, 1)))
    return start * (1 - share) + end * share


def _on_lines(rng: Generator, edges: NDArray[Any], box: Points, count: int) -> Points:
    """Where edges cross lines that part the bounding box evenly, as a raster's cells would."""
    chosen = _some(rng, edges, count)
    axis = rng.integers(2, size=count)
    row = np.arange(count)
    start, end = chosen[row, 0, axis], chosen[row, 1, axis]
    at = _parts(rng, box, count)[row, axis]
    between = np.clip(at, np.minimum(start, end), np.maximum(start, end))
    run = end - start
    share = np.where(run == 0, rng.random(count), (between - start) / np.where(run == 0, 1, run))
    other = chosen[row, 0, 1 - axis] * (1 - share) + chosen[row, 1, 1 - axis] * share
    points = np.empty((count, 2))
    points[row, axis], points[row, 1 - axis] = between, other
    return points


def _anywhere(rng: Generator, box: Points, count: int) -> Points:
    """Points in and a little around the bounding box."""
    share = rng.uniform(-0.05, 1.05, (count, 2))
    return box[0] * (1 - share) + box[1] * share


def _raster(rng: Generator, box: Points, count: int) -> Points:
    """Corners of the cells of even rasters over the bounding box, and points on their sides."""
    points = _parts(rng, box, count)
    loose = rng.random((count, 2)) < 0.2
    return np.where(loose, _anywhere(rng, box, count), points)


def _parts(rng: Generator, box: Points, count: int) -> Points:
    """Points of which both coordinates part the bounding box by powers of two, or evenly."""
    cells = np.where(
        rng.random((count, 2)) < 0.7,
        2.0 ** rng.integers(0, 13, (count, 2)),
        rng.integers(1, 100, (count, 2)),
    )
    share = np.floor(rng.random((count, 2)) * (cells + 1)) / cells
    return box[0] + (box[1] - box[0]) * share

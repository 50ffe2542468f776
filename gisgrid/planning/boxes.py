"""Where points may have changed hands: boxes round what moved between two states of a coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["changed_boxes"]

# Boxes are widened to this grid, a centimetre, so that no rounding can leave a point out and the
# boxes of both sides of a border become the same.
_STEP: Final = 1e-7

# A run of moved edges is cut into this many slabs, fewer where there are many runs.
_SLABS: Final = 16
_MOST: Final = 256

# Shorter than any edge can be: two different degrees lie further apart.
_NOTHING: Final = 1e-30


def changed_boxes(
    before: Mapping[int, tuple[str, Any]], after: Mapping[int, tuple[str, Any]]
) -> NDArray[np.float64]:
    """Boxes that hold every point whose owner or border may differ between two states.

    Where a grid was reshaped they follow the edges that only one of the two shapes has: these
    close into rings round all that changed hands, so nothing has to be cut out, and no rounding
    of an intersection can lose a point. A grid that begins, ends or has another path changes
    as a whole, for its path decides who owns what it shares.

    Parameters
    ----------
    before, after : mapping of grid id to (path key, valid shapely Polygon or MultiPolygon)
        Degrees; grids that are the same in both may be left out.

    Returns
    -------
    ndarray of float64, shape (n, 4)
        west, south, east, north in degrees, each box once.
    """
    whole: list[Any] = []
    reshaped: list[tuple[Any, Any]] = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old and new and old[0] == new[0]:
            reshaped.append((old[1], new[1]))
        else:
            whole += [state[1] for state in (old, new) if state]
    parts = shapely.get_parts(np.array(whole, dtype=object))
    boxes = np.vstack([shapely.bounds(parts).reshape(-1, 4), _boxes_of_runs(reshaped)])
    low = np.floor(boxes[:, :2] / _STEP) * _STEP - _STEP
    high = np.ceil(boxes[:, 2:] / _STEP) * _STEP + _STEP
    once: NDArray[np.float64] = np.unique(np.hstack([low, high]), axis=0)
    return once


def _boxes_of_runs(reshaped: list[tuple[Any, Any]]) -> NDArray[np.float64]:
    """Boxes round each connected run of the edges that one shape of a pair lacks."""
    if not reshaped:
        return np.empty((0, 4))
    edges = _edges(np.array(reshaped, dtype=object).ravel())
    edges = edges[~edges.duplicated(keep=False)]
    if edges.empty:
        return np.empty((0, 4))
    run, count = _runs(edges)
    ends = edges[["x1", "y1", "x2", "y2"]].to_numpy()
    return _slabs(ends, run, count, int(np.clip(_MOST // count, 1, _SLABS)))


def _edges(shapes: NDArray[np.object_]) -> pd.DataFrame:
    """The directed edges of pairs of shapes (old, new, old, new…), with the number of the pair."""
    turned = shapely.orient_polygons(shapes)
    parts, shape_of = shapely.get_parts(turned, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    here = np.flatnonzero(ring_of[:-1] == ring_of[1:])
    pair = shape_of[part_of[ring_of[here]]] // 2
    ends = np.hstack([points[here], points[here + 1]])
    # A vertex may be repeated within a valid ring.
    long = (points[here] != points[here + 1]).any(axis=1)
    return pd.DataFrame(ends[long], columns=["x1", "y1", "x2", "y2"]).assign(pair=pair[long])


def _runs(edges: pd.DataFrame) -> tuple[NDArray[np.int32], int]:
    """The connected run that each edge belongs to, and how many there are."""
    pair = edges["pair"].to_numpy()
    start = pd.DataFrame({"pair": pair, "x": edges["x1"].to_numpy(), "y": edges["y1"].to_numpy()})
    end = pd.DataFrame({"pair": pair, "x": edges["x2"].to_numpy(), "y": edges["y2"].to_numpy()})
    node = pd.concat([start, end]).groupby(["pair", "x", "y"], sort=False).ngroup().to_numpy()
    one, other = node[: len(edges)], node[len(edges) :]
    size = int(node.max()) + 1
    links = coo_array((np.ones(len(edges), dtype=np.int8), (one, other)), shape=(size, size))
    count, run = connected_components(links, directed=False)
    return run[one], int(count)


def _slabs(
    ends: NDArray[np.float64], run: NDArray[np.int32], count: int, slabs: int
) -> NDArray[np.float64]:
    """Cut each run across the longer side of its box; a box round what lies in each slab.

    A ring has an edge on either side of whatever it encloses, so the lowest and the highest
    edge within a slab bound what is enclosed there too.
    """
    upright = _is_upright(ends, run, count)
    ends = np.where(upright[run, None], ends[:, [1, 0, 3, 2]], ends)
    x1, y1, x2, y2 = np.where(ends[:, :1] <= ends[:, 2:3], ends, ends[:, [2, 3, 0, 1]]).T
    first, last = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(first, run, x1)
    np.maximum.at(last, run, x2)
    width = (last - first) / slabs
    # Each edge once for every slab that it reaches into.
    begin, end = (
        np.clip((x - first[run]) // width[run], 0, slabs - 1).astype(np.int64) for x in (x1, x2)
    )
    times = end - begin + 1
    edge = np.repeat(np.arange(len(run)), times)
    slab = begin[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(times) - times, times)
    left = (first[:, None] + np.arange(slabs) * width[:, None]).ravel()
    right = left + np.repeat(width, slabs)
    place = run[edge] * slabs + slab
    low, high = np.full(count * slabs, np.inf), np.full(count * slabs, -np.inf)
    # Widened, so that an edge shorter than the rounding of its ends is taken as a whole.
    length = np.maximum(x2 - x1, _NOTHING)[edge]
    for side in (left[place] - _STEP, right[place] + _STEP):
        share = np.clip((side - x1[edge]) / length, 0.0, 1.0)
        y = y1[edge] + share * (y2 - y1)[edge]
        np.minimum.at(low, place, y)
        np.maximum.at(high, place, y)
    lying = np.column_stack([left, low, right, high])
    turned = np.repeat(upright, slabs)[:, None]
    boxes: NDArray[np.float64] = np.where(turned, lying[:, [1, 0, 3, 2]], lying)
    return boxes[np.isfinite(boxes).all(axis=1)]


def _is_upright(ends: NDArray[np.float64], run: NDArray[np.int32], count: int) -> NDArray[np.bool_]:
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    for point in (ends[:, :2], ends[:, 2:]):
        np.minimum.at(low, run, point)
        np.maximum.at(high, run, point)
    size = high - low
    upright: NDArray[np.bool_] = size[:, 1] > size[:, 0]
    return upright

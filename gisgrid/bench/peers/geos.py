"""GEOS from Python: shapely's tree and geopandas' spatial join."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from gisgrid.bench.peers.task import Contender, first_owners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gisgrid.bench.honeycomb import Coverage
    from gisgrid.bench.peers.task import Task

__all__ = ["owners_by_geos", "sjoin", "sjoin_from_grids", "tree"]

# A point is about 100 bytes in GEOS, and its place in the tree as much again.
_POINTS_AT_ONCE = 1_000_000


def owners_by_geos(
    coverage: Coverage, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.int32]:
    """The owners that all answers are compared with: every polygon asked what it covers.

    Parameters
    ----------
    coverage : Coverage
    lon, lat : ndarray of float64, shape (n,)
        Degrees.

    Returns
    -------
    ndarray of int32, shape (n,)
        Positions into the coverage's codes, -1 outside.
    """
    owner = np.empty(len(lon), dtype=np.int32)
    for first in range(0, len(lon), _POINTS_AT_ONCE):
        piece = slice(first, first + _POINTS_AT_ONCE)
        grid, point = _ask(coverage.polygons, np.asarray(shapely.points(lon[piece], lat[piece])))
        owner[piece] = first_owners(point, grid, len(lon[piece]))
    return owner


@contextmanager
def tree(task: Task) -> Iterator[Contender]:
    """shapely's STRtree in its faster form: over the points, asked by prepared polygons.

    The tree is part of the run, since points are what comes new each time; the polygons' own
    preparation is not.
    """
    shapely.prepare(task.coverage.polygons)
    points = np.asarray(shapely.points(task.lon, task.lat))
    yield Contender(
        lambda: _ask(task.coverage.polygons, points),
        lambda pairs: first_owners(pairs[1], pairs[0], len(points)),
        {"form": "points in the tree"},
    )


@contextmanager
def sjoin(task: Task) -> Iterator[Contender]:
    """``geopandas.sjoin`` as it is commonly called: points on the left, ``intersects``.

    Its index is kept by the frame of polygons after the first run.
    """
    points, grids = _frames(task)
    yield Contender(
        lambda: gpd.sjoin(points, grids),
        lambda joined: first_owners(joined.index, joined["index_right"], len(points)),
        {"form": "sjoin(points, grids)"},
    )


@contextmanager
def sjoin_from_grids(task: Task) -> Iterator[Contender]:
    """``geopandas.sjoin`` the other way round, which is faster: each polygon is prepared once.

    Its index is kept by the frame of points after the first run, so that this one is spared the
    building that `tree` has to do.
    """
    points, grids = _frames(task)
    yield Contender(
        lambda: gpd.sjoin(grids, points, predicate="covers"),
        lambda joined: first_owners(joined["index_right"], joined.index, len(points)),
        {"form": "sjoin(grids, points, predicate='covers')"},
    )


def _ask(polygons: NDArray[Any], points: NDArray[Any]) -> NDArray[np.int64]:
    """Pairs of polygon and point, shape (2, pairs)."""
    return shapely.STRtree(points).query(polygons, predicate="covers")


def _frames(task: Task) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    points = gpd.GeoDataFrame(geometry=shapely.points(task.lon, task.lat), crs="EPSG:4326")
    grids = gpd.GeoDataFrame(geometry=task.coverage.polygons, crs="EPSG:4326")
    return points, grids

"""The last hundred metres: how far homes are from the nearest patrol point, and where it is far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gisgrid.hotspots.patrols.reach import FloatArray, IntArray

__all__ = ["Gap", "gaps", "nearest_metres"]

# Homes closer than this are in one gap; so close, the ground around them hangs together too.
_APART_M: Final = 50.0
_AROUND_HOME_M: Final = 30.0


@dataclass(frozen=True)
class Gap:
    """Homes close together that are all far from any patrol point.

    Attributes
    ----------
    shape : shapely polygon
        The ground within 30 m of them, in metres.
    homes : int64 array
        Their rows.
    households : int
    farthest_m : float
        From the nearest patrol point; infinite where there is none.
    middle : int
        The row of the home with the least way to all the others, household by household: where a
        patrol point would serve them best.
    """

    shape: shapely.Polygon
    homes: IntArray
    households: int
    farthest_m: float
    middle: int


def nearest_metres(homes: FloatArray, points: FloatArray) -> FloatArray:
    """How far each home is from the nearest patrol point.

    Parameters
    ----------
    homes : float64 array, shape (homes, 2)
        In metres.
    points : float64 array, shape (points, 2)

    Returns
    -------
    float64 array, shape (homes,)
        Infinite where there is no patrol point.
    """
    if len(points) == 0:
        return np.full(len(homes), np.inf)
    metres: FloatArray = cKDTree(points).query(homes)[0]
    return metres


def gaps(homes: FloatArray, households: IntArray, metres: FloatArray, within_m: float) -> list[Gap]:
    """The gaps: homes beyond a distance, those close together as one.

    Parameters
    ----------
    homes : float64 array, shape (homes, 2)
        In metres.
    households : int64 array, shape (homes,)
    metres : float64 array, shape (homes,)
        As `nearest_metres` gives them.
    within_m : float
        A home at just this distance is near enough.

    Returns
    -------
    list of Gap
        The one with the most households first.
    """
    far = np.flatnonzero(metres > within_m)
    if len(far) == 0:
        return []
    part = _together(homes[far])
    order = np.argsort(part, kind="stable")
    members = np.split(far[order], np.flatnonzero(np.diff(part[order])) + 1)
    points = np.atleast_1d(np.asarray(shapely.points(homes[far][order]), dtype=object))
    together = shapely.multipoints(points, indices=part[order])
    shapes = np.asarray(shapely.buffer(together, _AROUND_HOME_M), dtype=object)
    found = [
        _gap(shape, rows, homes, households, metres)
        for shape, rows in zip(shapes, members, strict=True)
    ]
    return sorted(found, key=lambda gap: (-gap.households, int(gap.homes[0])))


def _together(xy: FloatArray) -> IntArray:
    """The gap of each home: homes are in one that lie near each other, or near the same others."""
    pairs = cKDTree(xy).query_pairs(_APART_M, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(xy), len(xy)))
    part: IntArray = connected_components(links, directed=False)[1].astype(np.int64)
    return part


def _gap(
    shape: shapely.Polygon,
    members: IntArray,
    homes: FloatArray,
    households: IntArray,
    metres: FloatArray,
) -> Gap:
    xy, weight = homes[members], households[members].astype(np.float64)
    if not weight.any():
        weight = np.ones(len(members))
    mean = weight @ xy / weight.sum()
    # The home nearest to the mean stands for the median, which nobody could tell from it.
    middle = members[int(np.argmin(np.hypot(*(xy - mean).T)))]
    return Gap(
        shape=shape,
        homes=members,
        households=int(households[members].sum()),
        farthest_m=float(metres[members].max()),
        middle=int(middle),
    )

"""Which parent a child belongs to by where it lies, and how much of it lies outside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gisgrid.geometry.crs import FloatArray, GeometryArray
from gisgrid.geometry.metric import areas_m2

__all__ = ["parents_by_area"]

# Shares this close are equal: cutting polygons costs the last digits.
SAME_SHARE = 1e-9


def parents_by_area(
    children: ArrayLike | GeometryArray,
    parents: ArrayLike | GeometryArray,
    parent_codes: Sequence[str],
) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
    """Find for each child the parent that holds the largest share of its area.

    Of equal shares the parent with the lowest code wins, compared by code points. A parent that
    covers the child comes before one that lacks any of it.

    Parameters
    ----------
    children, parents : arrays of valid shapely polygons
        In WGS 84 degrees.
    parent_codes : sequence of str
        One for each parent.

    Returns
    -------
    parent : int64 array
        Position of the parent; -1 where no parent shares any area with the child.
    share : float64 array
        Share of the child's area in that parent, 0 to 1.
    outside_m2 : float64 array
        The child's area outside that parent, in square metres.
    """
    inner = np.atleast_1d(np.asarray(children, dtype=object))
    outer = np.atleast_1d(np.asarray(parents, dtype=object))
    areas = areas_m2(inner)
    parent = np.full(len(inner), -1, dtype=np.int64)
    share = np.zeros(len(inner))
    outside = areas.copy()
    child_of, parent_of, shares = _held(inner, outer, areas)
    if len(child_of) == 0:
        return parent, share, outside
    largest = np.zeros(len(inner))
    np.maximum.at(largest, child_of, shares)
    tied = shares >= largest[child_of] - SAME_SHARE
    child_of, parent_of, shares = child_of[tied], parent_of[tied], shares[tied]
    rank = np.empty(len(outer), dtype=np.int64)
    rank[sorted(range(len(outer)), key=lambda k: parent_codes[k])] = np.arange(len(outer))
    order = np.lexsort((rank[parent_of], child_of))
    child_of, parent_of, shares = child_of[order], parent_of[order], shares[order]
    chosen, at = np.unique(child_of, return_index=True)
    parent[chosen] = parent_of[at]
    share[chosen] = shares[at]
    outside[chosen] = _spill(inner[chosen], outer[parent_of[at]], shares[at])
    return parent, share, outside


def _held(
    children: GeometryArray, parents: GeometryArray, areas: FloatArray
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """The pairs of a child and a parent that shares ground with it, and the child's share of it.

    Most children lie within one parent, and only those that do not are cut.
    """
    shapely.prepare(parents)
    tree = shapely.STRtree(parents)
    whole = np.array(tree.query(shapely.point_on_surface(children), predicate="intersects"))
    whole = whole[:, shapely.covers(parents[whole[1]], children[whole[0]])]
    rest = np.setdiff1d(np.arange(len(children)), whole[0])
    near = np.array(tree.query(children[rest], predicate="intersects"))
    near[0] = rest[near[0]]
    near = near[:, ~shapely.touches(parents[near[1]], children[near[0]])]
    cut = shapely.intersection(children[near[0]], parents[near[1]])
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.nan_to_num(areas_m2(np.asarray(cut, dtype=object)) / areas[near[0]])
    child_of, parent_of = np.hstack([whole, near])
    shares = np.append(np.ones(whole.shape[1]), np.minimum(shares, 1.0))
    held = shares > 0.0
    return child_of[held], parent_of[held], shares[held]


def _spill(children: GeometryArray, parents: GeometryArray, shares: FloatArray) -> FloatArray:
    """The area of each child outside its parent, in square metres."""
    spill = np.zeros(len(children))
    crossing = np.flatnonzero(shares < 1.0 - SAME_SHARE)
    cut = shapely.difference(children[crossing], parents[crossing])
    spill[crossing] = areas_m2(np.asarray(cut, dtype=object))
    return spill

"""Simplify coverages: neighbours still meet, and nested levels still share their lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["simplify_coverage", "simplify_levels"]

METRES_PER_DEGREE = 111_320.0
AREA_TOLERANCE = 1e-6

Polygons = NDArray[Any]


def simplify_coverage(polygons: Polygons, tolerance_m: float) -> Polygons:
    """Simplify the polygons of one level together, so that neighbours still meet.

    Parameters
    ----------
    polygons : ndarray of shapely Polygon or MultiPolygon, shape (n,)
        One level, edge-matched, EPSG:4326. Where edges do not match (imported data may
        overlap) each polygon's own edge is simplified and the neighbours may part there.
    tolerance_m : float
        Side in metres of the square whose area bounds each triangle that is removed
        (Visvalingam and Whyatt's measure, as in GEOS). 0 changes nothing.

    Returns
    -------
    ndarray of shapely Polygon or MultiPolygon, shape (n,)
        Every vertex is a vertex of the input, to the last bit.

    Notes
    -----
    The plane is degrees stretched so that a unit is a metre at the middle latitude; over a
    city of 50 km its scale is true to 0.5 %.
    """
    if len(polygons) == 0 or tolerance_m <= 0:
        return np.array(polygons, dtype=object)
    coords = shapely.get_coordinates(polygons)
    middle = (coords[:, 1].min() + coords[:, 1].max()) / 2
    scale = METRES_PER_DEGREE * np.array([max(np.cos(np.radians(middle)), 1e-6), 1.0])
    plane = shapely.transform(polygons, lambda xy: xy * scale)
    simplified = shapely.coverage_simplify(plane, tolerance_m)
    axes = [np.unique(coords[:, axis]) for axis in (0, 1)]
    return np.asarray(shapely.transform(simplified, lambda xy: _restore(xy, axes, scale)))


def simplify_levels(levels: Sequence[Polygons], tolerance_m: float) -> list[Polygons]:
    """Simplify levels together, so that the lines they share stay the same lines.

    Parameters
    ----------
    levels : sequence of ndarray of shapely Polygon or MultiPolygon
        From the finest level to the coarsest, EPSG:4326.
    tolerance_m : float
        As in `simplify_coverage`.

    Returns
    -------
    list of ndarray of shapely Polygon or MultiPolygon
        In the order given. A level that is tiled by the one below is made of the simplified
        polygons below it; one that is not (imported levels need not nest) is simplified by
        itself.
    """
    out: list[Polygons] = []
    for position, level in enumerate(levels):
        parents = _tiling(levels[position - 1], level) if position else None
        merged = None if parents is None else _merge(out[-1], parents, len(level))
        out.append(simplify_coverage(level, tolerance_m) if merged is None else merged)
    return out


def _restore(
    xy: NDArray[np.float64], axes: list[NDArray[np.float64]], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give simplified vertices back the exact degrees that they had."""
    columns = []
    for axis, values in enumerate(axes):
        at = np.searchsorted(values * scale[axis], xy[:, axis])
        columns.append(values[np.minimum(at, len(values) - 1)])
    return np.column_stack(columns)


def _tiling(children: Polygons, parents: Polygons) -> NDArray[np.intp] | None:
    """Return each child's parent by place, or None where the children do not tile them."""
    if len(children) == 0 or len(parents) == 0:
        return None
    tree = shapely.STRtree(parents)
    child, parent = tree.query(shapely.point_on_surface(children), predicate="intersects")
    if not np.array_equal(child, np.arange(len(children))):
        return None
    areas = shapely.area(parents)
    sums = np.bincount(parent, weights=shapely.area(children), minlength=len(parents))
    if np.any(np.abs(sums - areas) > AREA_TOLERANCE * areas):
        return None
    corners = _packed(shapely.get_coordinates(parents))
    return parent if np.isin(corners, _packed(shapely.get_coordinates(children))).all() else None


def _packed(coords: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Return vertices as single values that can be compared at once."""
    return np.asarray(coords[:, 0] + 1j * coords[:, 1])


def _merge(children: Polygons, parents: NDArray[np.intp], count: int) -> Polygons | None:
    """Unite the children of each parent, or return None where they do not unite."""
    order = np.argsort(parents, kind="stable")
    groups = np.split(children[order], np.cumsum(np.bincount(parents, minlength=count))[:-1])
    try:
        merged = [shapely.coverage_union_all(group) for group in groups]
    except shapely.errors.GEOSException:
        return None
    return np.array(merged, dtype=object)

"""How well grids are drawn: how compact they are, and how much of their border follows lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from gisgrid.geometry.metric import areas_m2, lengths_m, local_metric

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["polsby_popper", "share_on_lines"]

# Borders are looked at in pieces up to this long (metres).
_PIECE_M: Final = 5.0


def polsby_popper(polygons: ArrayLike) -> NDArray[np.float64]:
    """How compact polygons are: 4 pi area / perimeter², 1 for a circle, towards 0 for a thread.

    D. D. Polsby and R. D. Popper, The Third Criterion: Compactness as a Procedural Safeguard
    against Partisan Gerrymandering, 1991. Holes count into the perimeter.

    Parameters
    ----------
    polygons : array of shapely Polygon or MultiPolygon, shape (n,)
        In WGS 84 degrees, together no larger than a district.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN for what has no perimeter.
    """
    shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
    perimeter = lengths_m(shapes)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: NDArray[np.float64] = 4.0 * np.pi * areas_m2(shapes) / perimeter**2
    return ratio


def share_on_lines(
    polygons: ArrayLike, lines: ArrayLike, within_m: float = 10.0
) -> NDArray[np.float64]:
    """How much of each polygon's border runs along dividing lines.

    Parameters
    ----------
    polygons : array of shapely Polygon or MultiPolygon, shape (n,)
        In WGS 84 degrees.
    lines : array of shapely lines
        Roads, rivers, walls, in WGS 84 degrees.
    within_m : float
        A border lies on a line when it is no further from it than this, in metres.

    Returns
    -------
    ndarray of float64, shape (n,)
        Shares of the border's length, 0 to 1, found from pieces of at most 5 m; NaN for what has
        no border.
    """
    shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
    along = np.atleast_1d(np.asarray(lines, dtype=object))
    bounds = shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan)
    if not np.isfinite(bounds).all():
        return np.full(len(shapes), np.nan)
    metric = local_metric((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(metric.transform(points[:, 0], points[:, 1]))

    borders = shapely.segmentize(shapely.boundary(shapely.transform(shapes, project)), _PIECE_M)
    middle, length, owner = _pieces(borders)
    tree = shapely.STRtree(shapely.transform(along, project))
    near = np.unique(tree.query(shapely.points(middle), predicate="dwithin", distance=within_m)[0])
    count = len(shapes)
    on_lines = np.bincount(owner[near], weights=length[near], minlength=count)
    with np.errstate(invalid="ignore"):
        share: NDArray[np.float64] = on_lines / np.bincount(owner, length, minlength=count)
    return share


def _pieces(borders: Any) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """The middle and the length of every piece of some borders, and whose it is."""
    parts, owner = shapely.get_parts(borders, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    here = np.flatnonzero(part[:-1] == part[1:])
    ends = points[here], points[here + 1]
    return (ends[0] + ends[1]) / 2, np.hypot(*(ends[1] - ends[0]).T), owner[part[here]]

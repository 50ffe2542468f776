"""Lines made into polygons that share their vertices, on a lattice of a tenth of a millimetre.

On a lattice a line that ends on another one meets it, however its end was computed; afterwards
the vertices that were given are themselves again, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["LATTICE", "given_again", "polygons_between"]

LATTICE: Final = 1e-9
"""Step of the lattice, in degrees."""


def polygons_between(
    lines: Sequence[BaseGeometry] | NDArray[np.object_], region: BaseGeometry
) -> NDArray[np.object_]:
    """The polygons into which lines divide a region; their coordinates are on the lattice.

    Parameters
    ----------
    lines : sequence of lines
        In degrees; they may cross each other and reach beyond the region. Its border is to be
        among them. Ends that hang in the air divide nothing.
    region : Polygon or MultiPolygon

    Returns
    -------
    array of Polygon, shape (n,)
    """
    noded = shapely.union_all(np.array([*lines], dtype=object), grid_size=LATTICE)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    shapely.prepare(region)
    inner = shapely.get_coordinates(shapely.point_on_surface(faces))
    found: NDArray[np.object_] = faces[shapely.contains_xy(region, inner[:, 0], inner[:, 1])]
    return found


def given_again(shapes: NDArray[np.object_], known: NDArray[np.float64]) -> NDArray[np.object_]:
    """Polygons with the vertices that were given instead of those of the lattice.

    Parameters
    ----------
    shapes : array of Polygon, shape (n,)
        On the lattice.
    known : float64 array, shape (k, 2)
        Degrees. Where two vertices share a point of the lattice, the earlier one counts.
    """
    if len(shapes) == 0:
        return shapes
    low = np.floor(shapely.total_bounds(shapes)[:2] / LATTICE).astype(np.int64)
    keys = _keys(known, low)
    first, at = np.unique(keys, return_index=True)

    def again(points: NDArray[np.float64]) -> NDArray[np.float64]:
        wanted = _keys(points, low)
        place = np.minimum(np.searchsorted(first, wanted), len(first) - 1)
        hit = first[place] == wanted
        return np.asarray(np.where(hit[:, None], known[at[place]], points))

    restored: NDArray[np.object_] = shapely.transform(shapes, again)
    return restored


def _keys(points: NDArray[np.float64], low: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each point of the lattice; -1 far outside, where no polygon is."""
    steps = np.rint(points / LATTICE).astype(np.int64) - low
    near = (steps >= 0).all(axis=1) & (steps < 2**31).all(axis=1)
    return np.asarray(np.where(near, (steps[:, 0] << 31) | steps[:, 1], -1))

"""Hexagons over a district: places of one size, whatever the grids are like (H3)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["edge_metres", "hexagon_outlines", "hexagons_at", "hexagons_over", "resolution_of"]

# Larger ones lose the streets, smaller ones hold single doors.
_RESOLUTIONS: Final = (7, 8, 9, 10, 11)


def resolution_of(edge_m: float) -> int:
    """The H3 resolution whose edges come nearest to a length, as a ratio.

    Parameters
    ----------
    edge_m : float
        Metres. H3 has few sizes: 1,406, 531, 201, 76 and 29 m on average.

    Raises
    ------
    InputError
        It is not a length.
    """
    if not (math.isfinite(edge_m) and edge_m > 0):
        fix = "give metres, such as 150"
        raise InputError("is no length of an edge", where=f"{edge_m}", fix=fix)
    return min(_RESOLUTIONS, key=lambda one: abs(math.log(edge_metres(one) / edge_m)))


def edge_metres(resolution: int) -> float:
    """The average edge of a resolution, in metres."""
    import h3

    return float(h3.average_hexagon_edge_length(resolution, unit="m"))


def hexagons_over(shapes: NDArray[np.object_], resolution: int) -> list[str]:
    """The cells that meet a district.

    Parameters
    ----------
    shapes : ndarray of shapely polygons
        In WGS 84 degrees.
    resolution : int

    Returns
    -------
    list of str
        H3 cells, in order; those on the edge reach beyond it.
    """
    import h3

    cells: set[str] = set()
    for part in shapely.get_parts(shapely.union_all(shapes)):
        outline = h3.geo_to_h3shape(shapely.geometry.mapping(part))
        cells.update(h3.h3shape_to_cells_experimental(outline, resolution, contain="overlap"))
    return sorted(cells)


def hexagons_at(
    lon: NDArray[np.float64], lat: NDArray[np.float64], resolution: int
) -> NDArray[np.str_]:
    """The cell that each point lies in.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        Degrees, WGS 84.
    """
    import h3

    places = zip(lat.tolist(), lon.tolist(), strict=True)
    return np.array([h3.latlng_to_cell(*place, resolution) for place in places], dtype="U15")


def hexagon_outlines(cells: Sequence[str]) -> NDArray[np.object_]:
    """The cells as polygons in WGS 84 degrees, shape (n,)."""
    import h3

    shapes = np.empty(len(cells), dtype=object)
    for number, cell in enumerate(cells):
        shapes[number] = shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])
    return shapes

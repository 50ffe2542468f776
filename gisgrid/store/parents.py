"""The parent of a grid: as it was stated, or else by where the grid lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.geometry.nesting import parents_by_area
from gisgrid.store.coverages import coverage_frame

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd
    from numpy.typing import NDArray
    from sqlalchemy import Connection

__all__ = ["PARENT_LEVEL", "Placed", "place_in_parents"]

PARENT_LEVEL: Final = {"unit": "area", "micro": "unit"}


@dataclass(frozen=True)
class Placed:
    """Grids with their parents.

    Attributes
    ----------
    frame : GeoDataFrame
        As given, ``parent`` filled in where a grid of the level above holds some of the area.
    outside_m2 : ndarray of float64
        The area of each grid outside the parent that holds most of it; 0 where none does.
    unknown : tuple of str
        Stated parents that are no valid grids of the level above.
    """

    frame: gpd.GeoDataFrame
    outside_m2: NDArray[np.float64]
    unknown: tuple[str, ...] = ()


def place_in_parents(
    connection: Connection, frame: gpd.GeoDataFrame, level: str, at: datetime
) -> Placed:
    """Give each grid without a stated parent the one that holds most of its area.

    Parameters
    ----------
    connection : Connection
    frame : GeoDataFrame
        EPSG:4326: parent (code or None) and geometry of valid polygons.
    level : str
        The level of the grids.
    at : datetime
        When the parents must hold.
    """
    stated = frame["parent"].notna().to_numpy()
    nothing = np.zeros(len(frame))
    above = PARENT_LEVEL.get(level)
    if above is None:
        return Placed(frame, nothing, tuple(sorted(set(frame.loc[stated, "parent"]))))
    parents = coverage_frame(connection, above, at)
    unknown = tuple(sorted(set(frame.loc[stated, "parent"]) - set(parents["code"])))
    if parents.empty:
        return Placed(frame, nothing, unknown)
    position, _, outside = parents_by_area(
        frame.geometry.to_numpy(dtype=object),
        parents.geometry.to_numpy(dtype=object),
        parents["code"].tolist(),
    )
    found = np.where(position >= 0, parents["code"].to_numpy(dtype=object)[position], None)
    placed = np.where(stated, frame["parent"].to_numpy(dtype=object), found)
    return Placed(frame.assign(parent=placed), np.where(position >= 0, outside, 0.0), unknown)

"""The cells of a unit, of which a planner paints micro-grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from sqlalchemy import func, select

from gisgrid.planning.proposals import Cells, cut_into_cells
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import hazard
from gisgrid.store.units.ground import UnitGround, unit_ground

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection

__all__ = ["UnitCells", "unit_cells"]


@dataclass(frozen=True)
class UnitCells:
    """A unit cut into cells.

    Attributes
    ----------
    place : UnitGround
    cells : Cells
        `present` counts in the order of `place.grids`.
    hazards : int64 array, shape (n,)
        The open hazards in each cell, confidential ones left out.
    """

    place: UnitGround
    cells: Cells
    hazards: NDArray[np.int64]


def unit_cells(connection: Connection, plan_id: int, code: str) -> UnitCells:
    """Cut the ground of a plan's unit into cells, one for each building.

    Raises
    ------
    InputError
        The grid is no unit.
    NotFound
        There is no such grid.
    """
    place = unit_ground(connection, plan_id, code)
    cells = cut_into_cells(place.ground)
    return UnitCells(place, cells, _hazards(connection, cells.shapes))


def _hazards(connection: Connection, shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Open hazards by cell; what lies on the border of two counts in the first."""
    point = hazard.c.point
    box = func.ST_MakeEnvelope(*map(float, shapely.total_bounds(shapes)), 4326)
    query = select(func.ST_X(point), func.ST_Y(point)).where(
        visible_to(connection, hazard), hazard.c.state == "open", point.bool_op("&&")(box)
    )
    rows = [tuple(row) for row in connection.execute(query)]
    points = shapely.points(np.array(rows, dtype=np.float64).reshape(-1, 2))
    found, cell = shapely.STRtree(shapes).query(points, predicate="covered_by")
    order = np.lexsort((cell, found))
    _, first = np.unique(found[order], return_index=True)
    return np.bincount(cell[order][first], minlength=len(shapes)).astype(np.int64)

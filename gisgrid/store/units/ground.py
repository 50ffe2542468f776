"""What the micro-grids of a unit are drawn from: its homes, its lines, the grids that are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from sqlalchemy import func, select

from gisgrid.errors import InputError
from gisgrid.planning.proposals import Ground, Homes, Lines, Present
from gisgrid.store.drafts.state import PlanState
from gisgrid.store.tables import address, building, dividing_line
from gisgrid.store.units.seeing import unit_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry
    from sqlalchemy import Connection, Table

    from gisgrid.store.drafts.state import DrawnGrid

__all__ = ["UnitGround", "unit_ground"]

# A home outside every footprint belongs to the nearest one within so many degrees (about 5 m).
_BESIDE: Final = 5e-5


@dataclass(frozen=True)
class UnitGround:
    """A unit of a plan and what micro-grids are drawn from there.

    Attributes
    ----------
    unit : DrawnGrid
    grids : tuple of DrawnGrid
        The micro-grids below it in the order of their codes, which is that of `ground.present`.
    ground : Ground
        Without `present` where there are no micro-grids.
    """

    unit: DrawnGrid
    grids: tuple[DrawnGrid, ...]
    ground: Ground


def unit_ground(
    connection: Connection,
    plan_id: int | None,
    code: str,
    *,
    locked: Collection[str] = (),
    barriers: Collection[str] = (),
) -> UnitGround:
    """Read the ground of a unit.

    Parameters
    ----------
    plan_id : int or None
        The plan whose grids count; None for the grids on record.
    code : str
        Of the unit.
    locked : collection of str
        Codes of micro-grids that shall stay as they are, as special ones do in any case.
    barriers : collection of str
        Classes of lines that no micro-grid may lie on both sides of.

    Raises
    ------
    InputError
        The grid is no unit, or one that is locked is not below it.
    NotFound
        There is no such grid.
    """
    # No plan has the number 0, so nothing is drawn over the record.
    state = PlanState(connection, plan_id or 0)
    unit = unit_of(state, code)
    grids = tuple(sorted(state.below([unit.key]), key=lambda grid: grid.code))
    strangers = {*locked} - {grid.code for grid in grids}
    if strangers:
        raise InputError(
            f"locked grids are not below unit {code}", where=", ".join(sorted(strangers))
        )
    present = None
    if grids:
        shapes = np.array([grid.shape for grid in grids], dtype=object)
        stays = [grid.special or grid.code in locked for grid in grids]
        present = Present(shapes, np.array(stays, dtype=np.bool_))
    ground = Ground(
        unit.shape,
        _homes(connection, unit.shape),
        _lines(connection, unit.shape, frozenset(barriers)),
        present,
    )
    return UnitGround(unit, grids, ground)


def _homes(connection: Connection, region: BaseGeometry) -> Homes:
    """The addresses with households in a region, each with the footprint that it stands in."""
    point = address.c.point
    rows = connection.execute(
        select(func.ST_X(point), func.ST_Y(point), address.c.households)
        .where(address.c.households > 0, _meets(address, "point", region))
        .order_by(address.c.id)
    ).all()
    table = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 3)
    outlines = _shapes(connection, building, region)
    homes = table[shapely.intersects_xy(region, table[:, 0], table[:, 1])]
    points, households = homes[:, :2], homes[:, 2].astype(np.int64)
    return Homes(points, households, _buildings(points, outlines), outlines)


def _buildings(points: NDArray[np.float64], outlines: NDArray[np.object_]) -> NDArray[np.int64]:
    """The footprint that each point stands in or beside, -1 for none."""
    found = np.full(len(points), -1, dtype=np.int64)
    if len(outlines) and len(points):
        pairs = shapely.STRtree(outlines).query_nearest(
            shapely.points(points), max_distance=_BESIDE, all_matches=False
        )
        found[pairs[0]] = pairs[1]
    return found


def _lines(connection: Connection, region: BaseGeometry, barriers: frozenset[str]) -> Lines:
    line = dividing_line.c
    rows = connection.execute(
        select(line["class"].label("class_"), func.ST_AsBinary(line.geom).label("wkb"))
        .where(_meets(dividing_line, "geom", region))
        .order_by(line.id)
    ).all()
    shapes = shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object))
    classes = tuple(row.class_ for row in rows)
    return Lines(np.asarray(shapes, dtype=object), classes, barriers=barriers)


def _shapes(connection: Connection, table: Table, region: BaseGeometry) -> NDArray[np.object_]:
    query = select(func.ST_AsBinary(table.c.geom)).where(_meets(table, "geom", region))
    wkb = [bytes(one) for one in connection.scalars(query.order_by(table.c.id))]
    return np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object)


def _meets(table: Table, column: str, region: BaseGeometry) -> Any:
    box = func.ST_MakeEnvelope(*map(float, shapely.bounds(region)), 4326)
    return table.c[column].bool_op("&&")(box)

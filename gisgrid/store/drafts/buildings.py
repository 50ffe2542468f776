"""The buildings of a grid, as an edit that moves some of them needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from sqlalchemy import func, select

from gisgrid.errors import InputError, NotFound
from gisgrid.planning.edits import Building
from gisgrid.store.tables import building

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from sqlalchemy import Connection, Select

    from gisgrid.store.drafts.state import DrawnGrid

__all__ = ["buildings_of"]


def buildings_of(
    connection: Connection, grid: DrawnGrid, chosen: Collection[str]
) -> list[Building]:
    """All buildings whose inner points a grid of a plan covers.

    Parameters
    ----------
    chosen : collection of str
        The ids at their source of those that are to move.

    Raises
    ------
    NotFound
        There is no such building.
    InputError
        One of them stands elsewhere.
    """
    envelope = func.ST_MakeEnvelope(*map(float, shapely.bounds(grid.shape)), 4326)
    rows = connection.execute(
        _buildings().where(building.c.point.bool_op("&&")(envelope)).order_by(building.c.id)
    ).all()
    points = np.array([(row.x, row.y) for row in rows], np.float64).reshape(-1, 2)
    here = shapely.intersects_xy(grid.shape, points[:, 0], points[:, 1]).tolist()
    found = [
        Building(
            row.source_id, (row.x, row.y), shapely.from_wkb(bytes(row.wkb)), row.source_id in chosen
        )
        for row, held in zip(rows, here, strict=True)
        if held
    ]
    missing = sorted({*chosen} - {one.name for one in found})
    if missing:
        _refuse(connection, grid, missing)
    return found


def _buildings() -> Select[Any]:
    point = building.c.point
    return select(
        building.c.source_id,
        func.ST_X(point).label("x"),
        func.ST_Y(point).label("y"),
        func.ST_AsBinary(building.c.geom).label("wkb"),
    )


def _refuse(connection: Connection, grid: DrawnGrid, missing: list[str]) -> None:
    query = select(building.c.source_id).where(building.c.source_id.in_(missing))
    elsewhere = sorted(connection.scalars(query))
    if elsewhere:
        raise InputError(
            "the building stands in another grid",
            where=f"grid {grid.code}, building {elsewhere[0]}",
            fix="name the grid that it stands in",
        )
    raise NotFound("there is no such building", where=f"building {missing[0]}")

"""The owners of one point, by the owner function of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Text, func, select

from gisgrid.locate import GridRef, Resolution

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["resolve_point"]


def resolve_point(connection: Connection, lon: float, lat: float, at: datetime) -> Resolution:
    """Which grids own a point at an instant.

    Parameters
    ----------
    lon, lat : float
        Degrees, EPSG:4326.
    at : datetime
        Aware.
    """
    # psycopg2 would write a numpy number as a call of a function.
    place = func.ST_SetSRID(func.ST_MakePoint(float(lon), float(lat)), 4326)
    owners = (
        func.gisgrid.owners_at(place, at)
        .table_valued(
            Column("level", Text),
            Column("grid_id", BigInteger),
            Column("code", Text),
            Column("name", Text),
            Column("path", ARRAY(Text)),
            Column("border", Boolean),
        )
        .alias("owner")
    )
    return Resolution.of(
        [
            GridRef(row.level, row.code, row.name, tuple(row.path), row.border)
            for row in connection.execute(select(owners))
        ]
    )

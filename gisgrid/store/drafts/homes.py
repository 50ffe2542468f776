"""Households by the addresses that lie somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from sqlalchemy import func, select

from gisgrid.geometry.repairing import Homes
from gisgrid.store.tables import address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry
    from sqlalchemy import Connection

__all__ = ["homes_in", "homes_near"]


def homes_in(connection: Connection, pieces: Sequence[BaseGeometry]) -> list[float]:
    """The households of the addresses in each of several pieces.

    Parameters
    ----------
    pieces : sequence of Polygon or MultiPolygon
        Degrees, EPSG:4326. What lies on the border of two is counted in the first.
    """
    box = shapely.box(*shapely.total_bounds(np.array([*pieces], dtype=object)))
    homes = homes_near(connection, box)
    lon, lat, households = homes.lon, homes.lat, homes.households
    found: list[float] = []
    for piece in pieces:
        shapely.prepare(piece)
        here = shapely.intersects_xy(piece, lon, lat)
        found.append(float(households[here].sum()))
        lon, lat, households = lon[~here], lat[~here], households[~here]
    return found


def homes_near(connection: Connection, box: BaseGeometry | None = None) -> Homes:
    """The addresses with households, all or those in a box."""
    point = address.c.point
    query = select(func.ST_X(point), func.ST_Y(point), address.c.households).where(
        address.c.households > 0
    )
    if box is not None:
        envelope = func.ST_MakeEnvelope(*map(float, shapely.bounds(box)), 4326)
        query = query.where(point.bool_op("&&")(envelope))
    rows = [tuple(row) for row in connection.execute(query)]
    return Homes(*np.array(rows, np.float64).reshape(-1, 3).T)

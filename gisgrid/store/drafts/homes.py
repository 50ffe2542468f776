"""Households by the addresses that lie somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from sqlalchemy import func, select

from gisgrid.store.tables import address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry
    from sqlalchemy import Connection

__all__ = ["homes_in"]


def homes_in(connection: Connection, pieces: Sequence[BaseGeometry]) -> list[float]:
    """The households of the addresses in each of several pieces.

    Parameters
    ----------
    pieces : sequence of Polygon or MultiPolygon
        Degrees, EPSG:4326. What lies on the border of two is counted in the first.
    """
    point = address.c.point
    bounds = shapely.total_bounds(np.array([*pieces], dtype=object)).tolist()
    rows = connection.execute(
        select(func.ST_X(point), func.ST_Y(point), address.c.households).where(
            point.bool_op("&&")(func.ST_MakeEnvelope(*bounds, 4326)), address.c.households > 0
        )
    ).all()
    lon, lat, households = np.array([tuple(row) for row in rows], np.float64).reshape(-1, 3).T
    found: list[float] = []
    for piece in pieces:
        shapely.prepare(piece)
        here = shapely.intersects_xy(piece, lon, lat)
        found.append(float(households[here].sum()))
        lon, lat, households = lon[~here], lat[~here], households[~here]
    return found

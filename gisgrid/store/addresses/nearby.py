"""Standard addresses by their point and by what they are called."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geoalchemy2 import Geography
from sqlalchemy import cast, func, select

from gisgrid.errors import InputError, NotFound
from gisgrid.store.tables import address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

__all__ = ["WITHIN_M", "NearAddress", "address_called", "nearest", "source_ids"]

WITHIN_M: Final = 2_000.0
"""How far away an address may be and still say where a point is, in metres."""

# The shortest degree of latitude and the longest of longitude on the ellipsoid, in metres.
_DEGREE_NORTH: Final = 110_574.0
_DEGREE_EAST: Final = 111_320.0


@dataclass(frozen=True)
class NearAddress:
    """A standard address near a point.

    Attributes
    ----------
    id : int
    source_id, text : str
    lon, lat : float
        WGS 84.
    metres : float
        On the ellipsoid.
    """

    id: int
    source_id: str
    text: str
    lon: float
    lat: float
    metres: float


def nearest(
    connection: Connection, lon: float, lat: float, *, limit: int = 5, within_m: float = WITHIN_M
) -> list[NearAddress]:
    """The addresses nearest to a point, the nearest first; those equally near by their text.

    Parameters
    ----------
    lon, lat : float
        Degrees, WGS 84.
    limit : int
        At most so many.
    within_m : float
        Only those that are no farther, in metres.
    """
    point = func.ST_SetSRID(func.ST_MakePoint(float(lon), float(lat)), 4326)
    metres = func.ST_Distance(cast(address.c.point, Geography), cast(point, Geography))
    # The index orders by degrees, which are shorter to the east: as many as are wanted lie no
    # farther than the farthest of these, so nothing beyond that distance has to be looked at.
    first = (
        select(metres.label("metres"))
        .where(address.c.text != "")
        .order_by(address.c.point.op("<->")(point))
        .limit(limit)
        .subquery()
    )
    found = connection.scalars(select(first.c.metres)).all()
    reach = within_m if len(found) < limit else min(max(found), within_m)
    query = (
        select(
            *(address.c[name] for name in ("id", "source_id", "text")),
            func.ST_X(address.c.point).label("lon"),
            func.ST_Y(address.c.point).label("lat"),
            metres.label("metres"),
        )
        .where(address.c.text != "", _in_reach(point, lat, reach), metres <= reach)
        .order_by(metres, address.c.text, address.c.id)
        .limit(limit)
    )
    return [NearAddress(**row._mapping) for row in connection.execute(query)]


def address_called(connection: Connection, name: str) -> int:
    """The row of a standard address by its id at its source, or else by its text.

    Raises
    ------
    NotFound
        There is none.
    InputError
        There are several of that text.
    """
    own, called = address.c, name.strip().replace("\0", "")
    for same in (own.source_id == called, own.text == called):
        found = connection.scalars(select(own.id).where(same).limit(2)).all()
        if len(found) > 1:
            raise InputError("several addresses read so", where=repr(name), fix="give its id")
        if found and called:
            return int(found[0])
    raise NotFound("there is no such address", where=repr(name))


def source_ids(connection: Connection, rows: Sequence[int]) -> dict[int, str]:
    """The ids at their source of some addresses, by their rows."""
    query = select(address.c.id, address.c.source_id).where(address.c.id.in_(rows))
    return {row.id: row.source_id for row in connection.execute(query)}


def _in_reach(point: Any, lat: float, metres: float) -> Any:
    """The addresses in a box that holds all points within a distance."""
    north = metres / _DEGREE_NORTH + 1e-9
    # Degrees of longitude shrink towards the poles, where a box goes round them.
    narrowest = math.cos(math.radians(min(abs(lat) + north, 90.0)))
    east = min(1.01 * metres / (_DEGREE_EAST * max(narrowest, 1e-6)) + 1e-9, 360.0)
    return address.c.point.op("&&")(func.ST_Expand(point, east, north))

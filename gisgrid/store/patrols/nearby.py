"""The standard address nearest to a place, by which people find it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Float, bindparam, cast, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from gisgrid.store.scope import visible_to
from gisgrid.store.tables import address

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy import Connection

__all__ = ["Nearest", "nearest_addresses"]

_AMONG: Final = 16


class Nearest(NamedTuple):
    """An address and how far it is; an empty text and None where there are no addresses."""

    text: str
    metres: float | None


def nearest_addresses(
    connection: Connection, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> list[Nearest]:
    """The address nearest to each place.

    Parameters
    ----------
    lon, lat : float64 array, shape (n,)
        Degrees, WGS 84.
    """
    sides = (cast(bindparam(None, one.tolist(), ARRAY(Float)), ARRAY(Float)) for one in (lon, lat))
    place = (
        func.unnest(*sides)
        .table_valued("lon", "lat", with_ordinality="number")
        .render_derived(name="place")
    )
    point = func.ST_SetSRID(func.ST_MakePoint(place.c.lon, place.c.lat), 4326)
    # The index orders by degrees, of which one to the north is longer: the nearest is among these.
    near = (
        select(address.c.text, func.ST_DistanceSphere(address.c.point, point).label("metres"))
        .where(visible_to(connection, address), address.c.text != "")
        .order_by(address.c.point.op("<->")(point))
        .limit(_AMONG)
        .lateral("near")
    )
    query = (
        select(place.c.number, near.c.text, near.c.metres)
        .ext(distinct_on(place.c.number))
        .select_from(place.outerjoin(near, onclause=true()))
        .order_by(place.c.number, near.c.metres, near.c.text)
    )
    return [Nearest(row.text or "", row.metres) for row in connection.execute(query)]

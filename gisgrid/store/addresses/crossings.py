"""Roads by their names, and where they meet."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from sqlalchemy import func, select

from gisgrid.address.records import Crossing
from gisgrid.store.tables import dividing_line

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection

__all__ = ["Roads", "is_named_road", "read_roads"]

# Classes of dividing lines along which nobody lives.
_NO_ROADS: Final = ("river", "wall")

# The carriageways of two roads meet in several points, which are one crossing: about 100 m.
_ONE_CROSSING: Final = 1e-3

Roads = tuple[list[str], list[Crossing]]


def is_named_road() -> ColumnElement[bool]:
    """True for the dividing lines that addresses may be called after."""
    line = dividing_line.c
    return (line.name != "") & line["class"].not_in(_NO_ROADS)


def read_roads(connection: Connection) -> Roads:
    """The names of the roads on record, sorted, and every place in which two of them meet."""
    line = dividing_line.c
    query = (
        select(line.name, func.ST_AsBinary(line.geom).label("wkb"))
        .where(is_named_road())
        .order_by(line.name, line.source_id)
    )
    rows = connection.execute(query).all()
    names = np.array([row.name for row in rows], dtype=object)
    shapes = shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object))
    return sorted(set(names)), _crossings(names, shapes)


def _crossings(names: NDArray[np.object_], shapes: NDArray[np.object_]) -> list[Crossing]:
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    apart = names[one] < names[other]
    one, other = one[apart], other[apart]
    points, pair = shapely.get_coordinates(
        shapely.intersection(shapes[one], shapes[other]), return_index=True
    )
    met: dict[tuple[str, str], list[NDArray[np.float64]]] = defaultdict(list)
    for place, which in zip(points, pair, strict=True):
        here = met[names[one[which]], names[other[which]]]
        if all(np.abs(place - known).max() > _ONE_CROSSING for known in here):
            here.append(place)
    return [
        Crossing(*pair, float(place[0]), float(place[1]))
        for pair, places in sorted(met.items(), key=lambda item: item[0])
        for place in places
    ]

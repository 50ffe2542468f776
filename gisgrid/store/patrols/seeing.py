"""Which stops of patrols may be shown: those in the grids and police areas that one may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, or_, true

from gisgrid.store.scope import sight_of, visible_to
from gisgrid.store.subtrees import grids_seen
from gisgrid.store.tables import boundary_version, patrol_point, patrol_stop, patrol_visit

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

__all__ = ["stops_seen", "visits_seen"]


def stops_seen(connection: Connection) -> ColumnElement[Any]:
    """True for the planned stops that may be shown over a connection.

    A stop keeps the micro-grid that it was planned in, not what is above it; of police areas it
    keeps none, so where it lies says whose it is.
    """
    sight, stop = sight_of(connection), patrol_stop.c
    if sight.whole:
        return true()
    area = boundary_version.c
    around = exists().where(
        area.grid_id.in_(sight.police),
        area.valid.contains(func.now()),
        area.geom.bool_op("&&")(stop.point),
        func.substr(func.ST_Relate(area.geom, stop.point), 7, 1) == "F",
    )
    return or_(stop.micro_id.in_(grids_seen(connection)), around)


def visits_seen(connection: Connection) -> ColumnElement[Any]:
    """True for the visits outside plans that may be shown: those of points that may."""
    point = patrol_point.c
    return exists().where(
        point.id == patrol_visit.c.patrol_point_id, visible_to(connection, patrol_point)
    )

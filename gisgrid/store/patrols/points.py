"""The patrol points, with when somebody was last there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from gisgrid.store.grids import valid_grids
from gisgrid.store.patrols.turns import last_words
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import patrol_point

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["PatrolPoint", "patrol_points"]


@dataclass(frozen=True)
class PatrolPoint:
    """A point that a patrol passes.

    Attributes
    ----------
    id : str
        At its source.
    name, category : str
    lon, lat : float
        WGS 84.
    grid : str or None
        Code of its micro-grid.
    visited_at : datetime or None
        When somebody was last there.
    """

    id: str
    name: str
    category: str
    lon: float
    lat: float
    grid: str | None
    visited_at: datetime | None


def patrol_points(
    connection: Connection, at: datetime, *, after: str = "", limit: int | None = None
) -> list[PatrolPoint]:
    """Patrol points by their id; those after an id, for paging."""
    valid, last = valid_grids(at), last_words()
    seen = (
        select(last.c.patrol_point_id, func.max(last.c.visited_at).label("visited_at"))
        .where(last.c.done)
        .group_by(last.c.patrol_point_id)
        .subquery()
    )
    query = (
        select(
            patrol_point.c.source_id.label("id"),
            patrol_point.c.name,
            patrol_point.c.category,
            func.ST_X(patrol_point.c.point).label("lon"),
            func.ST_Y(patrol_point.c.point).label("lat"),
            valid.c.code.label("grid"),
            seen.c.visited_at,
        )
        .outerjoin(valid, valid.c.grid_id == patrol_point.c.micro_id)
        .outerjoin(seen, seen.c.patrol_point_id == patrol_point.c.id)
        .where(visible_to(connection, patrol_point), patrol_point.c.source_id > after)
        .order_by(patrol_point.c.source_id)
        .limit(limit)
    )
    return [PatrolPoint(**row._mapping) for row in connection.execute(query)]

"""The places that are held by hand, and what is above the grids that hold them, as queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import Text, and_, literal, select, union_all

from gisgrid.locate import NESTED_LEVELS
from gisgrid.store.places import TABLES, TITLES
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import (
    address,
    building,
    grid_version,
    hazard,
    manual_assignment,
    patrol_point,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Subquery, Table

__all__ = ["HELD_TABLES", "chains", "ended_holds", "held_ids", "is_open", "open_holds"]

# What can be held, by what a user calls it.
HELD_TABLES: Final[Mapping[str, Table]] = {
    kind: table
    for kind, table in TABLES.items()
    if table in (address, hazard, patrol_point, building)
}


def open_holds(connection: Connection) -> Subquery:
    """The places that are held and may be shown.

    id (of the hold), kind, place_id, source_id, title, point, grid_id, reason, author, made_at,
    ended_at, ended_why, ended_by.
    """
    return _holds(connection, ended=False)


def ended_holds(connection: Connection) -> Subquery:
    """What was held and is no longer, as `open_holds`; places that are gone are left out."""
    return _holds(connection, ended=True)


def _holds(connection: Connection, *, ended: bool) -> Subquery:
    own = manual_assignment.c
    parts = [
        select(
            own.id,
            literal(kind, Text).label("kind"),
            table.c.id.label("place_id"),
            table.c.source_id,
            TITLES[kind].label("title"),
            table.c.point,
            own.grid_id,
            own.reason,
            own.author,
            own.made_at,
            own.ended_at,
            own.ended_why,
            own.ended_by,
        ).where(
            *(own.place_table == table.name, own.place_id == table.c.id),
            own.ended_at.is_not(None) if ended else own.ended_at.is_(None),
            visible_to(connection, table),
        )
        for kind, table in HELD_TABLES.items()
    ]
    return union_all(*parts).subquery("held")


def is_open(table: Table) -> Any:
    """The condition that joins the places of a table with their open holds."""
    own = manual_assignment.c
    return and_(own.place_table == table.name, own.place_id == table.c.id, own.ended_at.is_(None))


def held_ids(connection: Connection, table: Table) -> NDArray[np.int64]:
    """The places of a table that are held, confidential ones too."""
    own = manual_assignment.c
    query = select(own.place_id).where(own.place_table == table.name, own.ended_at.is_(None))
    return np.array(connection.scalars(query).all(), dtype=np.int64)


def chains(at: datetime) -> Subquery:
    """The micro-grids valid at an instant with what is above them: micro_id, unit_id, area_id.

    A unit or area that has ended is none.
    """
    micro, unit, area = (grid_version.alias(level) for level in reversed(NESTED_LEVELS))
    return (
        select(
            micro.c.grid_id.label("micro_id"),
            unit.c.grid_id.label("unit_id"),
            area.c.grid_id.label("area_id"),
        )
        .outerjoin(unit, and_(unit.c.grid_id == micro.c.parent_id, unit.c.valid.contains(at)))
        .outerjoin(area, and_(area.c.grid_id == unit.c.parent_id, area.c.valid.contains(at)))
        .where(micro.c.valid.contains(at))
        .subquery("chain")
    )

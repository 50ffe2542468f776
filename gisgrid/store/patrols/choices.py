"""What a plan can be asked for: the categories of hazards, and the grids to stay within."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from gisgrid.store.grids import Grid, listing
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import hazard

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["categories", "grounds"]


def categories(connection: Connection) -> list[str]:
    """The categories of the hazards on record, in order; confidential ones are left out."""
    column = hazard.c.category
    query = (
        select(column)
        .where(visible_to(connection, hazard), column != "")
        .distinct()
        .order_by(column)
    )
    return list(connection.scalars(query))


def grounds(connection: Connection, at: datetime) -> list[Grid]:
    """The area grids and the police areas, in which patrols are usually planned."""
    return [one for level in ("area", "police") for one in listing(connection, at, level=level)]

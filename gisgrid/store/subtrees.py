"""The grids that the one who looks may work on: those named, and all below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from gisgrid.store.scope import sight_of
from gisgrid.store.tables import grid_version

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Select

__all__ = ["grids_seen", "outside_sight"]


def grids_seen(connection: Connection) -> Select[tuple[int]]:
    """The ids of the present grids that a limited sight names, and of all below them."""
    named = sorted(sight_of(connection).grids)
    own, above = grid_version.alias("own"), grid_version.alias("above")
    joined = and_(above.c.grid_id == own.c.parent_id, above.c.valid.contains(func.now()))
    inside = or_(own.c.grid_id.in_(named), own.c.parent_id.in_(named), above.c.parent_id.in_(named))
    return (
        select(own.c.grid_id)
        .outerjoin(above, joined)
        .where(own.c.valid.contains(func.now()), inside)
    )


def outside_sight(connection: Connection, grids: Collection[int]) -> set[int]:
    """Those of some grids (ids) that the one who looks may not work on."""
    if sight_of(connection).whole:
        return set()
    return set(grids) - set(connection.scalars(grids_seen(connection)))

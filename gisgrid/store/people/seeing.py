"""Whose people somebody may see: those of the grids within their sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, or_, select, true

from gisgrid.errors import NotFound
from gisgrid.store.scope import sight_of
from gisgrid.store.subtrees import grids_seen
from gisgrid.store.tables import grid_version

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

__all__ = ["grid_to_staff", "grids_seen_now", "of_grids_seen"]


def of_grids_seen(connection: Connection, grid_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """True for the rows whose grid lies within the sight of the one who looks."""
    sight = sight_of(connection)
    if sight.whole:
        return true()
    return or_(grid_id.in_(grids_seen(connection)), grid_id.in_(sorted(sight.police)))


def grids_seen_now(connection: Connection) -> Select[tuple[int, str]]:
    """The ids and codes of the present grids within the sight of the one who looks."""
    own = grid_version.c
    return select(own.grid_id, own.code).where(
        own.valid.contains(func.now()), of_grids_seen(connection, own.grid_id)
    )


def grid_to_staff(connection: Connection, code: str) -> int:
    """The id of a present grid within the sight of the one who looks.

    Raises
    ------
    NotFound
        There is none with this code, or it is not theirs to look at: the words are the same.
    """
    found = connection.execute(
        grids_seen_now(connection).where(grid_version.c.code == code)
    ).first()
    if found is None:
        raise NotFound("no grid has this code now", where=repr(code))
    return int(found.grid_id)

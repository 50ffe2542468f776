"""The past of one grid: its versions, what it came from and what it went into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from gisgrid.errors import NotFound
from gisgrid.store import grids
from gisgrid.store.tables import grid
from gisgrid.store.versions import VersionBook

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.store.versions import Attributes, Boundary, Passage

__all__ = ["GridHistory", "grid_history"]


@dataclass(frozen=True)
class GridHistory:
    """All that is on record of a grid, the oldest first.

    Attributes
    ----------
    id : int
        The stable identity.
    code : str
        The last that it had.
    level : str
    ended : bool
        No version of it holds any more.
    attributes : tuple of Attributes
    boundaries : tuple of Boundary
    came_from, went_into : tuple of Passage
        Ground and households that publishes gave to it, and took from it.
    """

    id: int
    code: str
    level: str
    ended: bool
    attributes: tuple[Attributes, ...]
    boundaries: tuple[Boundary, ...]
    came_from: tuple[Passage, ...]
    went_into: tuple[Passage, ...]


def grid_history(connection: Connection, code: str) -> GridHistory:
    """The past of the grid that has, or ever had, a code.

    Raises
    ------
    NotFound
        No grid ever had it.
    """
    grid_id = grids.ids_by_code(connection, [code]).get(code)
    if grid_id is None:
        raise NotFound("no grid has or ever had this code", where=repr(code))
    book = VersionBook(connection, [grid_id])
    attributes = book.attributes[grid_id]
    mine = {one.code for one in attributes}
    return GridHistory(
        id=grid_id,
        code=attributes[-1].code,
        level=str(connection.scalar(select(grid.c.level).where(grid.c.id == grid_id))),
        ended=attributes[-1].valid_to is not None,
        attributes=tuple(attributes),
        boundaries=tuple(book.boundaries[grid_id]),
        # A code is never given to another grid, so it tells which side of a passage this one is.
        came_from=tuple(one for one in book.passages if one.target in mine),
        went_into=tuple(one for one in book.passages if one.source in mine),
    )

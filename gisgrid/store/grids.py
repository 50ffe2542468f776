"""Grids as they are at an instant: by code, by level, by parent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import shapely
from sqlalchemy import BigInteger, Boolean, Column, Integer, Select, Text, and_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from gisgrid.errors import NotFound
from gisgrid.store.tables import boundary_version, grid, grid_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, TableValuedAlias

__all__ = [
    "Grid",
    "by_code",
    "by_ids",
    "children",
    "codes_by_id",
    "ids_by_code",
    "levels_by_code",
    "listing",
    "orphans",
    "select_grids",
    "valid_grids",
]


@dataclass(frozen=True)
class Grid:
    """A grid as it is at an instant.

    Attributes
    ----------
    id : int
        The stable identity; code, name and parent may change.
    level, code, name : str
    parent : str or None
        The parent's code.
    path : tuple of str
        Codes from the area down to the grid itself.
    special : bool
        Drawn round a market, a park, a campus (专属网格).
    households : int or None
        Households as declared with the boundary.
    valid_from : datetime
        Since when the present boundary holds.
    """

    id: int
    level: str
    code: str
    name: str
    parent: str | None
    path: tuple[str, ...]
    special: bool
    households: int | None
    valid_from: datetime


def valid_grids(at: datetime, name: str = "valid") -> TableValuedAlias:
    """The rows of ``gisgrid.grids_at(at)``: attributes and paths of the grids valid then."""
    return (
        func.gisgrid.grids_at(at)
        .table_valued(
            Column("grid_id", BigInteger),
            Column("code", Text(collation="C")),
            Column("name", Text),
            Column("parent_id", BigInteger),
            Column("special", Boolean),
            Column("households", Integer),
            Column("path", ARRAY(Text(collation="C"))),
        )
        .alias(name)
    )


def select_grids(at: datetime, *extra: Any) -> tuple[Select[Any], TableValuedAlias]:
    """A query for the fields of `Grid` (and extra columns), and its alias to filter by."""
    valid = valid_grids(at)
    parent = valid_grids(at, "parent")
    query = (
        select(
            valid.c.grid_id.label("id"),
            boundary_version.c.level,
            valid.c.code,
            valid.c.name,
            parent.c.code.label("parent"),
            valid.c.path,
            valid.c.special,
            valid.c.households,
            func.lower(boundary_version.c.valid).label("valid_from"),
            *extra,
        )
        .select_from(valid)
        .join(
            boundary_version,
            and_(
                boundary_version.c.grid_id == valid.c.grid_id, boundary_version.c.valid.contains(at)
            ),
        )
        .outerjoin(parent, parent.c.grid_id == valid.c.parent_id)
    )
    return query, valid


def _grid(row: Any) -> Grid:
    return Grid(
        id=row.id,
        level=row.level,
        code=row.code,
        name=row.name,
        parent=row.parent,
        path=tuple(row.path),
        special=row.special,
        households=row.households,
        valid_from=row.valid_from,
    )


def listing(
    connection: Connection,
    at: datetime,
    *,
    level: str | None = None,
    parent: str | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[Grid]:
    """Grids valid at an instant, by code; those after a code, for paging by key."""
    query, valid = select_grids(at)
    if level is not None:
        query = query.where(boundary_version.c.level == level)
    if parent is not None:
        query = query.where(valid.c.path.contains([parent]), valid.c.code != parent)
    if after:
        query = query.where(valid.c.code > after)
    query = query.order_by(valid.c.code).limit(limit)
    return [_grid(row) for row in connection.execute(query)]


def by_ids(connection: Connection, ids: Sequence[int], at: datetime) -> list[Grid]:
    """The grids of these ids that are valid at an instant, by code."""
    query, valid = select_grids(at)
    query = query.where(valid.c.grid_id.in_(ids)).order_by(valid.c.code)
    return [_grid(row) for row in connection.execute(query)]


def by_code(connection: Connection, code: str, at: datetime) -> tuple[Grid, Any]:
    """A grid and its shape (shapely, degrees).

    Raises
    ------
    NotFound
        No grid has that code at that instant.
    """
    query, valid = select_grids(at, func.ST_AsBinary(boundary_version.c.geom).label("wkb"))
    row = connection.execute(query.where(valid.c.code == code)).one_or_none()
    if row is None:
        raise _missing(connection, code, at)
    return _grid(row), shapely.from_wkb(bytes(row.wkb))


def _missing(connection: Connection, code: str, at: datetime) -> NotFound:
    """Why a code is no grid's at an instant: it may have been, and be called otherwise then."""
    what, where = "no grid has this code at that time", repr(code)
    grid_id = ids_by_code(connection, [code]).get(code)
    if grid_id is None:
        return NotFound(what, where=where)
    label = grid_version.c
    query = select(label.code).where(label.grid_id == grid_id, label.valid.contains(at))
    called = connection.scalar(query)
    what += (
        "; the grid that has had it does not hold then"
        if called is None
        else f"; the grid that has had it is called {called} then"
    )
    fix = f"its past: gisgrid history {code}, or GET /v1/grids/{code}/history"
    return NotFound(what, where=where, fix=fix)


def children(connection: Connection, found: Grid, at: datetime) -> list[str]:
    """Codes of the grids directly below a grid."""
    valid = valid_grids(at)
    query = select(valid.c.code).where(valid.c.parent_id == found.id).order_by(valid.c.code)
    return list(connection.scalars(query))


def ids_by_code(connection: Connection, codes: Sequence[str]) -> dict[str, int]:
    """The grid that has, or ever had, each of the codes; a code stays with its grid for ever."""
    query = select(grid_version.c.code, grid_version.c.grid_id).where(
        grid_version.c.code.in_(list(codes))
    )
    return {row.code: row.grid_id for row in connection.execute(query)}


def codes_by_id(connection: Connection, ids: Sequence[int], at: datetime) -> dict[int, str]:
    """The code of each of the grids that is valid at an instant."""
    valid = valid_grids(at)
    query = select(valid.c.grid_id, valid.c.code).where(valid.c.grid_id.in_(list(ids)))
    return {row.grid_id: row.code for row in connection.execute(query)}


def orphans(connection: Connection, at: datetime) -> int:
    """How many grids have a parent that is not valid any more."""
    valid, parent = valid_grids(at), valid_grids(at, "parent")
    query = (
        select(func.count())
        .select_from(valid)
        .outerjoin(parent, parent.c.grid_id == valid.c.parent_id)
        .where(valid.c.parent_id.is_not(None), parent.c.grid_id.is_(None))
    )
    return int(connection.scalar(query) or 0)


def levels_by_code(connection: Connection, codes: Sequence[str]) -> dict[str, str]:
    """The level of the grid that has, or ever had, each of the codes."""
    query = (
        select(grid_version.c.code, grid.c.level)
        .join(grid, grid.c.id == grid_version.c.grid_id)
        .where(grid_version.c.code.in_(list(codes)))
    )
    return {row.code: row.level for row in connection.execute(query)}

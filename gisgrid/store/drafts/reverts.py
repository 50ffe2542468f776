"""Taking a publish back as an edit of a plan: the grids as they were before a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import shapely
from pydantic import BaseModel
from sqlalchemy import and_, func, or_, select

from gisgrid.errors import Conflict
from gisgrid.store.drafts.state import DrawnGrid
from gisgrid.store.drafts.writing import Change
from gisgrid.store.tables import boundary_version, grid_version

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

__all__ = ["Revert", "reverted"]


class Revert(BaseModel):
    """Give the grids of a revision the state from before it."""

    kind: Literal["revert"] = "revert"
    revision: int


def reverted(connection: Connection, edit: Revert) -> Change:
    """What a revision touched as it was before, all else as it is now.

    Raises
    ------
    Conflict
        A later revision changed the same again, or this one changed nothing.
    """
    number = edit.revision
    shapes = _touched(connection, boundary_version, number)
    labels = _touched(connection, grid_version, number)
    before = _states(connection, shapes, labels, number)
    present = _states(connection, set(), set(), number, among=shapes | labels)
    rows = [_drawn(row) for row in before.values()]
    rows += [_drawn(row, ended=True) for key, row in present.items() if key not in before]
    if not rows:
        raise Conflict("the revision changed no grids", where=f"revision {number}")
    return Change(tuple(rows))


def _drawn(row: dict[str, Any], *, ended: bool = False) -> DrawnGrid:
    plain = {name: value for name, value in row.items() if name != "wkb"}
    return DrawnGrid(**plain, shape=shapely.from_wkb(bytes(row["wkb"])), ended=ended)


def _touched(connection: Connection, table: Table, number: int) -> set[int]:
    """The grids of which a revision began or ended a version, unless a later one did again."""
    by_it = or_(table.c.revision == number, table.c.ended_revision == number)
    touched = set(connection.scalars(select(table.c.grid_id).where(by_it)))
    later = func.greatest(table.c.revision, table.c.ended_revision)
    query = (
        select(table.c.grid_id, later)
        .where(
            table.c.grid_id.in_(touched),
            or_(table.c.revision > number, table.c.ended_revision > number),
        )
        .order_by(later.desc())
        .limit(1)
    )
    found = connection.execute(query).one_or_none()
    if found is not None:
        grid_id, last = found
        code = connection.scalar(
            select(grid_version.c.code)
            .where(grid_version.c.grid_id == grid_id)
            .order_by(grid_version.c.id.desc())
            .limit(1)
        )
        raise Conflict(
            f"changed again by revision {last}",
            where=f"grid {code}",
            fix=f"take that back first: gisgrid plan revert {last}",
        )
    return touched


def _states(
    connection: Connection,
    shapes: set[int],
    labels: set[int],
    number: int,
    *,
    among: set[int] | None = None,
) -> dict[int, dict[str, Any]]:
    """Grids with the shapes and labels before a revision where these are named, else of now."""
    label, shape = grid_version.c, boundary_version.c
    old_label = and_(label.grid_id.in_(labels), _held_before(grid_version, number))
    new_label = and_(label.grid_id.not_in(labels), func.upper_inf(label.valid))
    old_shape = and_(shape.grid_id.in_(shapes), _held_before(boundary_version, number))
    new_shape = and_(shape.grid_id.not_in(shapes), func.upper_inf(shape.valid))
    query = (
        select(
            label.grid_id.label("key"),
            shape.level,
            label.code,
            label.name,
            label.parent_id.label("parent_key"),
            label.special,
            label.households,
            label.range_reason,
            func.ST_AsBinary(shape.geom).label("wkb"),
        )
        .join(boundary_version, shape.grid_id == label.grid_id)
        .where(
            label.grid_id.in_(shapes | labels if among is None else among),
            or_(old_label, new_label),
            or_(old_shape, new_shape),
        )
        .order_by(label.grid_id)
    )
    return {row.key: dict(row._mapping) for row in connection.execute(query)}


def _held_before(table: Table, number: int) -> Any:
    """The versions that were open just before a revision."""
    return and_(
        table.c.revision < number,
        or_(table.c.ended_revision.is_(None), table.c.ended_revision >= number),
    )

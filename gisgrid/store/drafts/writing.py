"""The log of a plan's edits and the rows that they write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from sqlalchemy import delete, func, insert, literal, select, update

from gisgrid.errors import Conflict
from gisgrid.store import plans
from gisgrid.store.copying import as_multi, copy_in, ewkb
from gisgrid.store.tables import DRAWN_COLUMNS, draft_edit, draft_edit_grid, draft_grid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from gisgrid.store.drafts.state import DrawnGrid
    from gisgrid.store.plans import Plan

__all__ = [
    "Change",
    "Loggable",
    "lock_plan",
    "next_key",
    "record",
    "replace_rows",
    "require_drawn",
    "write_rows",
]


@dataclass(frozen=True)
class Change:
    """What an edit does to the rows of a plan.

    Attributes
    ----------
    written : tuple of DrawnGrid
        Whole grids as they shall be.
    dropped : tuple of int
        Keys of grids that the plan made and that are no more.
    """

    written: tuple[DrawnGrid, ...]
    dropped: tuple[int, ...] = ()

    @property
    def keys(self) -> set[int]:
        """The grids that it touches."""
        return {*(grid.key for grid in self.written), *self.dropped}


class Loggable(Protocol):
    """An edit that knows its kind, and its arguments as JSON."""

    @property
    def kind(self) -> str: ...

    def model_dump(self, *, mode: str, exclude: set[str]) -> dict[str, Any]: ...


def lock_plan(connection: Connection, plan_id: int, expected_version: int | None) -> Plan:
    """Lock a drawn plan to change it.

    Parameters
    ----------
    expected_version : int or None
        The version that the caller looked at; None for any.

    Raises
    ------
    NotFound
        There is no such plan.
    Conflict
        It is no draft any more, or lists grids instead of drawing them.
    StaleVersion
        Somebody else has changed it meanwhile.
    """
    found = plans.require_version(connection, plan_id, expected_version)
    plans.require_draft(found)
    require_drawn(found)
    return found


def require_drawn(found: Plan) -> None:
    """Raise `Conflict` unless a plan draws grids."""
    if found.level is not None:
        raise Conflict(
            "the plan lists the grids of an import and is not drawn",
            where=f"plan {found.id}",
            fix=f"gisgrid plan new NAME --listing {found.id}",
        )


def next_key(connection: Connection, plan_id: int) -> int:
    """A key that no grid of the plan has or had; others follow below it."""
    logged = (
        select(func.min(draft_edit_grid.c.key))
        .join(draft_edit, draft_edit.c.id == draft_edit_grid.c.edit_id)
        .where(draft_edit.c.plan_id == plan_id)
    )
    return min(int(connection.scalar(logged) or 0), 0) - 1


def record(
    connection: Connection, locked: Plan, edit: Loggable, change: Change, author: str
) -> tuple[int, int]:
    """Write an edit into the log and its grids into the plan; its number and the new version.

    Edits that were undone cannot be made again after it.
    """
    log = draft_edit.c
    connection.execute(
        update(draft_edit)
        .where(log.plan_id == locked.id, log.number > locked.position)
        .values(superseded=True)
    )
    last = select(func.coalesce(func.max(log.number), 0)).where(log.plan_id == locked.id)
    added = insert(draft_edit).values(
        plan_id=locked.id,
        number=last.scalar_subquery() + 1,
        kind=edit.kind,
        arguments=edit.model_dump(mode="json", exclude={"kind"}),
        author=author,
    )
    edit_id, number = connection.execute(added.returning(log.id, log.number)).one()
    write_rows(connection, locked.id, edit_id, change)
    return number, plans.touch(connection, locked.id, position=number)


def write_rows(connection: Connection, plan_id: int, edit_id: int, change: Change) -> None:
    """Keep what an edit replaces and what it writes, and write that into the plan."""
    drawn = [draft_grid.c[name] for name in DRAWN_COLUMNS]
    before = select(literal(edit_id), literal(False), *drawn).where(
        draft_grid.c.plan_id == plan_id, draft_grid.c.key.in_(change.keys)
    )
    names = ["edit_id", "after", *DRAWN_COLUMNS]
    connection.execute(insert(draft_edit_grid).from_select(names, before))
    copy_in(connection, draft_edit_grid, _columns(edit_id, change.written))
    replace_rows(connection, plan_id, edit_id, after=True)


def replace_rows(connection: Connection, plan_id: int, edit_id: int, *, after: bool) -> None:
    """Bring the grids that an edit touches to what they were before or after it."""
    logged = draft_edit_grid.c
    keys = select(logged.key).where(logged.edit_id == edit_id)
    connection.execute(
        delete(draft_grid).where(draft_grid.c.plan_id == plan_id, draft_grid.c.key.in_(keys))
    )
    rows = select(literal(plan_id), *(logged[name] for name in DRAWN_COLUMNS)).where(
        logged.edit_id == edit_id, logged.after.is_(after)
    )
    connection.execute(insert(draft_grid).from_select(["plan_id", *DRAWN_COLUMNS], rows))


def _columns(edit_id: int, grids: Iterable[DrawnGrid]) -> dict[str, Any]:
    rows = [*grids]
    plain = [name for name in DRAWN_COLUMNS if name != "geom"]
    shapes = np.array([grid.shape for grid in rows], dtype=object)
    return {
        "edit_id": [edit_id] * len(rows),
        "after": [True] * len(rows),
        **{name: [getattr(grid, name) for grid in rows] for name in plain},
        "geom": ewkb(as_multi(shapes)),
    }

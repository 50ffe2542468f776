"""Drawn plans as a whole: begun, forked, renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, func, insert, literal, select

from gisgrid.errors import Conflict, InputError
from gisgrid.store import plans, revisions
from gisgrid.store.drafts.writing import lock_plan, require_drawn
from gisgrid.store.tables import DRAWN_COLUMNS, draft_edit, draft_edit_grid, draft_grid, plan

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

__all__ = ["fork", "new", "rename"]


def new(
    connection: Connection,
    name: str,
    *,
    author: str = "",
    effective_at: datetime | None = None,
    base_revision: int | None = None,
) -> int:
    """Begin a plan on the present boundaries; its number.

    Parameters
    ----------
    name : str
    author : str
        Who draws it, for the record.
    effective_at : datetime, optional
        From when its boundaries shall hold; without it, from the moment of publishing.
    base_revision : int, optional
        The revision that its author saw; the present one without it.

    Raises
    ------
    Conflict
        There are no boundaries yet.
    InputError
        The name is blank.
    """
    _require_name(name)
    base = base_revision or revisions.current(connection)
    if not base:
        raise Conflict(
            "there are no boundaries to draw a plan from",
            fix="gisgrid import boundaries FILE --publish",
        )
    row = insert(plan).values(
        name=name, author=author, effective_at=effective_at, base_revision=base
    )
    return int(connection.execute(row.returning(plan.c.id)).scalar_one())


def fork(connection: Connection, plan_id: int, name: str, *, author: str = "") -> int:
    """A plan of one's own with the grids and the log of another, whatever became of that.

    The later day that it was drawn for is kept, unless that day has passed meanwhile.

    Raises
    ------
    NotFound
        There is no such plan.
    Conflict
        It lists grids instead of drawing them, or is in force.
    InputError
        The name is blank.
    """
    _require_name(name)
    source = plans.by_id(connection, plan_id, lock=True)
    require_drawn(source)
    if source.state == "published":
        raise Conflict(
            "the plan is in force: its grids are the boundaries now",
            where=f"plan {plan_id}",
            fix="gisgrid plan new NAME",
        )
    copied = [plan.c.level, plan.c.base_revision, plan.c.position, _day()]
    begun = insert(plan).from_select(
        ["name", "author", "forked_from", *(column.name for column in copied)],
        select(literal(name), literal(author), plan.c.id, *copied).where(plan.c.id == plan_id),
    )
    made = int(connection.execute(begun.returning(plan.c.id)).scalar_one())
    drawn = [draft_grid.c[column] for column in DRAWN_COLUMNS]
    connection.execute(
        insert(draft_grid).from_select(
            ["plan_id", *DRAWN_COLUMNS],
            select(literal(made), *drawn).where(draft_grid.c.plan_id == plan_id),
        )
    )
    _copy_log(connection, plan_id, made)
    return made


def _require_name(name: str) -> None:
    if not name.strip():
        raise InputError("the name of a plan cannot be blank", where=repr(name))


def _day() -> ColumnElement[datetime | None]:
    """From when a fork holds: not from a day that was to come and has passed since."""
    day = plan.c.effective_at
    passed = (day > plan.c.created_at) & (day <= func.clock_timestamp())
    return case((passed, None), else_=day).label(day.name)


def _copy_log(connection: Connection, source: int, target: int) -> None:
    kept = ["number", "kind", "arguments", "author", "made_at", "superseded"]
    connection.execute(
        insert(draft_edit).from_select(
            ["plan_id", *kept],
            select(literal(target), *(draft_edit.c[name] for name in kept))
            .where(draft_edit.c.plan_id == source)
            .order_by(draft_edit.c.number),
        )
    )
    old, copy, logged = draft_edit.alias("old"), draft_edit.alias("copy"), draft_edit_grid.c
    connection.execute(
        insert(draft_edit_grid).from_select(
            ["edit_id", "after", *DRAWN_COLUMNS],
            select(copy.c.id, logged.after, *(logged[name] for name in DRAWN_COLUMNS))
            .join(old, old.c.id == logged.edit_id)
            .join(copy, copy.c.number == old.c.number)
            .where(old.c.plan_id == source, copy.c.plan_id == target),
        )
    )


def rename(
    connection: Connection, plan_id: int, name: str, *, expected_version: int | None = None
) -> int:
    """Call a plan otherwise; its new version. Errors as those of an edit."""
    _require_name(name)
    lock_plan(connection, plan_id, expected_version)
    return plans.touch(connection, plan_id, name=name)

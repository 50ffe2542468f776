"""Whose a plan is: who plans for a part of the district draws grids of that part only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from gisgrid.errors import NotFound
from gisgrid.store import plans
from gisgrid.store.drafts.state import recorded
from gisgrid.store.scope import sight_of
from gisgrid.store.subtrees import outside_sight
from gisgrid.store.tables import draft_grid

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["require_drawn_theirs", "require_theirs"]


def require_theirs(connection: Connection, plan_id: int) -> None:
    """Refuse a plan that draws grids beyond what the one who looks may plan for.

    A plan that lists the grids of a file is for those who plan for the whole district.

    Raises
    ------
    NotFound
        There is no such plan, or it is not theirs: in the same words.
    """
    if sight_of(connection).whole:
        return
    if plans.by_id(connection, plan_id).level is not None or _beyond(connection, plan_id):
        raise plans.no_such_plan(plan_id)


def require_drawn_theirs(connection: Connection, plan_id: int) -> None:
    """Refuse an edit, just made, that draws grids beyond what the one who looks may plan for.

    Raises
    ------
    NotFound
        It names the grids.
    """
    if sight_of(connection).whole:
        return
    codes = _beyond(connection, plan_id)
    if codes:
        raise NotFound(
            "there are no such grids among those that you may draw",
            where=f"plan {plan_id}, grid {', '.join(codes)}",
            fix="ask whoever plans for the grids around",
        )


def _beyond(connection: Connection, plan_id: int) -> list[str]:
    """Codes of the grids that a plan draws and the one who looks may not."""
    drawn = draft_grid.c
    query = select(drawn.key, drawn.parent_key, drawn.code).where(drawn.plan_id == plan_id)
    rows = connection.execute(query).all()
    made = {row.key for row in rows if row.key < 0}
    kept = recorded(connection, [row.key for row in rows if row.key > 0])
    touched = {row.key: row.code for row in rows if row.key > 0}
    for row in rows:
        # Where a grid comes to be under another one, that one has to be theirs as well.
        above = kept[row.key].parent_key if row.key in kept else None
        if row.parent_key not in made | {above}:
            touched[row.parent_key or 0] = row.code
    return sorted({touched[one] for one in outside_sight(connection, touched.keys())})

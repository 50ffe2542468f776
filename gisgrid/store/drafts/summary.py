"""What a drawn plan comes to, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from gisgrid.store.drafts.state import changed_since
from gisgrid.store.tables import draft_edit, draft_grid, plan

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["LevelCounts", "Summary", "summary"]


@dataclass(frozen=True)
class LevelCounts:
    """The grids of a level that a plan draws otherwise, makes and ends."""

    level: str
    changed: int
    made: int
    ended: int


@dataclass(frozen=True)
class Summary:
    """What a drawn plan comes to.

    Attributes
    ----------
    counts : tuple of LevelCounts
        Of the levels that it touches.
    done, undone : int
        Edits in force, and edits that can be made again.
    behind : tuple of str
        Codes of grids that others published anew since its revision: it has to be rebased.
    """

    counts: tuple[LevelCounts, ...]
    done: int
    undone: int
    behind: tuple[str, ...]


def summary(connection: Connection, plan_id: int) -> Summary:
    """What a drawn plan comes to; of a listing, nothing."""
    drawn, log = draft_grid.c, draft_edit.c
    rows = connection.execute(
        select(
            drawn.level,
            func.count().filter(drawn.key > 0, ~drawn.ended),
            func.count().filter(drawn.key < 0),
            func.count().filter(drawn.ended),
        )
        .where(drawn.plan_id == plan_id)
        .group_by(drawn.level)
        .order_by(drawn.level)
    ).all()
    done, undone, base = connection.execute(
        select(
            func.count(log.id).filter(log.number <= plan.c.position),
            func.count(log.id).filter(log.number > plan.c.position),
            plan.c.base_revision,
        )
        .select_from(plan)
        .outerjoin(draft_edit, (log.plan_id == plan.c.id) & log.superseded.is_(False))
        .where(plan.c.id == plan_id)
        .group_by(plan.c.id)
    ).one()
    behind = changed_since(connection, plan_id, base or 0)
    return Summary(tuple(LevelCounts(*row) for row in rows), done, undone, tuple(behind))

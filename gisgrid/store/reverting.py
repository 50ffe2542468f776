"""Taking a publish back: a plan of the grids as they were before it. Nothing is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from gisgrid.errors import NotFound
from gisgrid.store import drafts, revisions
from gisgrid.store.drafts.reverts import Revert, reverted
from gisgrid.store.drafts.writing import record
from gisgrid.store.tables import revision

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["plan_revert"]


def plan_revert(connection: Connection, number: int, *, author: str = "") -> int:
    """Draw a plan that gives the grids of a revision the state from before it.

    Grids that it ended hold again, with their own ids and codes; grids that it made end. What
    other revisions changed of the same grids, a name or a shape, stays.

    Parameters
    ----------
    number : int
        The revision.
    author : str
        Who takes it back, for the record.

    Returns
    -------
    int
        The drawn plan, a draft.

    Raises
    ------
    NotFound
        There is no such revision.
    Conflict
        A later revision changed the same again.
    """
    # Nothing may be published between what is read here and the revision it is noted under.
    revisions.hold_still(connection)
    note = connection.scalar(select(revision.c.note).where(revision.c.number == number))
    if note is None:
        raise NotFound("there is no such revision", where=f"revision {number}")
    edit = Revert(revision=number)
    change = reverted(connection, edit)
    plan_id = drafts.new(connection, f"撤回 revert {number}: {note}", author=author)
    record(connection, drafts.lock_plan(connection, plan_id, None), edit, change, author)
    return plan_id

"""Publishing by another person than those who wrote the plan, where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from gisgrid.errors import Forbidden
from gisgrid.store.tables import draft_edit

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.store.plans import Plan

__all__ = ["require_another"]


def require_another(connection: Connection, plan: Plan, author: str) -> None:
    """Refuse somebody who began or edited a plan, even by edits that were undone.

    Raises
    ------
    Forbidden
        The one who publishes is among its authors; or who they are, or who one of the authors is,
        is not known, so that nothing shows that two people have looked at it.
    """
    query = select(draft_edit.c.author).where(draft_edit.c.plan_id == plan.id).distinct()
    authors = {plan.author, *connection.scalars(query)}
    names = {one.casefold() for one in authors}
    if author and "" not in names and author.casefold() not in names:
        return
    known = bool(author) and "" not in names
    raise Forbidden(
        "a plan is published by somebody else than its authors"
        if known
        else "it is not known who wrote and who publishes the plan, so they may be the same",
        where=f"plan {plan.id}",
        fix="ask a colleague to look at it and to publish it (GISGRID_PUBLISH_NEEDS_ANOTHER)",
    )

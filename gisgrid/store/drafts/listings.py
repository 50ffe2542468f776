"""The listing of an import as the first edit of a drawn plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Literal

import pandas as pd
import shapely
from pydantic import BaseModel

from gisgrid.errors import Conflict
from gisgrid.store import clock, plans
from gisgrid.store.drafts.lifecycle import new
from gisgrid.store.drafts.state import DrawnGrid, PlanState
from gisgrid.store.drafts.writing import Change, lock_plan, next_key, record
from gisgrid.store.publish.wanted import wanted_by

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection

    from gisgrid.store.plans import Plan

__all__ = ["TakeListing", "from_listing", "taken"]


class TakeListing(BaseModel):
    """Draw what a plan lists."""

    kind: Literal["take-listing"] = "take-listing"
    plan: int


def from_listing(
    connection: Connection,
    listed_id: int,
    *,
    name: str | None = None,
    author: str = "",
    effective_at: datetime | None = None,
) -> int:
    """A drawn plan of what an import listed, so that it can be edited; its number.

    The listing itself stays as it is. Grids that it leaves as they are are not drawn. The plan is
    on the listing's own revision, so what others published since stands against both alike.

    Parameters
    ----------
    name : str, optional
        The listing's own without it.
    effective_at : datetime, optional
        From when its boundaries shall hold; as the listing says without it.

    Raises
    ------
    NotFound
        There is no such plan.
    Conflict
        It lists no grids, has been published or discarded, lists nothing new, or was made before
        any boundary was published; as
        `gisgrid.store.publish.wanted.wanted_by`.
    """
    listed = plans.by_id(connection, listed_id)
    plans.require_draft(listed)
    if listed.level is None:
        raise Conflict(
            "the plan is drawn already",
            where=f"plan {listed_id}",
            fix=f"gisgrid plan fork {listed_id}",
        )
    made = new(
        connection,
        listed.name if name is None else name,
        author=author,
        effective_at=effective_at or listed.effective_at,
        base_revision=_base_of(listed),
    )
    edit = TakeListing(plan=listed_id)
    locked = lock_plan(connection, made, None)
    record(connection, locked, edit, taken(connection, locked, edit), author)
    return made


def _base_of(listed: Plan) -> int:
    """The revision that the author of a listing saw."""
    if listed.base_revision is None:
        raise Conflict(
            "the listing was made before any boundary was published",
            where=f"plan {listed.id}",
            fix=f"look at what is published, then: gisgrid plan rebase {listed.id}",
        )
    return listed.base_revision


def taken(connection: Connection, locked: Plan, edit: TakeListing) -> Change:
    """What a listing changes of a plan."""
    listed = plans.by_id(connection, edit.plan)
    wanted = wanted_by(connection, listed, listed.effective_at or clock.now(connection, UTC))
    state, lowest = PlanState(connection, locked.id), next_key(connection, locked.id)
    rows = [_drawn(row, lowest) for row in wanted.frame.itertuples(index=False)]
    held = state.by_key([*(row.key for row in rows if row.key > 0), *wanted.ends.values()])
    written = [row for row in rows if not _same(row, held.get(row.key))]
    written += [replace(held[key], ended=True) for key in wanted.ends.values() if key in held]
    if not written:
        raise Conflict("the listing changes nothing", where=f"plan {edit.plan}")
    return Change(tuple(written))


def _drawn(row: Any, lowest: int) -> DrawnGrid:
    """A row of what is wanted; keys of new grids go on from the lowest of the plan."""
    return DrawnGrid(
        key=row.key if row.key > 0 else row.key + lowest + 1,
        level=row.level,
        code=row.code,
        name=row.name,
        parent_key=None if pd.isna(row.parent) else int(row.parent),
        special=bool(row.special),
        households=None if pd.isna(row.households) else int(row.households),
        range_reason=None if pd.isna(row.range_reason) else str(row.range_reason),
        shape=row.geometry,
    )


def _same(one: DrawnGrid, other: DrawnGrid | None) -> bool:
    """Whether two rows say the same, wherever their rings begin."""
    if other is None:
        return False
    alike = shapely.normalize(one.shape) == shapely.normalize(other.shape)
    return bool(alike) and replace(one, shape=other.shape) == other

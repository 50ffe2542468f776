"""Whose turn it is: micro-grids by how long nobody was there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from gisgrid.store.grids import valid_grids
from gisgrid.store.tables import (
    boundary_version,
    patrol_plan,
    patrol_stop,
    patrol_visit,
)

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Subquery

__all__ = ["last_words", "waiting_longest"]


def last_words() -> Subquery:
    """The last recorded row of each visited stop, and every visit to a point outside a plan."""
    visit = patrol_visit.c
    # A visit without a stop has nobody who could take it back.
    key = func.coalesce(visit.stop_id, -visit.id)
    return (
        select(patrol_visit)
        .ext(distinct_on(key))
        .order_by(key, visit.id.desc())
        .subquery("last_word")
    )


def waiting_longest(
    connection: Connection,
    at: datetime,
    *,
    starts: datetime,
    present: datetime,
) -> list[int]:
    """The micro-grids, the one that has waited longest for a visit first.

    A stop of a plan that is not over yet, but will be before the shift, counts as a visit; where
    nobody records visits, the order of the plans decides.

    Parameters
    ----------
    at : datetime
        When the grids are meant.
    starts : datetime
        When the shift begins that is planned.
    present : datetime
        Plans that end before it are over.
    """
    planned, visited = _planned(starts), _visited()
    coming = _planned(starts, after=present)
    valid = valid_grids(at)
    seen = func.greatest(visited.c.last, coming.c.last)
    query = (
        select(valid.c.grid_id)
        .join(boundary_version, boundary_version.c.grid_id == valid.c.grid_id)
        .outerjoin(visited, visited.c.micro_id == valid.c.grid_id)
        .outerjoin(planned, planned.c.micro_id == valid.c.grid_id)
        .outerjoin(coming, coming.c.micro_id == valid.c.grid_id)
        .where(boundary_version.c.level == "micro", boundary_version.c.valid.contains(at))
        .order_by(seen.asc().nulls_first(), planned.c.last.asc().nulls_first(), valid.c.path)
    )
    return list(connection.scalars(query))


def _planned(before: datetime, *, after: datetime | None = None) -> Subquery:
    """When each micro-grid had its last stop, in plans that end by a time (and after another)."""
    query: Select[Any] = (
        select(patrol_stop.c.micro_id, func.max(patrol_stop.c.arrives).label("last"))
        .join(patrol_plan, patrol_plan.c.id == patrol_stop.c.plan_id)
        .where(patrol_plan.c.ends <= before)
        .group_by(patrol_stop.c.micro_id)
    )
    if after is not None:
        query = query.where(patrol_plan.c.ends > after)
    return query.subquery()


def _visited() -> Subquery:
    last = last_words()
    return (
        select(last.c.micro_id, func.max(last.c.visited_at).label("last"))
        .where(last.c.done)
        .group_by(last.c.micro_id)
        .subquery()
    )

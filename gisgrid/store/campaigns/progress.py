"""How far a campaign has come: day by day, building by building, grid by grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import collate, func, select

from gisgrid.errors import NotFound
from gisgrid.store.campaigns.planned import planned_shares
from gisgrid.store.campaigns.records import done_by
from gisgrid.store.grids import valid_grids
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import building, campaign_item, campaign_task

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.store.campaigns.records import Campaign

__all__ = ["BurnDay", "Share", "burn_down", "by_building", "by_grid"]


@dataclass(frozen=True)
class BurnDay:
    """What was done and left at the end of a day.

    Attributes
    ----------
    done, left : int or None
        None for days to come.
    planned : float or None
        How many were to be left; None without phases.
    """

    on: date
    done: int | None
    left: int | None
    planned: float | None


@dataclass(frozen=True)
class Share:
    """How many items a building or a grid has, and how many of them are done.

    Attributes
    ----------
    id : str or None
        The building's id or the grid's code; None for items that have none.
    """

    id: str | None
    name: str
    items: int
    done: int

    @property
    def left(self) -> int:
        """Items that are not done."""
        return self.items - self.done


def burn_down(
    connection: Connection, campaign: Campaign, *, until: date, task: str | None = None
) -> list[BurnDay]:
    """The items left at the end of each day, beside the plan.

    Parameters
    ----------
    until : date
        The last day that is known; later ones are to come.
    task : str, optional
        Only items of this task.

    Returns
    -------
    list of BurnDay
        From the first day of the campaign, or of its first item, to its last.

    Raises
    ------
    NotFound
        The campaign has no such task.
    """
    wanted = [one for one in campaign.tasks if task in (None, one.code)]
    if task is not None and not wanted:
        raise NotFound("the campaign has no such task", where=repr(task))
    counted = _done_on_days(connection, campaign.id, task, until)
    days = [*counted, *_bounds(campaign)]
    if not days:
        return []
    first, total = min(days), sum(one.items for one in wanted)
    size = (max(days) - first).days + 1
    shares = planned_shares(campaign.phases, first, size)
    rows, done = [], 0
    for number in range(size):
        on = first + timedelta(days=number)
        done += counted.get(on, 0)
        past, share = on <= until, shares[number]
        planned = None if np.isnan(share) else round(total * (1 - float(share)), 3)
        rows.append(BurnDay(on, done if past else None, total - done if past else None, planned))
    return rows


def _bounds(campaign: Campaign) -> list[date]:
    """The first and the last day of the phases."""
    if campaign.starts is None or campaign.ends is None:
        return []
    return [campaign.starts, campaign.ends - timedelta(days=1)]


def _done_on_days(
    connection: Connection, campaign_id: int, task: str | None, until: date
) -> dict[date, int]:
    query = (
        select(campaign_item.c.done_on, func.count())
        .join(campaign_task, campaign_task.c.id == campaign_item.c.task_id)
        .where(campaign_item.c.campaign_id == campaign_id, done_by(until))
        .where(visible_to(connection, campaign_item))
        .group_by(campaign_item.c.done_on)
    )
    if task is not None:
        query = query.where(campaign_task.c.code == task)
    return {row[0]: row[1] for row in connection.execute(query)}


def by_building(
    connection: Connection, campaign_id: int, *, until: date | None = None
) -> list[Share]:
    """The items of each building, in order of its id; those without one last."""
    source = building.c.source_id
    join = campaign_item.outerjoin(building, building.c.id == campaign_item.c.building_id)
    return _shares(connection, campaign_id, join, source, building.c.name, until)


def by_grid(
    connection: Connection, campaign_id: int, at: datetime, *, until: date | None = None
) -> list[Share]:
    """The items of each micro-grid, in order of its code; those that lie outside last.

    Parameters
    ----------
    at : datetime
        When the codes and names of grids hold.
    """
    micro = valid_grids(at, "micro")
    join = campaign_item.outerjoin(micro, micro.c.grid_id == campaign_item.c.micro_id)
    return _shares(connection, campaign_id, join, micro.c.code, micro.c.name, until)


def _shares(
    connection: Connection, campaign_id: int, join: Any, key: Any, name: Any, until: date | None
) -> list[Share]:
    query = (
        select(
            key.label("id"),
            func.coalesce(name, "").label("name"),
            func.count().label("items"),
            func.count().filter(done_by(until)).label("done"),
        )
        .select_from(join)
        .where(campaign_item.c.campaign_id == campaign_id, visible_to(connection, campaign_item))
        .group_by(key, name)
        .order_by(collate(key, "C").nulls_last())
    )
    return [Share(**row._mapping) for row in connection.execute(query)]

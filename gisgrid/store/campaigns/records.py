"""Campaigns with their phases and tasks, and the figures that those have come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, or_, select

from gisgrid.errors import NotFound
from gisgrid.store.scope import sight_of, visible_to
from gisgrid.store.subtrees import grids_seen
from gisgrid.store.tables import (
    campaign,
    campaign_item,
    campaign_phase,
    campaign_task,
    grid_version,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

__all__ = ["Campaign", "Phase", "Task", "by_code", "done_by", "listing"]


@dataclass(frozen=True)
class Phase:
    """A half-open period ``[starts, ends)`` of a campaign.

    Attributes
    ----------
    planned_percent : float or None
        How much of the items is planned to be done by its end.
    """

    code: str
    name_zh: str
    name_en: str
    starts: date
    ends: date
    planned_percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a campaign set out to do and did.

    Attributes
    ----------
    code, name_zh, name_en : str
    unit_zh, unit_en : str
        What the figures count, such as 扇 or 吨.
    target, actual : float or None
        As they were published; None where nothing was said.
    target_qualifier, qualifier : str
        Such as 余 (more than) or 数十 (tens of), shown with the target and the actual figure.
    source : str
        Where the figures come from.
    as_of : date or None
        The day that they speak of.
    item_zh, item_en, done_zh, done_en : str
        What the single items are called, and what was done with those that are done.
    items, done : int
        Items on record, and those of them that are done.
    """

    code: str
    name_zh: str
    name_en: str = ""
    unit_zh: str = ""
    unit_en: str = ""
    target: float | None = None
    target_qualifier: str = ""
    actual: float | None = None
    qualifier: str = ""
    source: str = ""
    as_of: date | None = None
    item_zh: str = ""
    item_en: str = ""
    done_zh: str = ""
    done_en: str = ""
    items: int = 0
    done: int = 0

    @property
    def figure(self) -> float | None:
        """The actual figure: as published, else counted where there are items."""
        if self.actual is None and self.items:
            return float(self.done)
        return self.actual


@dataclass(frozen=True)
class Campaign:
    """A dated drive against one kind of trouble.

    Attributes
    ----------
    grid : str or None
        Code of the grid that it is about, as it is called now or was called last.
    starts, ends : date or None
        From the first phase to the last, half-open; None without phases.
    items, done : int
        Of all tasks.
    """

    id: int
    code: str
    name_zh: str
    name_en: str
    grid: str | None
    phases: tuple[Phase, ...]
    tasks: tuple[Task, ...]

    @property
    def starts(self) -> date | None:
        """When the first phase begins."""
        return min((phase.starts for phase in self.phases), default=None)

    @property
    def ends(self) -> date | None:
        """When the last phase is over."""
        return max((phase.ends for phase in self.phases), default=None)

    @property
    def items(self) -> int:
        """Items of all tasks."""
        return sum(task.items for task in self.tasks)

    @property
    def done(self) -> int:
        """Those of them that are done."""
        return sum(task.done for task in self.tasks)


def by_code(
    connection: Connection, code: str | None = None, *, until: date | None = None
) -> Campaign:
    """One campaign; without a code the one that began last.

    Parameters
    ----------
    until : date, optional
        Items count as done if they were done by the end of this day; without it, if they are.

    Raises
    ------
    NotFound
        There is no such campaign.
    """
    query = _heads(connection).limit(1)
    if code is not None:
        query = query.where(campaign.c.code == code)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            "there is no such campaign" if code else "there is no campaign yet",
            where=repr(code) if code else "",
            fix="" if code else "gisgrid import campaign FOLDER brings one",
        )
    return _campaign(connection, row, until)


def listing(connection: Connection, *, until: date | None = None) -> list[Campaign]:
    """All campaigns that may be shown, the one that began last first."""
    return [
        _campaign(connection, row, until) for row in connection.execute(_heads(connection)).all()
    ]


def _heads(connection: Connection) -> Select[Any]:
    """Campaigns about a grid that may be seen, or with an item that may."""
    begins = (
        select(func.min(campaign_phase.c.starts))
        .where(campaign_phase.c.campaign_id == campaign.c.id)
        .scalar_subquery()
    )
    called = (
        select(grid_version.c.code)
        .where(grid_version.c.grid_id == campaign.c.grid_id)
        .order_by(func.lower(grid_version.c.valid).desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(
        campaign.c.id, campaign.c.code, campaign.c.name_zh, campaign.c.name_en, called.label("grid")
    )
    if not sight_of(connection).whole:
        inside = exists().where(
            campaign_item.c.campaign_id == campaign.c.id, visible_to(connection, campaign_item)
        )
        query = query.where(or_(campaign.c.grid_id.in_(grids_seen(connection)), inside))
    return query.order_by(begins.desc().nulls_last(), campaign.c.code)


def _campaign(connection: Connection, row: Any, until: date | None) -> Campaign:
    phases = select(*(campaign_phase.c[name] for name in Phase.__dataclass_fields__))
    phases = phases.where(campaign_phase.c.campaign_id == row.id)
    phases = phases.order_by(campaign_phase.c.starts, campaign_phase.c.position)
    return Campaign(
        id=row.id,
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        grid=row.grid,
        phases=tuple(Phase(**_plain(one, "planned_percent")) for one in connection.execute(phases)),
        tasks=tuple(
            Task(**_plain(one, "target", "actual"))
            for one in connection.execute(_tasks(connection, row.id, until))
        ),
    )


def _tasks(connection: Connection, campaign_id: int, until: date | None) -> Select[Any]:
    counted = ("items", "done")
    own = [campaign_task.c[name] for name in Task.__dataclass_fields__ if name not in counted]
    return (
        select(
            *own,
            func.count(campaign_item.c.id).label("items"),
            func.count().filter(done_by(until)).label("done"),
        )
        .outerjoin(
            campaign_item,
            and_(
                campaign_item.c.task_id == campaign_task.c.id,
                visible_to(connection, campaign_item),
            ),
        )
        .where(campaign_task.c.campaign_id == campaign_id)
        .group_by(campaign_task.c.id)
        .order_by(campaign_task.c.position, campaign_task.c.id)
    )


def done_by(until: date | None) -> Any:
    """True for the items that were done by the end of a day; without one, that are done."""
    done = campaign_item.c.done_on
    return done.is_not(None) if until is None else done <= until


def _plain(row: Any, *figures: str) -> dict[str, Any]:
    values = dict(row._mapping)
    for name in figures:
        values[name] = None if values[name] is None else float(values[name])
    return values

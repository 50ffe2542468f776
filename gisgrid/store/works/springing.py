"""Cases that spring from what is planned: facilities that are due, and items of campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, func, insert, literal, select, union_all

from gisgrid.access import Actor
from gisgrid.cases.facilities import FACILITY_KINDS
from gisgrid.errors import Conflict, NotFound
from gisgrid.store.campaigns import hold_campaign
from gisgrid.store.cases.reporting import NewCase, report
from gisgrid.store.revisions import hold_still
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import campaign, campaign_item, facility, facility_due
from gisgrid.store.works.facilities import days_kept, next_upkeep

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.cases.calendar import WorkCalendar
    from gisgrid.store.cases.records import Case

__all__ = ["Sprung", "spring_due", "spring_from_item"]

_LOCK: Final = 7_461_205
# Each is a case with its own statements: a transaction shall not take minutes.
_MOST: Final = 500
_LONGEST_NAME: Final = 200
_SYSTEM: Final = Actor("system")
_WORDS: Final = {
    "expiry": "{zh}「{name}」已于 {day} 到期 / {en} expired on {day}",
    "upkeep": "{zh}「{name}」应于 {day} 保养 / {en} was due for upkeep on {day}",
}


@dataclass(frozen=True)
class Sprung:
    """A case that sprang from a facility.

    Attributes
    ----------
    number : str
        Of the case.
    facility : str
        Id of the facility.
    reason : str
        ``expiry`` or ``upkeep``.
    due_on : date
    """

    number: str
    facility: str
    reason: str
    due_on: date


def spring_due(
    connection: Connection,
    now: datetime,
    *,
    zone: tzinfo,
    calendar: WorkCalendar | None = None,
    prefix: str = "JD",
    most: int = _MOST,
) -> list[Sprung]:
    """Make a case of every facility that has expired or was to be seen to, once for each day due.

    Called again it makes none; of two that call at once one makes them and the other none.

    Parameters
    ----------
    connection : Connection
        Of a transaction.
    now : datetime
    zone : tzinfo
        In which days begin.
    calendar : WorkCalendar, optional
        For the clocks of the cases.
    prefix : str
        With which their numbers begin.
    most : int
        The longest due come first; the rest wait for the next call.
    """
    if not connection.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return []
    found = []
    for row in connection.execute(_due(now.astimezone(zone).date()).limit(most)).all():
        kind = FACILITY_KINDS.get(row.kind)
        if kind is None:
            continue
        # A name from a file may be longer than the words of a case: it shall hold up no others.
        name = (row.name or row.source_id)[:_LONGEST_NAME]
        told = {"zh": kind.zh, "en": kind.en, "name": name, "day": row.due_on}
        new = NewCase(
            category=kind.category,
            lon=row.lon,
            lat=row.lat,
            source="facility",
            description=_WORDS[row.reason].format(**told),
            facility=row.id,
        )
        case = report(connection, new, _SYSTEM, calendar=calendar, prefix=prefix)
        due = {"facility_id": row.id, "reason": row.reason, "due_on": row.due_on}
        connection.execute(insert(facility_due).values(case_id=case.id, **due))
        found.append(Sprung(case.number, row.source_id, row.reason, row.due_on))
    return found


def _due(today: date) -> Any:
    """Facilities in use, in a grid, whose day has come and has no case, the longest due first."""
    own, kept = facility.c, days_kept()
    days = {"expiry": own.expires_on, "upkeep": next_upkeep(kept)}
    found = []
    for reason, day in days.items():
        sprung = exists().where(
            facility_due.c.facility_id == own.id,
            facility_due.c.reason == reason,
            facility_due.c.due_on == day,
        )
        found.append(
            select(
                own.id,
                own.source_id,
                own.kind,
                own.name,
                func.ST_X(own.point).label("lon"),
                func.ST_Y(own.point).label("lat"),
                literal(reason).label("reason"),
                day.label("due_on"),
            )
            .select_from(facility)
            .outerjoin(kept, kept.c.facility_id == own.id)
            .where(
                day <= today,
                own.retired_on.is_(None),
                own.kind.in_(sorted(FACILITY_KINDS)),
                func.coalesce(own.area_id, own.unit_id, own.micro_id).is_not(None),
                ~sprung,
            )
        )
    both = union_all(*found).subquery()
    return select(both).order_by(both.c.due_on, both.c.id, both.c.reason)


def spring_from_item(
    connection: Connection,
    campaign_code: str,
    item_id: str,
    *,
    category: str,
    actor: Actor,
    description: str = "",
    calendar: WorkCalendar | None = None,
    prefix: str = "JD",
) -> Case:
    """Make a case of an item of a campaign; when the case closes, the item is marked as done.

    Raises
    ------
    NotFound
        There is no such item where one may look, or no such category.
    Conflict
        The item is done, or a case of it is open, or was merged into one that is.
    """
    hold_still(connection)
    own = campaign_item.c
    query = (
        select(
            own.id,
            own.campaign_id,
            own.task_id,
            own.done_on,
            own.name,
            func.ST_X(own.point).label("lon"),
            func.ST_Y(own.point).label("lat"),
        )
        .join(campaign, campaign.c.id == own.campaign_id)
        .where(
            campaign.c.code == campaign_code,
            own.source_id == item_id,
            visible_to(connection, campaign_item),
        )
    )
    where = f"{campaign_code} {item_id}"
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("the campaign has no such item", where=where)
    hold_campaign(connection, row.campaign_id)
    if row.done_on is not None:
        raise Conflict("the item is done", where=where, fix="mark it as not done first")
    if number := connection.scalar(select(func.gisgrid.open_case_of_item(row.id))):
        raise Conflict(f"case {number} of this item is open", where=where)
    new = NewCase(
        category=category,
        lon=row.lon,
        lat=row.lat,
        source="campaign",
        description=description or row.name,
        campaign_task=row.task_id,
        campaign_item=row.id,
    )
    return report(connection, new, actor, calendar=calendar, prefix=prefix)

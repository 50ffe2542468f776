"""What was seen before, during and after a campaign: dated, at an item or a place."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from gisgrid.store.scope import sight_of, visible_to
from gisgrid.store.tables import building, campaign_evidence, campaign_item, campaign_task

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["STAGES", "Evidence", "evidence_listing"]

STAGES = ("before", "during", "after")


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence; the file that it names is not kept here.

    Attributes
    ----------
    id : str
        Its id in the campaign's files.
    stage : str
        One of `STAGES`.
    taken_on : date
    task, item, building : str or None
        What it is about.
    lon, lat : float
        WGS 84 degrees.
    note, author : str
    file_name, sha256 : str
        The picture's name and the digest of its bytes; empty for none.
    """

    id: str
    stage: str
    taken_on: date
    task: str | None
    item: str | None
    building: str | None
    lon: float
    lat: float
    note: str
    author: str
    file_name: str
    sha256: str


def evidence_listing(
    connection: Connection,
    campaign_id: int,
    *,
    item: str | None = None,
    building_id: str | None = None,
    until: date | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[Evidence]:
    """The evidence of a campaign in order of its ids.

    Who does not see the whole district is shown that of items and buildings that may be shown.

    Parameters
    ----------
    item, building_id : str, optional
        Only what is about this item, or this building and the items on it.
    until : date, optional
        Only what was taken by the end of this day.
    after : str
        Only ids after this one.
    limit : int, optional
    """
    own = campaign_evidence.c
    columns = {
        **{name: own[name] for name in ("stage", "taken_on")},
        **{name: own[name] for name in ("note", "author", "file_name", "sha256")},
        "id": own.source_id,
        "task": campaign_task.c.code,
        "item": campaign_item.c.source_id,
        "building": building.c.source_id,
        "lon": func.ST_X(own.point),
        "lat": func.ST_Y(own.point),
    }
    query = (
        select(*(columns[one.name].label(one.name) for one in fields(Evidence)))
        .select_from(campaign_evidence)
        .outerjoin(campaign_task, campaign_task.c.id == own.task_id)
        .outerjoin(campaign_item, campaign_item.c.id == own.item_id)
        .outerjoin(building, building.c.id == own.building_id)
        .where(own.campaign_id == campaign_id, own.source_id > after)
        .order_by(own.source_id)
        .limit(limit)
    )
    if not sight_of(connection).whole:
        seen = (visible_to(connection, table) for table in (campaign_item, building))
        query = query.where(or_(*seen))
    if item is not None:
        query = query.where(campaign_item.c.source_id == item)
    if building_id is not None:
        query = query.where(building.c.source_id == building_id)
    if until is not None:
        query = query.where(own.taken_on <= until)
    return [Evidence(**row._mapping) for row in connection.execute(query)]

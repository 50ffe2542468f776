"""Campaigns: what they set out to do, and the things dealt with day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from sqlalchemy import func, insert, select

from gisgrid.errors import NotFound
from gisgrid.store.tables import (
    building,
    campaign,
    campaign_item,
    campaign_phase,
    campaign_task,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

__all__ = ["Campaign", "Phase", "Task", "add", "building_frame", "by_code", "item_frame"]


@dataclass(frozen=True)
class Phase:
    """A half-open period ``[starts, ends)`` of a campaign."""

    code: str
    name_zh: str
    name_en: str
    starts: date
    ends: date


@dataclass(frozen=True)
class Task:
    """What a campaign set out to do and did, with the figures as they were published.

    Attributes
    ----------
    name_zh, name_en : str
    target, actual : float or None
        In ``unit_zh``; None where nothing was said.
    unit_zh : str
    qualifier : str
        Such as 余 (more than) or 万, shown beside the actual figure.
    source : str
        Where the figure comes from.
    as_of : date or None
        The day that it speaks of.
    """

    name_zh: str
    name_en: str
    target: float | None
    actual: float | None
    unit_zh: str
    qualifier: str = ""
    source: str = ""
    as_of: date | None = None


@dataclass(frozen=True)
class Campaign:
    """A dated drive against one kind of trouble in one grid."""

    id: int
    code: str
    name_zh: str
    name_en: str
    grid_id: int | None
    phases: tuple[Phase, ...]
    tasks: tuple[Task, ...]


def add(
    connection: Connection,
    *,
    code: str,
    name_zh: str,
    name_en: str,
    grid_id: int | None,
    phases: Sequence[Phase],
    tasks: Sequence[Task],
) -> int:
    """Store a campaign without its items; they come through an import."""
    head = insert(campaign).values(code=code, name_zh=name_zh, name_en=name_en, grid_id=grid_id)
    campaign_id = int(connection.execute(head.returning(campaign.c.id)).scalar_one())
    for table, rows in ((campaign_phase, phases), (campaign_task, tasks)):
        values = [
            {"campaign_id": campaign_id, "position": position, **vars(row)}
            for position, row in enumerate(rows)
        ]
        if values:
            connection.execute(insert(table), values)
    return campaign_id


def by_code(connection: Connection, code: str | None = None) -> Campaign:
    """One campaign; without a code the one that began last.

    Raises
    ------
    NotFound
        There is no such campaign.
    """
    begins = func.max(campaign_phase.c.starts)
    query = select(campaign).outerjoin(campaign_phase).group_by(campaign.c.id)
    query = query.order_by(begins.desc().nulls_last(), campaign.c.code).limit(1)
    if code is not None:
        query = query.where(campaign.c.code == code)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such campaign", where=repr(code) if code else "")
    return Campaign(
        id=row.id,
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        grid_id=row.grid_id,
        phases=tuple(Phase(**one) for one in _rows(connection, campaign_phase, row.id, Phase)),
        tasks=tuple(Task(**_plain(one)) for one in _rows(connection, campaign_task, row.id, Task)),
    )


def _rows(connection: Connection, table: Any, campaign_id: int, value: Any) -> list[dict[str, Any]]:
    columns = [table.c[name] for name in value.__dataclass_fields__]
    query = select(*columns).where(table.c.campaign_id == campaign_id).order_by(table.c.position)
    return [dict(row._mapping) for row in connection.execute(query)]


def _plain(task: dict[str, Any]) -> dict[str, Any]:
    figures = {
        name: None if task[name] is None else float(task[name]) for name in ("target", "actual")
    }
    return task | figures


def item_frame(connection: Connection, campaign_id: int) -> gpd.GeoDataFrame:
    """The things dealt with: id, building_id, floor, done_on (or None), geometry (points)."""
    query = (
        select(
            campaign_item.c.source_id.label("id"),
            building.c.source_id.label("building_id"),
            campaign_item.c.floor,
            campaign_item.c.done_on,
            func.ST_AsBinary(campaign_item.c.point).label("wkb"),
        )
        .outerjoin(building, building.c.id == campaign_item.c.building_id)
        .where(campaign_item.c.campaign_id == campaign_id)
        .order_by(campaign_item.c.source_id)
    )
    return _frame(connection, query)


def building_frame(connection: Connection, campaign_id: int) -> gpd.GeoDataFrame:
    """The buildings that a campaign's items are on: id, name, floors, geometry (footprints)."""
    concerned = select(campaign_item.c.building_id).where(
        campaign_item.c.campaign_id == campaign_id
    )
    query = (
        select(
            building.c.source_id.label("id"),
            building.c.name,
            building.c.floors,
            func.ST_AsBinary(building.c.geom).label("wkb"),
        )
        .where(building.c.id.in_(concerned))
        .order_by(building.c.source_id)
    )
    return _frame(connection, query)


def _frame(connection: Connection, query: Any) -> gpd.GeoDataFrame:
    result = connection.execute(query)
    rows = result.all()
    names = [name for name in result.keys() if name != "wkb"]  # noqa: SIM118
    return gpd.GeoDataFrame(
        {name: [getattr(row, name) for row in rows] for name in names},
        geometry=[shapely.from_wkb(bytes(row.wkb)) for row in rows],
        crs="EPSG:4326",
    )

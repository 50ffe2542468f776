"""The single things that a campaign deals with, where they are, and how each was marked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from sqlalchemy import func, select

from gisgrid.errors import NotFound
from gisgrid.store.campaigns.records import done_by
from gisgrid.store.grids import valid_grids
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import building, campaign_item, campaign_mark, campaign_task

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

__all__ = [
    "Item",
    "Mark",
    "building_frame",
    "item",
    "item_frame",
    "item_listing",
    "marks",
]


@dataclass(frozen=True)
class Item:
    """One thing that a campaign deals with.

    Attributes
    ----------
    id : str
        Its id in the campaign's files.
    task : str
        The code of its task.
    name : str
    building : str or None
        The id of the building that it is on.
    floor : int or None
    lon, lat : float
        WGS 84 degrees.
    grid : str or None
        Code of the micro-grid that it lies in.
    done_on : date or None
        None while it is not done.
    """

    id: str
    task: str
    name: str
    building: str | None
    floor: int | None
    lon: float
    lat: float
    grid: str | None
    done_on: date | None


@dataclass(frozen=True)
class Mark:
    """That an item was marked as done, or as not done (``done_on`` is None), and by whom."""

    done_on: date | None
    author: str
    note: str
    marked_at: datetime


def item_listing(
    connection: Connection,
    campaign_id: int,
    at: datetime,
    *,
    task: str | None = None,
    building_id: str | None = None,
    grid: str | None = None,
    done: bool | None = None,
    until: date | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[Item]:
    """The items of a campaign in order of their ids.

    Parameters
    ----------
    at : datetime
        When the codes of grids hold.
    task, building_id, grid : str, optional
        Only those of a task, on a building, in a micro-grid.
    done : bool, optional
        Only those that are done, or are not.
    until : date, optional
        By the end of which day; without it, until now.
    after : str
        Only ids after this one.
    limit : int, optional
    """
    query, micro = _items(connection, campaign_id, at)
    if task is not None:
        query = query.where(campaign_task.c.code == task)
    if building_id is not None:
        query = query.where(building.c.source_id == building_id)
    if grid is not None:
        query = query.where(micro.c.code == grid)
    if done is not None:
        query = query.where(func.coalesce(done_by(until), False) == done)
    query = query.where(campaign_item.c.source_id > after)
    query = query.order_by(campaign_item.c.source_id).limit(limit)
    return [Item(**row._mapping) for row in connection.execute(query)]


def item(connection: Connection, campaign_id: int, item_id: str, at: datetime) -> Item:
    """One item.

    Raises
    ------
    NotFound
        The campaign has no such item.
    """
    query, _ = _items(connection, campaign_id, at)
    row = connection.execute(query.where(campaign_item.c.source_id == item_id)).one_or_none()
    if row is None:
        raise NotFound("the campaign has no such item", where=repr(item_id))
    return Item(**row._mapping)


def _items(connection: Connection, campaign_id: int, at: datetime) -> tuple[Select[Any], Any]:
    micro = valid_grids(at, "micro")
    query = (
        select(
            campaign_item.c.source_id.label("id"),
            campaign_task.c.code.label("task"),
            campaign_item.c.name,
            building.c.source_id.label("building"),
            campaign_item.c.floor,
            func.ST_X(campaign_item.c.point).label("lon"),
            func.ST_Y(campaign_item.c.point).label("lat"),
            micro.c.code.label("grid"),
            campaign_item.c.done_on,
        )
        .join(campaign_task, campaign_task.c.id == campaign_item.c.task_id)
        .outerjoin(building, building.c.id == campaign_item.c.building_id)
        .outerjoin(micro, micro.c.grid_id == campaign_item.c.micro_id)
        .where(campaign_item.c.campaign_id == campaign_id, visible_to(connection, campaign_item))
    )
    return query, micro


def marks(connection: Connection, campaign_id: int, item_id: str) -> list[Mark]:
    """How an item was marked, the latest last."""
    query = (
        select(*(campaign_mark.c[name] for name in Mark.__dataclass_fields__))
        .join(campaign_item, campaign_item.c.id == campaign_mark.c.item_id)
        .where(campaign_item.c.campaign_id == campaign_id, campaign_item.c.source_id == item_id)
        .where(visible_to(connection, campaign_item))
        .order_by(campaign_mark.c.id)
    )
    return [Mark(**row._mapping) for row in connection.execute(query)]


def item_frame(connection: Connection, campaign_id: int) -> gpd.GeoDataFrame:
    """The items: id, task, name, building_id, floor, done_on (or None), geometry (points)."""
    query = (
        select(
            campaign_item.c.source_id.label("id"),
            campaign_task.c.code.label("task"),
            campaign_item.c.name,
            building.c.source_id.label("building_id"),
            campaign_item.c.floor,
            campaign_item.c.done_on,
            func.ST_AsBinary(campaign_item.c.point).label("wkb"),
        )
        .join(campaign_task, campaign_task.c.id == campaign_item.c.task_id)
        .outerjoin(building, building.c.id == campaign_item.c.building_id)
        .where(campaign_item.c.campaign_id == campaign_id, visible_to(connection, campaign_item))
        .order_by(campaign_item.c.source_id)
    )
    return frame_of(connection, query)


def building_frame(connection: Connection, campaign_id: int) -> gpd.GeoDataFrame:
    """The buildings that a campaign's items are on: id, name, floors, geometry (footprints)."""
    concerned = select(campaign_item.c.building_id).where(
        campaign_item.c.campaign_id == campaign_id, visible_to(connection, campaign_item)
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
    return frame_of(connection, query)


def frame_of(connection: Connection, query: Any) -> gpd.GeoDataFrame:
    """The rows of a query whose column ``wkb`` is their shape."""
    result = connection.execute(query)
    rows = result.all()
    names = [name for name in result.keys() if name != "wkb"]  # noqa: SIM118
    return gpd.GeoDataFrame(
        {name: [getattr(row, name) for row in rows] for name in names},
        geometry=[shapely.from_wkb(bytes(row.wkb)) for row in rows],
        crs="EPSG:4326",
    )

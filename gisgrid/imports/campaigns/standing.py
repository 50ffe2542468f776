"""What is on record already that the rows of a campaign refer to: tasks, items, buildings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from gisgrid.store.tables import building, campaign_item, campaign_task

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection, Select

    from gisgrid.imports.campaigns.taking import Rows

__all__ = ["filled", "item_rows", "matched", "of_buildings", "task_ids"]


def task_ids(connection: Connection, campaign_id: int) -> dict[str, int]:
    """The tasks of a campaign: code -> id."""
    query = select(campaign_task.c.code, campaign_task.c.id)
    query = query.where(campaign_task.c.campaign_id == campaign_id)
    return {row.code: row.id for row in connection.execute(query)}


def item_rows(connection: Connection, campaign_id: int) -> pd.DataFrame:
    """The items of a campaign by their ids: id, task_id, building_id, done_on, lon, lat."""
    own = campaign_item.c
    query = select(
        *(own.source_id, own.id, own.task_id, own.building_id, own.done_on),
        *_place(own.point),
    )
    return _by_source_id(connection, query.where(own.campaign_id == campaign_id))


def of_buildings(connection: Connection, ids: NDArray[np.object_]) -> pd.DataFrame:
    """Those of the buildings that are on record, by their ids: id, lon, lat."""
    own = building.c
    query = select(own.source_id, own.id, *_place(own.point))
    wanted = [name for name in set(ids) if name]
    return _by_source_id(connection, query.where(own.source_id.in_(wanted)))


def _place(point: Any) -> tuple[Any, Any]:
    return func.ST_X(point).label("lon"), func.ST_Y(point).label("lat")


def _by_source_id(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    result = connection.execute(query)
    frame = pd.DataFrame(result.all(), columns=list(result.keys()), dtype=object)
    return frame.set_index("source_id")


def matched(rows: Rows, column: str, known: pd.DataFrame, reason: str) -> pd.DataFrame:
    """For each row what a column of ids refers to; rows that refer to nothing known are dropped."""
    ids = rows.texts(column)
    found = known.reindex(ids)
    unknown = (ids != "") & found["id"].isna().to_numpy()
    rows.sieve.drop(unknown, column, reason, ids)
    return found


def filled(values: NDArray[np.float64], *others: pd.Series[Any]) -> NDArray[np.float64]:
    """Values where there are any, else the first of the others that has one."""
    for other in others:
        values = np.where(np.isnan(values), other.to_numpy(np.float64, na_value=np.nan), values)
    return values

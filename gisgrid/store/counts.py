"""How much lies in each grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import func, select

from gisgrid.store.grids import valid_grids
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import address, boundary_version, hazard, patrol_point

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["counts_by_grid", "grids_by_level", "households_by_grid"]


def grids_by_level(connection: Connection, at: datetime) -> dict[str, int]:
    """How many grids each level has at an instant."""
    query = (
        select(boundary_version.c.level, func.count().label("size"))
        .where(boundary_version.c.valid.contains(at))
        .group_by(boundary_version.c.level)
    )
    return {row.level: row.size for row in connection.execute(query)}


def counts_by_grid(
    connection: Connection, level: str, *, grid_id: int | None = None
) -> pd.DataFrame:
    """Places owned by each grid of a level, of those that may be shown.

    Parameters
    ----------
    level : str
    grid_id : int, optional
        Only this grid of the level.

    Returns
    -------
    DataFrame
        Indexed by grid id: addresses, households, residents, hazards, patrols (int64). Grids
        that own nothing are left out.
    """
    owner = f"{level}_id"
    queries = {
        "addresses": select(
            address.c[owner].label("grid_id"),
            func.count().label("addresses"),
            func.coalesce(func.sum(address.c.households), 0).label("households"),
            func.coalesce(func.sum(address.c.residents), 0).label("residents"),
        )
        .where(visible_to(connection, address))
        .group_by(address.c[owner]),
        "hazards": select(hazard.c[owner].label("grid_id"), func.count().label("hazards"))
        .where(visible_to(connection, hazard))
        .group_by(hazard.c[owner]),
        "patrols": select(patrol_point.c[owner].label("grid_id"), func.count().label("patrols"))
        .where(visible_to(connection, patrol_point))
        .group_by(patrol_point.c[owner]),
    }
    frames = []
    for query in queries.values():
        owned_by = query.selected_columns.grid_id
        wanted = owned_by.is_not(None) if grid_id is None else owned_by == grid_id
        result = connection.execute(query.where(wanted))
        rows = pd.DataFrame(result.all(), columns=list(result.keys()))
        frames.append(rows.astype("int64").set_index("grid_id"))
    return pd.concat(frames, axis=1).fillna(0).astype("int64")


def households_by_grid(connection: Connection, level: str, at: datetime) -> pd.Series[int]:
    """Households of each grid of a level: those that its addresses say, else as it declared them.

    Parameters
    ----------
    level : str
    at : datetime
        When the grids hold; addresses are those of the present.

    Returns
    -------
    Series of Int64
        Indexed by grid id, one for each grid of the level; null where no address of a grid
        says any and it declared none.
    """
    owner = address.c[f"{level}_id"]
    lived_in = (
        select(owner.label("grid_id"), func.sum(address.c.households).label("sum"))
        .where(owner.is_not(None))
        .group_by(owner)
        .subquery("lived_in")
    )
    valid = valid_grids(at)
    query = (
        select(valid.c.grid_id, func.coalesce(lived_in.c.sum, valid.c.households))
        .join(boundary_version, boundary_version.c.grid_id == valid.c.grid_id)
        .outerjoin(lived_in, lived_in.c.grid_id == valid.c.grid_id)
        .where(boundary_version.c.valid.contains(at), boundary_version.c.level == level)
        .order_by(valid.c.grid_id)
    )
    rows = connection.execute(query).all()
    return pd.Series(
        [households for _, households in rows],
        index=pd.Index([grid_id for grid_id, _ in rows], dtype="int64", name="grid_id"),
        dtype="Int64",
        name="households",
    )

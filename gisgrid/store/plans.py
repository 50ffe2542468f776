"""Plans: grids on their way to a publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import func, insert, select, update

from gisgrid.errors import Conflict, NotFound
from gisgrid.store.copying import as_multi, copy_in, ewkb
from gisgrid.store.tables import plan, plan_grid

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["Plan", "add", "by_id", "discard", "grids", "listing", "mark_published", "require_draft"]


@dataclass(frozen=True)
class Plan:
    """A plan and what it replaces: ``listed``, ``level`` or the code of a grid."""

    id: int
    name: str
    level: str
    state: str
    replaces: str
    effective_at: datetime | None
    created_at: datetime
    grid_count: int
    import_id: int | None


def add(
    connection: Connection,
    *,
    name: str,
    level: str,
    frame: gpd.GeoDataFrame,
    replaces: str = "listed",
    effective_at: datetime | None = None,
    import_id: int | None = None,
) -> int:
    """Store a draft.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:4326: code, name, parent (code or None), special, households, geometry.
    """
    values = {
        "name": name,
        "level": level,
        "replaces": replaces,
        "effective_at": effective_at,
        "import_id": import_id,
    }
    plan_id = int(connection.execute(insert(plan).values(values).returning(plan.c.id)).scalar_one())
    shapes = frame.geometry.to_numpy(dtype=object)
    columns: dict[str, Any] = {
        "plan_id": np.full(len(frame), plan_id),
        "code": frame["code"].astype(str).tolist(),
        "name": frame["name"].astype(str).tolist(),
        "parent_code": [None if pd.isna(code) else str(code) for code in frame["parent"]],
        "special": frame["special"].astype(bool).to_numpy(),
        "households": [None if pd.isna(n) else int(n) for n in frame["households"]],
        "geom": ewkb(as_multi(shapes)),
    }
    copy_in(connection, plan_grid, columns)
    return plan_id


def _query() -> Any:
    count = (
        select(func.count())
        .where(plan_grid.c.plan_id == plan.c.id)
        .correlate(plan)
        .scalar_subquery()
        .label("grid_count")
    )
    return select(plan, count)


def _plan(row: Any) -> Plan:
    return Plan(**{name: getattr(row, name) for name in Plan.__dataclass_fields__})


def listing(connection: Connection, *, state: str | None = None) -> list[Plan]:
    """Plans, the newest first."""
    query = _query().order_by(plan.c.id.desc())
    if state is not None:
        query = query.where(plan.c.state == state)
    return [_plan(row) for row in connection.execute(query)]


def by_id(connection: Connection, plan_id: int, *, lock: bool = False) -> Plan:
    """One plan, locked until the transaction ends when asked.

    Raises
    ------
    NotFound
        There is no such plan.
    """
    query = _query().where(plan.c.id == plan_id)
    row = connection.execute(query.with_for_update(of=plan) if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such plan", where=f"plan {plan_id}", fix="gisgrid plan list")
    return _plan(row)


def grids(connection: Connection, plan_id: int) -> gpd.GeoDataFrame:
    """The grids that a plan lists: code, name, parent, special, households, geometry."""
    query = (
        select(
            plan_grid.c.code,
            plan_grid.c.name,
            plan_grid.c.parent_code,
            plan_grid.c.special,
            plan_grid.c.households,
            func.ST_AsBinary(plan_grid.c.geom).label("wkb"),
        )
        .where(plan_grid.c.plan_id == plan_id)
        .order_by(plan_grid.c.code)
    )
    rows = connection.execute(query).all()
    return gpd.GeoDataFrame(
        {
            "code": [row.code for row in rows],
            "name": [row.name for row in rows],
            "parent": [row.parent_code for row in rows],
            "special": [row.special for row in rows],
            "households": pd.array([row.households for row in rows], dtype="Int64"),
        },
        geometry=shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object)),
        crs="EPSG:4326",
    )


def require_draft(found: Plan) -> None:
    """Raise `Conflict` unless a plan may still be changed."""
    if found.state != "draft":
        raise Conflict(f"the plan is {found.state} already", where=f"plan {found.id}")


def mark_published(connection: Connection, plan_id: int) -> None:
    """Note that a plan is in force."""
    connection.execute(update(plan).where(plan.c.id == plan_id).values(state="published"))


def discard(connection: Connection, plan_id: int) -> None:
    """Give a draft up; it stays on record."""
    require_draft(by_id(connection, plan_id, lock=True))
    connection.execute(update(plan).where(plan.c.id == plan_id).values(state="discarded"))

"""Plans: grids on their way to a publish.

What makes frames is loaded where frames are made: every command names a plan, few read its grids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from gisgrid.errors import Conflict, NotFound, StaleVersion
from gisgrid.store import revisions
from gisgrid.store.tables import draft_grid, plan, plan_grid

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd
    from sqlalchemy import Connection

__all__ = [
    "Plan",
    "add",
    "by_id",
    "discard",
    "grids",
    "listing",
    "mark",
    "no_such_plan",
    "rebase_listed",
    "require_draft",
    "require_version",
    "touch",
]


@dataclass(frozen=True)
class Plan:
    """A plan: grids that an import lists, or grids drawn from a revision.

    Attributes
    ----------
    level : str or None
        Of the grids that it lists; None for a drawn plan.
    state : str
        ``draft``, ``scheduled``, ``published`` or ``discarded``.
    replaces : str
        What a listing replaces: ``listed``, ``level`` or the code of a grid.
    effective_at : datetime or None
        From when its boundaries hold; None for the moment of publishing.
    grid_count : int
        The grids that it lists, or that are drawn otherwise than they are.
    base_revision : int or None
        The revision that its author saw; None for none.
    version : int
        Rises with every change of the plan and of what becomes of it.
    position : int
        Number of the last edit in force of a drawn plan, 0 for none.
    """

    id: int
    name: str
    level: str | None
    state: str
    replaces: str
    effective_at: datetime | None
    created_at: datetime
    grid_count: int
    import_id: int | None
    base_revision: int | None
    version: int
    position: int
    author: str


def add(
    connection: Connection,
    *,
    name: str,
    level: str,
    frame: gpd.GeoDataFrame,
    replaces: str = "listed",
    effective_at: datetime | None = None,
    import_id: int | None = None,
    author: str = "",
) -> int:
    """Store a draft over the present revision.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:4326: code, name, parent (code or None), special, households, geometry.
    """
    import numpy as np
    import pandas as pd

    from gisgrid.store.copying import as_multi, copy_in, ewkb

    values = {
        "name": name,
        "level": level,
        "replaces": replaces,
        "effective_at": effective_at,
        "import_id": import_id,
        "author": author,
        # None before the first revision, which a plan cannot refer to.
        "base_revision": revisions.current(connection) or None,
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
    listed, drawn = (
        select(func.count()).where(table.c.plan_id == plan.c.id).correlate(plan).scalar_subquery()
        for table in (plan_grid, draft_grid)
    )
    return select(plan, (listed + drawn).label("grid_count"))


def _plan(row: Any) -> Plan:
    return Plan(**{name: getattr(row, name) for name in Plan.__dataclass_fields__})


def listing(
    connection: Connection,
    *,
    state: str | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> list[Plan]:
    """Plans, the newest first.

    Parameters
    ----------
    state : str, optional
        Only plans in this state.
    before : int, optional
        Only plans with a lower number.
    limit : int, optional
        At most so many.
    """
    query = _query().order_by(plan.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(plan.c.state == state)
    if before is not None:
        query = query.where(plan.c.id < before)
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
        raise no_such_plan(plan_id)
    return _plan(row)


def no_such_plan(plan_id: int) -> NotFound:
    """The error that no plan has a number, or none that the one who asks may change."""
    return NotFound("there is no such plan", where=f"plan {plan_id}", fix="gisgrid plan list")


def grids(connection: Connection, plan_id: int) -> gpd.GeoDataFrame:
    """The grids that a plan lists: code, name, parent, special, households, geometry."""
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import shapely

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


def require_version(connection: Connection, plan_id: int, expected_version: int | None) -> Plan:
    """Lock a plan, so that it stays at the version that a change was made on.

    Parameters
    ----------
    expected_version : int or None
        None for any.

    Raises
    ------
    NotFound
        There is no such plan.
    StaleVersion
        Somebody else has changed it meanwhile.
    """
    found = by_id(connection, plan_id, lock=True)
    if expected_version not in (None, found.version):
        raise StaleVersion(
            f"the plan was changed meanwhile: it is at version {found.version}, "
            f"not {expected_version}",
            where=f"plan {plan_id}",
            fix="look at it again, then repeat the change",
        )
    return found


def mark(
    connection: Connection, plan_id: int, state: str, *, effective_at: datetime | None = None
) -> None:
    """Note what became of a plan, and from when it holds where that is known now."""
    values: dict[str, Any] = {"state": state}
    if effective_at is not None:
        values["effective_at"] = effective_at
    touch(connection, plan_id, **values)


def touch(connection: Connection, plan_id: int, **values: Any) -> int:
    """Change what is said of a plan; its new version."""
    changed = (
        update(plan)
        .where(plan.c.id == plan_id)
        .values(version=plan.c.version + 1, **values)
        .returning(plan.c.version)
    )
    return int(connection.execute(changed).scalar_one())


def discard(connection: Connection, plan_id: int) -> None:
    """Give up a draft, or one that is scheduled; it stays on record.

    Raises
    ------
    NotFound
        There is no such plan.
    Conflict
        It is in force, or given up already.
    """
    found = by_id(connection, plan_id, lock=True)
    if found.state != "scheduled":
        require_draft(found)
    mark(connection, plan_id, "discarded")


def rebase_listed(connection: Connection, plan_id: int) -> int:
    """Take the present revision as the one that the author of a listing has seen.

    Returns
    -------
    int
        That revision.

    Raises
    ------
    NotFound
        There is no such plan.
    Conflict
        It is no draft, or it is drawn.
    """
    found = by_id(connection, plan_id, lock=True)
    require_draft(found)
    if found.level is None:
        raise Conflict(
            "the plan is drawn: its edits have to be made again on the present revision",
            where=f"plan {plan_id}",
            fix=f"gisgrid plan rebase {plan_id}",
        )
    number = revisions.current(connection)
    touch(connection, plan_id, base_revision=number or None)
    return number

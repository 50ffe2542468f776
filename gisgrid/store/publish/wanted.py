"""What a plan wants: the grids as they shall be, and those that end; listed and drawn alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import and_, func, select

from gisgrid.errors import Conflict
from gisgrid.store import grids, plans
from gisgrid.store.parents import place_in_parents
from gisgrid.store.tables import boundary_version, draft_grid, grid_version

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.store.plans import Plan

__all__ = ["Wanted", "present_grids", "wanted_by"]


@dataclass(frozen=True)
class Wanted:
    """What a plan wants of the grids that it names.

    Attributes
    ----------
    frame : GeoDataFrame
        EPSG:4326, each grid once: key (its id; below 0 for one that the plan makes), level, code,
        name, parent (key, nullable), special, households (declared, nullable), range_reason,
        geometry.
    ends : dict of str to int
        Codes and ids of the grids that end.
    """

    frame: gpd.GeoDataFrame
    ends: dict[str, int] = field(default_factory=dict)

    @property
    def ids(self) -> list[int]:
        """The grids that it names and that are there already, or have been."""
        keys = self.frame["key"].tolist()
        return [key for key in keys if key > 0] + list(self.ends.values())


def wanted_by(connection: Connection, plan: Plan, at: datetime) -> Wanted:
    """What a plan wants at its date.

    Raises
    ------
    Conflict
        A code belongs to another level or to a grid that is listed by another code too; a stated
        parent does not hold then.
    NotFound
        The grid whose subtree a listing replaces does not hold then.
    """
    if plan.level is None:
        return _drawn(connection, plan, at)
    return _listed(connection, plan, plan.level, at)


def present_grids(connection: Connection, ids: Collection[int], at: datetime) -> gpd.GeoDataFrame:
    """Some grids as they are at an instant, in the columns of `Wanted.frame`."""
    label, shape = grid_version.c, boundary_version.c
    # A parent that ended is none: its children are orphans.
    above = grid_version.alias("above")
    query = (
        select(
            label.grid_id.label("key"),
            shape.level,
            label.code,
            label.name,
            above.c.grid_id.label("parent"),
            label.special,
            label.households,
            label.range_reason,
            func.ST_AsBinary(shape.geom).label("wkb"),
        )
        .join(boundary_version, and_(shape.grid_id == label.grid_id, shape.valid.contains(at)))
        .outerjoin(above, and_(above.c.grid_id == label.parent_id, above.c.valid.contains(at)))
        .where(label.grid_id.in_(ids), label.valid.contains(at))
        .order_by(label.code)
    )
    return _frame(connection.execute(query).all())


def _drawn(connection: Connection, plan: Plan, at: datetime) -> Wanted:
    drawn = draft_grid.c
    query = (
        select(
            drawn.key,
            drawn.level,
            drawn.code,
            drawn.name,
            drawn.parent_key.label("parent"),
            drawn.special,
            drawn.households,
            drawn.range_reason,
            drawn.ended,
            func.ST_AsBinary(drawn.geom).label("wkb"),
        )
        .where(drawn.plan_id == plan.id)
        .order_by(drawn.code)
    )
    rows = connection.execute(query).all()
    ending = {row.key for row in rows if row.ended and row.key > 0}
    present = present_grids(connection, ending, at)
    ends = dict(zip(present["code"], present["key"].astype(int), strict=True))
    return Wanted(_frame([row for row in rows if not row.ended]), ends)


def _listed(connection: Connection, plan: Plan, level: str, at: datetime) -> Wanted:
    listed = plans.grids(connection, plan.id)
    codes = listed["code"].tolist()
    for code, other in grids.levels_by_code(connection, codes).items():
        if other != level:
            raise Conflict(f"the code is of a grid of the level {other}", where=f"grid {code}")
    placed = place_in_parents(connection, listed, level, at)
    if placed.unknown:
        raise Conflict(
            f"the stated parent is no grid of the level above on {at.isoformat()}",
            where=f"grid {placed.unknown[0]}",
            fix="publish that grid first, or state another parent",
        )
    parents = placed.frame["parent"]
    ids = grids.ids_by_code(connection, sorted({*codes, *parents.dropna()}))
    keys = [ids.get(code, -number) for number, code in enumerate(codes, start=1)]
    _refuse_two_codes(keys, codes)
    frame = placed.frame.assign(
        key=np.array(keys, dtype=np.int64),
        level=level,
        parent=pd.array([None if pd.isna(one) else ids[one] for one in parents], dtype="Int64"),
    )
    known = [key for key in keys if key > 0]
    frame["range_reason"] = frame["key"].map(_range_reasons(connection, known, at))
    return Wanted(frame, _ends(connection, plan, level, set(keys), at))


def _refuse_two_codes(keys: Sequence[int], codes: Sequence[str]) -> None:
    first: dict[int, str] = {}
    for key, code in zip(keys, codes, strict=True):
        if key in first:
            raise Conflict(
                f"the code is of the same grid as {first[key]}, which has had both",
                where=f"grid {code}",
                fix="list the grid by one of them",
            )
        first[key] = code


def _range_reasons(connection: Connection, ids: Sequence[int], at: datetime) -> dict[int, str]:
    """Why grids may have other numbers of households; a listing says nothing of it."""
    version = grid_version.c
    query = select(version.grid_id, version.range_reason).where(
        version.grid_id.in_(ids), version.valid.contains(at), version.range_reason.is_not(None)
    )
    return {row.grid_id: row.range_reason for row in connection.execute(query)}


def _ends(
    connection: Connection, plan: Plan, level: str, keys: set[int], at: datetime
) -> dict[str, int]:
    """The present grids that a listing lacks and replaces."""
    if plan.replaces == "listed":
        return {}
    present = grids.listing(connection, at, level=level)
    if plan.replaces != "level":
        grids.by_code(connection, plan.replaces, at)
        present = [found for found in present if plan.replaces in found.path]
    return {found.code: found.id for found in present if found.id not in keys}


def _frame(rows: Sequence[Any]) -> gpd.GeoDataFrame:
    plain = ("level", "code", "name", "special", "range_reason")
    columns: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in plain}
    columns["key"] = np.array([row.key for row in rows], dtype=np.int64)
    for name in ("parent", "households"):
        columns[name] = pd.array([getattr(row, name) for row in rows], dtype="Int64")
    shapes = shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object))
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")

"""Publishing a plan: new versions, old ones ended, places put right, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import bindparam, func, insert, select, update

from gisgrid.errors import Conflict, InputError, NotFound, PublishBlocked
from gisgrid.geometry.overlaps import overlaps
from gisgrid.locate import path_key
from gisgrid.planning import GridChanges, changed_area, compare_grids
from gisgrid.store import grids, plans, revisions
from gisgrid.store.assignment import reassign
from gisgrid.store.copying import copy_in, ewkb
from gisgrid.store.coverages import coverage_frame, level_index
from gisgrid.store.tables import LEVELS, boundary_version, grid, grid_version

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from gisgrid.store.plans import Plan

__all__ = ["Published", "publish"]


@dataclass(frozen=True)
class Published:
    """What a publish did.

    Attributes
    ----------
    revision : int
        The revision in force; the former one when nothing changed.
    changes : GridChanges
    reassigned : dict of str to int
        For each table the rows whose owners changed.
    """

    revision: int
    changes: GridChanges
    reassigned: dict[str, int] = field(default_factory=dict)


def publish(
    connection: Connection, plan_id: int, *, overlap_tolerance_m2: float, author: str = ""
) -> Published:
    """Put a plan in force within the caller's transaction.

    Parameters
    ----------
    overlap_tolerance_m2 : float
        Area in m² by which two grids of the level may overlap.

    Raises
    ------
    Conflict
        The plan is no draft, or a grid has a version that begins at the plan's date or later.
    InputError
        The plan's date lies in the future.
    PublishBlocked
        Grids of the level would overlap.
    """
    revisions.lock_for_publish(connection)
    plan = plans.by_id(connection, plan_id, lock=True)
    plans.require_draft(plan)
    now: datetime = connection.execute(select(func.now())).scalar_one()
    at = plan.effective_at or now
    if at > now:
        raise InputError(
            f"a boundary cannot take effect in the future yet ({at.isoformat()})",
            where=f"plan {plan_id}",
            fix="publish it on the day",
        )
    listed = plans.grids(connection, plan_id)
    present = coverage_frame(connection, plan.level, at)
    changes = compare_grids(listed, present, ends=_ends(plan, listed, present))
    _refuse_overlaps(listed, present, changes, overlap_tolerance_m2)
    plans.mark_published(connection, plan_id)
    if not changes:
        return Published(revisions.current(connection), changes)
    before = {level: _outlines(connection, level, now) for level in LEVELS}
    number = revisions.add(
        connection, effective_at=at, plan_id=plan_id, author=author, note=plan.name
    )
    _Writer(connection, plan, at, number).write(listed, changes)
    touched = [changed_area(before[level], _outlines(connection, level, now)) for level in LEVELS]
    index = level_index(connection, now)
    return Published(number, changes, reassign(connection, index, np.concatenate(touched)))


def _ends(plan: Plan, listed: gpd.GeoDataFrame, present: gpd.GeoDataFrame) -> list[str]:
    """Codes of present grids that the plan lacks and replaces."""
    missing = present[~present["code"].isin(listed["code"])]
    if plan.replaces == "listed":
        return []
    if plan.replaces == "level":
        return [str(code) for code in missing["code"]]
    inside = [plan.replaces in path for path in missing["path"]]
    if not any(plan.replaces in path for path in present["path"]):
        raise NotFound(
            "no grid of this level lies below the code to replace", where=repr(plan.replaces)
        )
    return [str(code) for code in missing.loc[inside, "code"]]


def _refuse_overlaps(
    listed: gpd.GeoDataFrame, present: gpd.GeoDataFrame, changes: GridChanges, tolerance: float
) -> None:
    gone = {*changes.ended, *listed["code"]}
    kept = present[~present["code"].isin(gone)]
    codes = [*listed["code"], *kept["code"]]
    shapes = np.concatenate([frame.geometry.to_numpy(dtype=object) for frame in (listed, kept)])
    found = overlaps(shapes, tolerance)
    if found:
        first = found[0]
        raise PublishBlocked(
            f"{len(found)} pairs of grids overlap by more than {tolerance:g} m²; the first: "
            f"{codes[first.i]} and {codes[first.j]} by {first.area_m2:,.0f} m²",
            where=f"lon {first.place[0]:.6f}, lat {first.place[1]:.6f}",
            fix="mend the boundaries; the import stays as a draft",
        )


def _outlines(connection: Connection, level: str, at: datetime) -> dict[int, tuple[str, Any]]:
    frame = coverage_frame(connection, level, at)
    keys = (path_key(path) for path in frame["path"])
    return dict(zip(frame["id"], zip(keys, frame.geometry, strict=True), strict=True))


class _Writer:
    """Writes the versions of one publish."""

    def __init__(self, connection: Connection, plan: Plan, at: datetime, number: int) -> None:
        self.connection = connection
        self.plan = plan
        self.at = at
        self.number = number

    def write(self, listed: gpd.GeoDataFrame, changes: GridChanges) -> None:
        """End the versions that change and add those that take their place."""
        ids = self._identities(listed, changes)
        labels = [*changes.new, *changes.relabelled]
        shapes = [*changes.new, *changes.reshaped]
        for table, codes in ((grid_version, labels), (boundary_version, shapes)):
            self._close(table, [ids[code] for code in (*codes, *changes.ended)])
        frame = listed.set_index("code", drop=False)
        self._add_labels(frame.loc[labels], ids)
        self._add_shapes(frame.loc[shapes], ids)

    def _identities(self, listed: gpd.GeoDataFrame, changes: GridChanges) -> dict[str, int]:
        wanted = {*listed["code"], *changes.ended, *listed["parent"].dropna()}
        ids = grids.ids_by_code(self.connection, sorted(wanted))
        fresh = [code for code in changes.new if code not in ids]
        if fresh:
            rows = [{"level": self.plan.level, "created_revision": self.number} for _ in fresh]
            statement = insert(grid).returning(grid.c.id, sort_by_parameter_order=True)
            made = self.connection.execute(statement, rows).scalars()
            ids |= dict(zip(fresh, made, strict=True))
        return ids

    def _close(self, table: Table, ids: list[int]) -> None:
        """End the open versions of grids at the plan's date."""
        later = (
            select(table.c.grid_id)
            .where(table.c.grid_id.in_(ids), func.lower(table.c.valid) >= self.at)
            .limit(1)
        )
        found = self.connection.scalar(later)
        if found is not None:
            code = self.connection.scalar(
                select(grid_version.c.code).where(grid_version.c.grid_id == found).limit(1)
            )
            raise Conflict(
                "the grid has a version that begins at the plan's date or later",
                where=f"grid {code}",
                fix="state a later date (--from)",
            )
        closing = (
            update(table)
            .where(table.c.grid_id == bindparam("grid"), table.c.valid.contains(self.at))
            .values(
                valid=func.tstzrange(func.lower(table.c.valid), self.at),
                ended_revision=self.number,
            )
        )
        if ids:
            self.connection.execute(closing, [{"grid": grid_id} for grid_id in ids])

    def _add_labels(self, frame: gpd.GeoDataFrame, ids: dict[str, int]) -> None:
        rows = [
            {
                "grid_id": ids[row.code],
                "code": row.code,
                "name": row.name,
                "parent_id": None if pd.isna(row.parent) else ids[row.parent],
                "special": bool(row.special),
                "households": None if pd.isna(row.households) else int(row.households),
                "revision": self.number,
            }
            for row in frame.itertuples(index=False)
        ]
        if rows:
            valid = func.tstzrange(self.at, None)
            self.connection.execute(insert(grid_version).values(valid=valid), rows)

    def _add_shapes(self, frame: gpd.GeoDataFrame, ids: dict[str, int]) -> None:
        size = len(frame)
        columns: dict[str, Any] = {
            "grid_id": np.array([ids[code] for code in frame["code"]], dtype=np.int64),
            "level": [self.plan.level] * size,
            "geom": ewkb(frame.geometry.to_numpy(dtype=object)),
            "valid": [f"[{self.at.isoformat()},)"] * size,
            "revision": np.full(size, self.number),
            "import_id": [self.plan.import_id] * size,
        }
        if size:
            copy_in(self.connection, boundary_version, columns)

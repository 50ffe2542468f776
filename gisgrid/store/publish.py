"""Publishing a plan: new versions, old ones ended, places put right, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import bindparam, func, insert, or_, select, update

from gisgrid.errors import Conflict, InputError, PublishBlocked
from gisgrid.geometry.overlaps import overlaps
from gisgrid.planning import GridChanges, compare_grids
from gisgrid.store import clock, grids, plans, revisions
from gisgrid.store.assignment import reassign
from gisgrid.store.copying import copy_in, ewkb
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.outlines import changes_of
from gisgrid.store.parents import place_in_parents
from gisgrid.store.tables import boundary_version, grid, grid_version

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
    orphaned : int
        Grids that are left without their parent, which ended.
    """

    revision: int
    changes: GridChanges
    reassigned: dict[str, int] = field(default_factory=dict)
    orphaned: int = 0


def publish(
    connection: Connection, plan_id: int, *, overlap_tolerance_m2: float, author: str = ""
) -> Published:
    """Put a plan in force within the caller's transaction.

    Grids without a stated parent get the one that holds most of their area at the plan's date.

    Parameters
    ----------
    connection : Connection
    plan_id : int
    overlap_tolerance_m2 : float
        Area in m² by which two grids of the level may overlap.
    author : str
        Who publishes, for the record.

    Raises
    ------
    Conflict
        The plan is no draft; a grid has a version that the plan's date would overtake; a code
        belongs to another level; a stated parent does not hold then.
    InputError
        The plan's date lies in the future.
    PublishBlocked
        Grids of the level would overlap, at the plan's date or later.
    """
    revisions.lock_for_publish(connection)
    plan = plans.by_id(connection, plan_id, lock=True)
    plans.require_draft(plan)
    # Read after the lock: whatever was published before this began earlier.
    now = clock.now(connection, UTC)
    at = plan.effective_at or now
    if at > now:
        raise InputError(
            f"a boundary cannot take effect in the future yet ({at.isoformat()})",
            where=f"plan {plan_id}",
            fix="publish it on the day",
        )
    listed = _with_parents(connection, plan, at)
    present = coverage_frame(connection, plan.level, at, codes=listed["code"].tolist())
    ends = _ends(connection, plan, listed, at)
    changes = compare_grids(listed, present, ends=ends)
    plans.mark_published(connection, plan_id)
    if not changes:
        return Published(revisions.current(connection), changes)
    number = revisions.add(
        connection, effective_at=at, plan_id=plan_id, author=author, note=plan.name
    )
    _Writer(connection, plan, at, number).write(listed, changes)
    written = listed[listed["code"].isin([*changes.new, *changes.reshaped])]
    _refuse_overlaps(connection, plan.level, at, written, overlap_tolerance_m2)
    moved = changes_of(connection, number)
    return Published(
        number,
        changes,
        reassign(connection, now, moved),
        orphaned=grids.orphans(connection, now) if changes.ended else 0,
    )


def _with_parents(connection: Connection, plan: Plan, at: datetime) -> gpd.GeoDataFrame:
    """The grids that the plan lists, each with its parent; their codes are of the plan's level."""
    listed = plans.grids(connection, plan.id)
    for code, level in grids.levels_by_code(connection, listed["code"].tolist()).items():
        if level != plan.level:
            raise Conflict(f"the code is of a grid of the level {level}", where=f"grid {code}")
    placed = place_in_parents(connection, listed, plan.level, at)
    if placed.unknown:
        raise Conflict(
            f"the stated parent is no grid of the level above on {at.isoformat()}",
            where=f"grid {placed.unknown[0]}",
            fix="publish that grid first, or state another parent",
        )
    return placed.frame


def _ends(connection: Connection, plan: Plan, listed: gpd.GeoDataFrame, at: datetime) -> list[str]:
    """Codes of present grids that the plan lacks and replaces."""
    if plan.replaces == "listed":
        return []
    present = grids.listing(connection, at, level=plan.level)
    if plan.replaces != "level":
        grids.by_code(connection, plan.replaces, at)
        present = [found for found in present if plan.replaces in found.path]
    return sorted({found.code for found in present} - set(listed["code"]))


def _refuse_overlaps(
    connection: Connection, level: str, at: datetime, changed: gpd.GeoDataFrame, tolerance: float
) -> None:
    """Raise when a grid that was written overlaps another, at the plan's date or ever after."""
    later = func.lower(boundary_version.c.valid)
    instants = select(later).where(boundary_version.c.level == level, later > at).distinct()
    written, near = set(changed["code"]), changed.bounds.to_numpy()
    for instant in [at, *connection.scalars(instants)]:
        frame = coverage_frame(connection, level, instant, near=near)
        codes = frame["code"].tolist()
        pairs = overlaps(frame.geometry.to_numpy(dtype=object), tolerance)
        found = [pair for pair in pairs if written & {codes[pair.i], codes[pair.j]}]
        if found:
            first = found[0]
            raise PublishBlocked(
                f"{len(found)} pairs of grids overlap by more than {tolerance:g} m²; the first: "
                f"{codes[first.i]} and {codes[first.j]} by {first.area_m2:,.0f} m²",
                where=f"lon {first.place[0]:.6f}, lat {first.place[1]:.6f}",
                fix="mend the boundaries; nothing was published",
            )


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
            .where(
                table.c.grid_id.in_(ids),
                or_(func.lower(table.c.valid) >= self.at, func.upper(table.c.valid) > self.at),
            )
            .limit(1)
        )
        found = self.connection.scalar(later)
        if found is not None:
            code = self.connection.scalar(
                select(grid_version.c.code).where(grid_version.c.grid_id == found).limit(1)
            )
            raise Conflict(
                "the grid has a version that begins or ends after the plan's date",
                where=f"grid {code}",
                fix="state a later date (--from): what was published stays as it was",
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

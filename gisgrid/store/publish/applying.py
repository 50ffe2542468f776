"""One plan written: checked, its versions added, places put right, lineage kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gisgrid.planning import GridChanges, compare_grids
from gisgrid.store import grids, plans, revisions
from gisgrid.store.assignment import reassign
from gisgrid.store.outlines import changes_of
from gisgrid.store.publish.checks import (
    refuse_invalid,
    refuse_misfits,
    refuse_overlaps,
    refuse_overtaken,
)
from gisgrid.store.publish.findings import new_findings
from gisgrid.store.publish.holding import HeldPlace, follow_grids, held_places
from gisgrid.store.publish.lineage import Households, record_lineage
from gisgrid.store.publish.wanted import Wanted, present_grids, wanted_by
from gisgrid.store.publish.writing import Writer

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.geometry.checking import Finding, Tolerances
    from gisgrid.store.plans import Plan

__all__ = ["Published", "Written", "put_in_force", "write"]


@dataclass(frozen=True)
class Published:
    """What a publish did, or will do on its day.

    Attributes
    ----------
    revision : int
        The revision in force; the former one when nothing changed, or not yet.
    changes : GridChanges
    effective_at : datetime
        From when the boundaries hold.
    reassigned : dict of str to int
        For each table the rows whose owners changed.
    orphaned : int
        Grids that are left without their parent, which ended.
    scheduled : bool
        Nothing is in force yet; the plan waits for its day.
    findings : tuple of Finding
        Warnings that were none before; empty where nobody asked for the checks.
    held : tuple of HeldPlace
        Places that a person assigned to a grid and that stay there although their ground changed
        hands, or that are let go because that grid ended.
    """

    revision: int
    changes: GridChanges
    effective_at: datetime
    reassigned: dict[str, int] = field(default_factory=dict)
    orphaned: int = 0
    scheduled: bool = False
    findings: tuple[Finding, ...] = ()
    held: tuple[HeldPlace, ...] = ()


@dataclass(frozen=True)
class Written:
    """What one plan changes; the revision that wrote it, None where there was nothing to write."""

    number: int | None
    changes: GridChanges
    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    findings: tuple[Finding, ...] = ()


def put_in_force(
    connection: Connection,
    plan: Plan,
    at: datetime,
    now: datetime,
    tolerance_m2: float,
    author: str,
    *,
    tolerances: Tolerances | None = None,
) -> Published:
    """Write a plan, from ``at`` on, and put the places right that it gives other owners."""
    written = write(connection, plan, at, tolerance_m2, author, tolerances=tolerances)
    plans.mark(connection, plan.id, "published", effective_at=plan.effective_at)
    if written.number is None:
        return Published(revisions.current(connection), written.changes, at)
    households = Households(connection)
    moved = changes_of(connection, written.number)
    held = held_places(connection, at, now, moved)
    followed = follow_grids(connection, now, note=households.note)
    reassigned = reassign(connection, now, moved, note=households.note)
    reassigned |= {table: reassigned[table] + count for table, count in followed.items()}
    record_lineage(connection, written.number, written.before, written.after, households)
    orphaned = grids.orphans(connection, now) if written.changes.ended else 0
    return Published(
        written.number,
        written.changes,
        at,
        reassigned,
        orphaned,
        findings=written.findings,
        held=held,
    )


def write(
    connection: Connection,
    plan: Plan,
    at: datetime,
    tolerance_m2: float,
    author: str = "",
    *,
    tolerances: Tolerances | None = None,
) -> Written:
    """Check a plan and write its versions; places stay as they are."""
    wanted = wanted_by(connection, plan, at)
    present = present_grids(connection, wanted.ids, at)
    changes = compare_grids(wanted.frame, present, by="key", ends=wanted.ends)
    if not changes:
        return Written(None, changes, present, wanted.frame)
    refuse_overtaken(connection, plan, _touched(wanted, changes))
    if plan.level is None:
        refuse_misfits(connection, plan, wanted, at)
    frame = wanted.frame.set_index("code", drop=False)
    changed = frame.loc[[*changes.new, *changes.reshaped]]
    refuse_invalid(changed)
    number = revisions.add(
        connection, effective_at=at, plan_id=plan.id, author=author, note=plan.name
    )
    ids = Writer(connection, plan, at, number).write(wanted, changes)
    refuse_overlaps(connection, at, changed, tolerance_m2)
    after = changed.assign(key=[ids[code] for code in changed["code"]])
    other = {*after["key"], *wanted.ends.values()}
    before = present[present["key"].isin(other)]
    findings: tuple[Finding, ...] = ()
    if tolerances is not None:
        relabelled = frame.loc[list(changes.relabelled)]
        reasons = frame["range_reason"].dropna().to_dict()
        boxes = _boxes(before, after, relabelled)
        findings = new_findings(connection, at, boxes, tolerances, reasons=reasons)
    return Written(number, changes, before, after, findings)


def _boxes(*frames: gpd.GeoDataFrame) -> dict[str, NDArray[np.float64]]:
    """The boxes of grids, by level."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    for frame in frames:
        for level, rows in frame.groupby("level", sort=False):
            found.setdefault(level, []).append(rows.bounds.to_numpy())
    return {level: np.vstack(parts) for level, parts in found.items()}


def _touched(wanted: Wanted, changes: GridChanges) -> dict[str, int]:
    """The grids that are there, or have been, and differ afterwards; by code."""
    key_of = dict(zip(wanted.frame["code"], wanted.frame["key"].tolist(), strict=True))
    differing = (*changes.new, *changes.relabelled, *changes.reshaped)
    known = {code: key_of[code] for code in differing if key_of[code] > 0}
    return known | wanted.ends

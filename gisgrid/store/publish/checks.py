"""What stands in the way of a publish: other changes, broken rings, overlaps, lost parents."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import pandas as pd
from sqlalchemy import func, or_, select

from gisgrid.errors import Conflict, PublishBlocked
from gisgrid.geometry.overlaps import overlaps
from gisgrid.geometry.validity import invalid_rings
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.parents import PARENT_LEVEL
from gisgrid.store.tables import boundary_version, grid, grid_version, revision
from gisgrid.store.tables import plan as plan_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import geopandas as gpd
    from sqlalchemy import Connection

    from gisgrid.store.plans import Plan
    from gisgrid.store.publish.wanted import Wanted

__all__ = [
    "refuse_invalid",
    "refuse_misfits",
    "refuse_overlaps",
    "refuse_overtaken",
]

# As many codes are named in one line; the rest are counted.
_NAMED: Final = 5


def refuse_overtaken(connection: Connection, plan: Plan, touched: Mapping[str, int]) -> None:
    """Raise `Conflict` when grids that a plan changes were changed since its author saw them.

    Parameters
    ----------
    touched : mapping of code to id
        The grids that it would really change; those that it lists as they are do not count.
    """
    base = plan.base_revision or 0
    changed: dict[int, int] = {}
    for table in (grid_version, boundary_version):
        number = func.greatest(table.c.revision, table.c.ended_revision)
        query = (
            select(table.c.grid_id, func.max(number))
            .where(
                or_(table.c.revision > base, table.c.ended_revision > base),
                table.c.grid_id.in_(touched.values()),
            )
            .group_by(table.c.grid_id)
        )
        for grid_id, last in connection.execute(query):
            changed[grid_id] = max(last, changed.get(grid_id, 0))
    if not changed:
        return
    where = _grids(sorted(code for code, grid_id in touched.items() if grid_id in changed))
    _refuse_scheduled(connection, where, max(changed.values()))
    since = (
        f"changed since revision {base}, which plan {plan.id} was made from"
        if base
        else f"published since plan {plan.id} was made, before any boundary was"
    )
    raise Conflict(
        since,
        where=where,
        fix=f"look at what changed, then: gisgrid plan rebase {plan.id}",
    )


def _refuse_scheduled(connection: Connection, where: str, number: int) -> None:
    """Raise when a revision is that of a scheduled plan: in a rehearsal it is written already."""
    query = (
        select(plan_table.c.id, revision.c.effective_at)
        .join(revision, revision.c.plan_id == plan_table.c.id)
        .where(revision.c.number == number, plan_table.c.state == "scheduled")
    )
    found = connection.execute(query).one_or_none()
    if found is not None:
        raise Conflict(
            f"plan {found.id} is scheduled to change this on {found.effective_at.isoformat()}",
            where=where,
            fix=f"wait for that day, or give it up: gisgrid plan discard {found.id}",
        )


def refuse_invalid(changed: gpd.GeoDataFrame) -> None:
    """Raise `PublishBlocked` when a shape is no valid polygon."""
    faults = invalid_rings(changed.geometry.to_numpy(dtype=object))
    if faults:
        first = faults[0]
        place = "" if first.place is None else f" at lon {first.place[0]}, lat {first.place[1]}"
        raise PublishBlocked(
            f"{first.reason}{place}; {len(faults)} grids have no valid shape",
            where=f"grid {changed['code'].iloc[first.position]}",
            fix="mend the boundaries; nothing was published",
        )


def refuse_overlaps(
    connection: Connection, at: datetime, changed: gpd.GeoDataFrame, tolerance_m2: float
) -> None:
    """Raise `PublishBlocked` when a written grid overlaps another, at the plan's date or later."""
    version = boundary_version.c
    later = func.lower(version.valid)
    for level, written in changed.groupby("level", sort=True):
        instants = select(later).where(version.level == level, later > at).distinct()
        codes, near = set(written["code"]), written.bounds.to_numpy()
        for instant in [at, *connection.scalars(instants)]:
            frame = coverage_frame(connection, level, instant, near=near)
            _refuse_pairs(frame, codes, tolerance_m2)


def _refuse_pairs(frame: gpd.GeoDataFrame, written: set[str], tolerance_m2: float) -> None:
    codes = frame["code"].tolist()
    pairs = overlaps(frame.geometry.to_numpy(dtype=object), tolerance_m2)
    found = [pair for pair in pairs if written & {codes[pair.i], codes[pair.j]}]
    if found:
        first = found[0]
        raise PublishBlocked(
            f"{len(found)} pairs of grids overlap by more than {tolerance_m2:g} m²; the first: "
            f"{codes[first.i]} and {codes[first.j]} by {first.area_m2:,.0f} m²",
            where=f"lon {first.place[0]:.6f}, lat {first.place[1]:.6f}",
            fix="mend the boundaries; nothing was published",
        )


def refuse_misfits(connection: Connection, plan: Plan, wanted: Wanted, at: datetime) -> None:
    """Raise `Conflict` when the codes, levels or parents of a drawn plan do not fit the record.

    A listing is checked where it is read, for it names its grids by their codes.
    """
    _refuse_prehistory(connection, plan, at)
    frame = wanted.frame
    twice = [code for code, count in Counter(frame["code"]).items() if count > 1]
    if twice:
        raise Conflict("two grids of the plan have the same code", where=_grids(sorted(twice)))
    _refuse_taken_codes(connection, plan, frame)
    _refuse_other_levels(connection, frame)
    _refuse_lost_parents(connection, wanted, at)


def _refuse_prehistory(connection: Connection, plan: Plan, at: datetime) -> None:
    first = connection.scalar(select(func.min(revision.c.effective_at)))
    if first is not None and at < first:
        raise Conflict(
            f"the plan's date, {at.isoformat()}, lies before the first boundaries, which hold "
            f"from {first.isoformat()}",
            where=f"plan {plan.id}",
            fix="draw it with a later date (--from), or without one",
        )


def _refuse_taken_codes(connection: Connection, plan: Plan, frame: gpd.GeoDataFrame) -> None:
    key_of = dict(zip(frame["code"], frame["key"], strict=True))
    version = grid_version.c
    query = select(version.code, version.grid_id).where(version.code.in_(list(key_of))).distinct()
    taken = sorted(row.code for row in connection.execute(query) if row.grid_id != key_of[row.code])
    if taken:
        raise Conflict(
            "the code belongs to another grid, for ever",
            where=_grids(taken),
            fix=f"give it another code in plan {plan.id}",
        )


def _refuse_other_levels(connection: Connection, frame: gpd.GeoDataFrame) -> None:
    level_of = dict(zip(frame["key"], frame["level"], strict=True))
    known = [key for key in level_of if key > 0]
    query = select(grid.c.id, grid.c.level).where(grid.c.id.in_(known))
    levels = {row.id: row.level for row in connection.execute(query)}
    wrong = {key for key in known if levels.get(key) != level_of[key]}
    if wrong:
        codes = sorted(frame.loc[frame["key"].isin(wrong), "code"])
        raise Conflict("the record has no such grid of that level", where=_grids(codes))


def _refuse_lost_parents(connection: Connection, wanted: Wanted, at: datetime) -> None:
    """Parents must hold at the plan's date, and no grid may be left without its own."""
    frame, ending = wanted.frame, set(wanted.ends.values())
    version = grid_version.c
    valid = version.valid.contains(at)
    drawn = dict(zip(frame["key"], frame["level"], strict=True))
    stated = {int(key) for key in frame["parent"].dropna()}
    query = (
        select(grid.c.id, grid.c.level)
        .join(grid_version, version.grid_id == grid.c.id)
        .where(valid, grid.c.id.in_(stated - ending))
    )
    levels = {row.id: row.level for row in connection.execute(query)} | drawn
    misfits = [
        row.code
        for row in frame.itertuples(index=False)
        if not pd.isna(row.parent) and levels.get(int(row.parent)) != PARENT_LEVEL.get(row.level)
    ]
    if misfits:
        raise Conflict(
            f"the parent is no grid of the level above on {at.isoformat()}",
            where=_grids(sorted(misfits)),
            fix="give the grid another parent",
        )
    left = select(version.code).where(
        valid, version.parent_id.in_(ending), version.grid_id.not_in({*drawn, *ending})
    )
    orphans = sorted(connection.scalars(left))
    if orphans:
        raise Conflict(
            "the grid would be left without its parent, which ends",
            where=_grids(orphans),
            fix="end it too, or give it another parent",
        )


def _grids(codes: Iterable[str]) -> str:
    named = list(codes)
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return f"{'grid' if len(named) == 1 else 'grids'} {', '.join(named[:_NAMED])}{more}"

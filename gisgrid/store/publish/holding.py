"""Places that are held by hand while boundaries change: kept, listed, or let go with their grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from sqlalchemy import func, or_, select, update

from gisgrid.locate import NESTED_LEVELS
from gisgrid.store.assignment import Moved
from gisgrid.store.coverages import level_index
from gisgrid.store.holds.queries import HELD_TABLES, chains, is_open
from gisgrid.store.holds.standing import held_frame
from gisgrid.store.tables import LEVELS, grid_version, manual_assignment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    import pandas as pd
    from numpy.typing import NDArray
    from sqlalchemy import Connection, Table

    from gisgrid.store.outlines import Changes

__all__ = ["HeldPlace", "follow_grids", "held_places"]

# The finest difference between two instants that the record keeps.
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class HeldPlace:
    """A place that a person assigned to a grid, when the ground under it changes hands.

    Attributes
    ----------
    kind : str
        A key of `gisgrid.store.holds.HELD_TABLES`.
    source_id, title : str
        The place's id at its source, and what it is called.
    grid : str
        Code of the micro-grid that it is held in.
    lies_in : str or None
        Code of the micro-grid that its point lies in afterwards.
    reason : str
        Why it is held.
    ended : bool
        It is not held any longer, for its grid ended: it belongs where it lies.
    """

    kind: str
    source_id: str
    title: str
    grid: str
    lies_in: str | None
    reason: str
    ended: bool = False


def held_places(
    connection: Connection, at: datetime, now: datetime, changes: Changes
) -> tuple[HeldPlace, ...]:
    """The held places whose ground changed hands, or whose grid ended.

    Asked within the transaction that publishes, before `follow_grids`; confidential hazards are
    left out.

    Parameters
    ----------
    at : datetime
        From when the new boundaries hold.
    now : datetime
        No earlier.
    changes : Changes
        Where points may have changed hands.
    """
    held = held_frame(connection)
    if held.empty:
        return ()
    codes = _codes(connection, set(held["held"]), now)
    ended = ~held["held"].isin(codes)
    points: NDArray[np.object_] = np.asarray(shapely.points(held["lon"], held["lat"]))
    near = shapely.STRtree(points).query(shapely.box(*changes.boxes.T))[1]
    concerned = held[ended | held.index.isin(near)]
    if concerned.empty:
        return ()
    lies_in, changed = _ground(connection, at, now, concerned)
    codes = _codes(connection, set(concerned["held"]), None) | codes
    own = (concerned[name].tolist() for name in ("kind", "source_id", "title", "held", "reason"))
    gone = ended[concerned.index].tolist()
    found = [
        HeldPlace(kind, source_id, title, codes[grid_id], code, reason, lost)
        for kind, source_id, title, grid_id, reason, code, moved, lost in zip(
            *own, lies_in, changed, gone, strict=True
        )
        if moved or lost
    ]
    order = list(HELD_TABLES)
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), one.source_id)))


def follow_grids(
    connection: Connection, at: datetime, *, note: Callable[[Table, Moved], None] | None = None
) -> dict[str, int]:
    """Let the held places follow the grids that hold them, after the boundaries changed.

    Those of a grid that has another unit or area above it get these; those of a grid that ended
    are let go, and belong where they lie.

    Parameters
    ----------
    at : datetime
        When the boundaries that are in force now hold.
    note : callable, optional
        Told which rows of a table changed hands.

    Returns
    -------
    dict of str to int
        For each table the rows whose owners changed.
    """
    changed = dict.fromkeys((table.name for table in HELD_TABLES.values()), 0)
    chain = chains(at)
    new = {f"{level}_id": chain.c[f"{level}_id"] for level in NESTED_LEVELS}
    own = new["micro_id"] == manual_assignment.c.grid_id
    for table in HELD_TABLES.values():
        differs = or_(*(table.c[name].is_distinct_from(column) for name, column in new.items()))
        held = select(table.c.id, new["micro_id"]).join(manual_assignment, is_open(table))
        # Locked, for a place that is deleted does not wait for a publish.
        locked = held.outerjoin(chain, own).where(differs).with_for_update(of=table)
        rows = connection.execute(locked).all()
        if not rows:
            continue
        ids = [row.id for row in rows]
        before = _owners(connection, table, ids)
        # A trigger assigns those by their points, and ends their holds.
        let_go = [row.id for row in rows if row.micro_id is None]
        freed = update(table).where(table.c.id.in_(let_go)).values(assigned_how="trigger")
        connection.execute(freed)
        connection.execute(
            update(table).where(table.c.id.in_(ids), is_open(table), own).values(**new)
        )
        after = _owners(connection, table, ids)
        changed[table.name] = len(ids)
        if note is not None:
            note(table, Moved(after["id"], {one: (before[one], after[one]) for one in LEVELS}))
    return changed


def _ground(
    connection: Connection, at: datetime, now: datetime, held: pd.DataFrame
) -> tuple[list[str | None], NDArray[np.bool_]]:
    """The micro-grids that places lie in now, and which came to others since before ``at``."""
    lon, lat = (held[name].to_numpy(dtype=np.float64) for name in ("lon", "lat"))
    near, count = np.column_stack([lon, lat, lon, lat]), len(lon)
    before, after = (
        level_index(connection, moment, levels=NESTED_LEVELS, near=near, points=count)
        for moment in (at - _TICK, now)
    )
    was, is_now = before.owners(lon, lat), after.owners(lon, lat)
    changed = np.zeros(len(lon), dtype=np.bool_)
    for level in NESTED_LEVELS:
        changed |= was.ids(level) != is_now.ids(level)
    ids = is_now.ids("micro").tolist()
    codes = _codes(connection, ids, now)
    return [codes.get(one) for one in ids], changed


def _codes(connection: Connection, ids: Collection[int], at: datetime | None) -> dict[int, str]:
    """What grids are called at an instant; without one, what they were called last."""
    version = grid_version.c
    query = select(version.grid_id, version.code).where(version.grid_id.in_(set(ids)))
    query = query.order_by(func.lower(version.valid))
    when = query if at is None else query.where(version.valid.contains(at))
    return {row.grid_id: row.code for row in connection.execute(when)}


def _owners(connection: Connection, table: Table, ids: list[int]) -> dict[str, NDArray[np.int64]]:
    """The owners of some rows by level, and their ids; 0 where there is none."""
    owners = [func.coalesce(table.c[f"{level}_id"], 0) for level in LEVELS]
    query = select(table.c.id, *owners).where(table.c.id.in_(ids)).order_by(table.c.id)
    rows = np.array([tuple(row) for row in connection.execute(query)], dtype=np.int64)
    return dict(zip(("id", *LEVELS), rows.reshape(-1, 1 + len(LEVELS)).T, strict=True))

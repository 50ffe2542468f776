"""Assigning what is already in the tables, after the boundaries changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    MetaData,
    Table,
    case,
    cast,
    func,
    literal,
    select,
    update,
)

from gisgrid.locate import NESTED_LEVELS, Owners
from gisgrid.store.boxes import select_in_boxes, share_of_extent
from gisgrid.store.copying import copy_in, copy_numbers
from gisgrid.store.coverages import level_index
from gisgrid.store.holds.queries import held_ids
from gisgrid.store.places import MANUAL, OWNED, owner_columns
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Label
    from sqlalchemy.types import TypeEngine

    from gisgrid.locate import LevelIndex
    from gisgrid.store.outlines import Changes

__all__ = ["Moved", "reassign"]


@dataclass(frozen=True)
class Moved:
    """Rows whose owners changed.

    Attributes
    ----------
    ids : ndarray of int64, shape (n,)
    owners : mapping of level to (ndarray, ndarray)
        The grids that owned them and those that own them now; 0 for none.
    """

    ids: NDArray[np.int64]
    owners: Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64]]]


# The rows of each table that are looked at.
_Rows = dict[Table, "NDArray[np.void]"]

# A row found through the spatial index costs about three times one that is read in turn.
_MOST_BY_BOXES: Final = 1 / 3

# So many points name the grids near them sooner than an index of all grids is made.
_FEW: Final = 1_000


def reassign(
    connection: Connection,
    at: datetime,
    changes: Changes,
    *,
    note: Callable[[Table, Moved], None] | None = None,
) -> dict[str, int]:
    """Put right the owners of every row whose point may have changed hands.

    The rows in the boxes are looked up by the spatial index, and an index of the grids near
    them is made; a table of which the boxes hold more than a third is read as a whole. Levels
    that did not change are asked only for points that lay on a border, for the mark of it may
    be of any level.

    Parameters
    ----------
    at : datetime
        When the boundaries that are in force now hold.
    changes : Changes
        What to look at. With a box round everything and all levels, every row is made right
        whatever it was.
    note : callable, optional
        Told which rows of a table changed hands, some at a time.

    Returns
    -------
    dict of str to int
        For each table the rows whose owners changed; no other row is written.
    """
    rows: _Rows = {}
    near: NDArray[np.float64] | None = changes.boxes
    for table in OWNED:
        share = share_of_extent(connection, table.c.point, changes.boxes)
        # Without an estimate the table is empty, as a rule, but it may have lost its index.
        whole = share is None or share > _MOST_BY_BOXES
        rows[table] = _rows(connection, table, None if whole else changes.boxes)
        if whole and len(rows[table]):
            near = None
    changed = dict.fromkeys((table.name for table in OWNED), 0)
    for levels, part in _by_levels(rows, changes.levels).items():
        if count := sum(map(len, part.values())):
            nearest = _nearest(part, near)
            index = level_index(connection, at, levels=levels, near=nearest, points=count)
            for table, found in part.items():
                changed[table.name] += _put_right(connection, table, found, index, levels, note)
    return changed


def _by_levels(rows: _Rows, levels: tuple[str, ...]) -> dict[tuple[str, ...], _Rows]:
    """Rows by the levels at which they have to be looked at."""
    if set(levels) == set(LEVELS):
        return {levels: rows}
    return {
        LEVELS: {table: found[found["on_border"]] for table, found in rows.items()},
        levels: {table: found[~found["on_border"]] for table, found in rows.items()},
    }


def _nearest(rows: _Rows, near: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """The boxes that name the fewest grids: those given (all grids for None), or the points'."""
    count = sum(map(len, rows.values()))
    if count > _FEW or (near is not None and len(near) < count):
        return near
    sides = ("lon", "lat", "lon", "lat")
    return np.vstack([np.column_stack([found[side] for side in sides]) for found in rows.values()])


def _rows(
    connection: Connection, table: Table, boxes: NDArray[np.float64] | None
) -> NDArray[np.void]:
    """The points of a table with their owners (0 for none); those in boxes, or all."""
    columns = [
        table.c.id,
        _number(func.ST_X(table.c.point), Float, "lon", "NaN"),
        _number(func.ST_Y(table.c.point), Float, "lat", "NaN"),
        *(_number(table.c[f"{level}_id"], BigInteger, f"{level}_id", "0") for level in LEVELS),
        table.c.on_border,
    ]
    if boxes is None:
        return copy_numbers(connection, select(*columns))
    found = copy_numbers(connection, select_in_boxes(columns, table.c.point, boxes))
    _, first = np.unique(found["id"], return_index=True)
    return found[first]


def _number(value: Any, kind: type[TypeEngine[Any]], name: str, missing: str) -> Label[Any]:
    return func.coalesce(value, cast(literal(missing), kind), type_=kind).label(name)


def _put_right(
    connection: Connection,
    table: Table,
    rows: NDArray[np.void],
    index: LevelIndex,
    levels: tuple[str, ...],
    note: Callable[[Table, Moved], None] | None,
) -> int:
    """Write the rows whose owners are others than they have; how many these are."""
    lon, lat = (rows[name].astype(np.float64) for name in ("lon", "lat"))
    owners = _unless_held(connection, table, rows, index.owners(lon, lat))
    differs = rows["on_border"] != owners.border
    for level in levels:
        differs |= rows[f"{level}_id"] != owners.ids(level)
    if not differs.any():
        return 0
    mask, new = pa.array(differs), owner_columns(owners)
    written = [*(f"{level}_id" for level in levels), "on_border"]
    changes: dict[str, Any] = {"id": rows["id"][differs].astype(np.int64)}
    changes |= {name: pa.array(new[name]).filter(mask) for name in written}
    _write(connection, table, changes, index.revision)
    if note is not None:
        pairs = {
            level: (rows[f"{level}_id"][differs].astype(np.int64), owners.ids(level)[differs])
            for level in levels
        }
        note(table, Moved(changes["id"], pairs))
    return int(differs.sum())


def _unless_held(
    connection: Connection, table: Table, rows: NDArray[np.void], owners: Owners
) -> Owners:
    """The owners of points, but for places that are held by hand the grids that hold them."""
    held = np.isin(rows["id"], held_ids(connection, table))
    if not held.any():
        return owners
    ids = {level: owners.ids(level) for level in LEVELS}
    kept = {level: np.where(held, rows[f"{level}_id"], ids[level]) for level in NESTED_LEVELS}
    return Owners(ids | kept, owners.border)


def _write(connection: Connection, table: Table, changes: dict[str, Any], revision: int) -> None:
    staged = Table(
        "reassigned",
        MetaData(),
        *(Column(name, table.c[name].type) for name in changes),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    staged.create(connection)
    copy_in(connection, staged, changes)
    new = {name: staged.c[name] for name in changes if name != "id"}
    how = case((table.c.assigned_how == MANUAL, MANUAL), else_="bulk")
    connection.execute(
        update(table)
        .where(table.c.id == staged.c.id)
        .values(**new, assigned_how=how, assigned_revision=revision)
    )
    staged.drop(connection)

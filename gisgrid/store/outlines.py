"""Where the boundaries that a publish wrote differ from those before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy import func, or_, select

from gisgrid.locate import path_key
from gisgrid.planning import changed_boxes
from gisgrid.store.tables import LEVELS, boundary_version, grid_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection, Table

__all__ = ["Changes", "changes_of"]


class _Outline(NamedTuple):
    """A grid's level, the key of its path and its boundary version.

    A version is immutable: the same number is the same shape.
    """

    level: str
    path: str
    version: int


# The code of each grid, and the grid above it.
_Labels = dict[int, tuple[str, int | None]]
_State = dict[int, _Outline]


@dataclass(frozen=True)
class Changes:
    """Where points may have changed hands, and at which levels.

    Attributes
    ----------
    boxes : ndarray of float64, shape (n, 4)
        west, south, east, north in degrees: no point outside them changed hands.
    levels : tuple of str
        The levels of the grids that differ.
    """

    boxes: NDArray[np.float64]
    levels: tuple[str, ...] = LEVELS


def changes_of(connection: Connection, number: int) -> Changes:
    """What a revision changed, asked within the transaction that publishes it.

    Only what it touched is read, and what lies below: a new code or parent is in the path of
    every grid below, and paths decide who owns a border.
    """
    touched = _touched(connection, boundary_version, number)
    named = _touched(connection, grid_version, number)
    grids = touched | named | _below(connection, named, number)
    before, after = _states(connection, grids, number)
    differ = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    states = [{key: state[key] for key in differ if key in state} for state in (before, after)]
    shapes = _shapes(connection, {grid.version for state in states for grid in state.values()})
    old, new = (
        {key: (grid.path, shapes[grid.version]) for key, grid in state.items()} for state in states
    )
    found = {grid.level for state in states for grid in state.values()}
    return Changes(changed_boxes(old, new), tuple(level for level in LEVELS if level in found))


def _touched(connection: Connection, table: Table, number: int) -> set[int]:
    """The grids of which a revision began or ended a version."""
    by_it = or_(table.c.revision == number, table.c.ended_revision == number)
    return set(connection.scalars(select(table.c.grid_id).where(by_it)))


def _below(connection: Connection, grids: set[int], number: int) -> set[int]:
    """All grids below some, before or after."""
    found: set[int] = set()
    while grids:
        children = select(grid_version.c.grid_id).where(
            grid_version.c.parent_id.in_(grids), _at_hand(grid_version, number)
        )
        grids = set(connection.scalars(children)) - found
        found |= grids
    return found


def _at_hand(table: Table, number: int) -> ColumnElement[bool]:
    """The versions that hold, and those that held until a revision."""
    return or_(func.upper_inf(table.c.valid), table.c.ended_revision == number)


def _states(connection: Connection, grids: set[int], number: int) -> tuple[_State, _State]:
    """Grids before and after a revision, without their shapes."""
    version = boundary_version.c
    query = select(
        version.grid_id,
        version.level,
        version.id,
        version.revision < number,
        func.upper_inf(version.valid),
    ).where(version.grid_id.in_(grids), _at_hand(boundary_version, number))
    labels = _labels(connection, grids, number)
    keys: tuple[dict[int, str], dict[int, str]] = ({}, {})
    states: tuple[_State, _State] = ({}, {})
    for grid, level, version_id, *holds in connection.execute(query).all():
        for state, held, codes, known in zip(states, holds, labels, keys, strict=True):
            if held and grid in codes:
                state[grid] = _Outline(level, _key(grid, codes, known), version_id)
    return states


def _labels(connection: Connection, grids: set[int], number: int) -> tuple[_Labels, _Labels]:
    """Codes and parents before and after a revision: of grids and of all that are above them."""
    version = grid_version.c
    labels: tuple[_Labels, _Labels] = ({}, {})
    wanted = grids
    while wanted:
        query = select(
            version.grid_id,
            version.code,
            version.parent_id,
            version.revision < number,
            func.upper_inf(version.valid),
        ).where(version.grid_id.in_(wanted), _at_hand(grid_version, number))
        above: set[int] = set()
        for grid, code, parent, *holds in connection.execute(query).all():
            for state, held in zip(labels, holds, strict=True):
                if held:
                    state[grid] = (code, parent)
            if parent is not None:
                above.add(parent)
        wanted = above - labels[0].keys() - labels[1].keys()
    return labels


def _key(grid: int, codes: Mapping[int, tuple[str, int | None]], keys: dict[int, str]) -> str:
    """The key of a grid's path; those found are kept, for many grids have the same parent."""
    if grid not in keys:
        code, above = codes[grid]
        higher = [] if above is None or above not in codes else [_key(above, codes, keys)]
        keys[grid] = path_key([*higher, code])
    return keys[grid]


def _shapes(connection: Connection, versions: set[int]) -> dict[int, Any]:
    query = select(
        boundary_version.c.id, func.ST_AsBinary(boundary_version.c.geom).label("wkb")
    ).where(boundary_version.c.id.in_(versions))
    rows = connection.execute(query).all()
    shapes = shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object))
    return dict(zip((row.id for row in rows), shapes, strict=True))

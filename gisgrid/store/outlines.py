"""Which boundary version each grid has, and where two states of all grids differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy import func, select

from gisgrid.locate import path_key
from gisgrid.planning import changed_boxes
from gisgrid.store.tables import LEVELS, boundary_version, grid_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection

__all__ = ["Changes", "Outline", "changes_between", "outlines"]


class Outline(NamedTuple):
    """A grid's level, the key of its path and its boundary version.

    A version is immutable: the same number is the same shape.
    """

    level: str
    path: str
    version: int


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


def outlines(connection: Connection, at: datetime) -> dict[int, Outline]:
    """The grids of all levels at an instant by their ids, without their shapes."""
    # Joined here: where the tables are new, the planner knows no good way yet.
    grid, version = grid_version.c, boundary_version.c
    grids = select(grid.grid_id, grid.code, grid.parent_id).where(grid.valid.contains(at))
    codes = {grid_id: (code, above) for grid_id, code, above in connection.execute(grids)}
    keys: dict[int, str] = {}
    versions = select(version.grid_id, version.level, version.id).where(version.valid.contains(at))
    return {
        grid_id: Outline(level, _key(grid_id, codes, keys), version_id)
        for grid_id, level, version_id in connection.execute(versions)
        if grid_id in codes
    }


def _key(grid_id: int, codes: Mapping[int, tuple[str, int | None]], keys: dict[int, str]) -> str:
    """The key of a grid's path; those found are kept, for many grids have the same parent."""
    if grid_id not in keys:
        code, above = codes[grid_id]
        higher = [] if above is None or above not in codes else [_key(above, codes, keys)]
        keys[grid_id] = path_key([*higher, code])
    return keys[grid_id]


def changes_between(
    connection: Connection, before: dict[int, Outline], after: dict[int, Outline]
) -> Changes:
    """What differs between two states; only the shapes of grids that differ are read."""
    differ = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    states = [{key: state[key] for key in differ if key in state} for state in (before, after)]
    shapes = _shapes(connection, {grid.version for state in states for grid in state.values()})
    old, new = (
        {key: (grid.path, shapes[grid.version]) for key, grid in state.items()} for state in states
    )
    found = {grid.level for state in states for grid in state.values()}
    return Changes(changed_boxes(old, new), tuple(level for level in LEVELS if level in found))


def _shapes(connection: Connection, versions: set[int]) -> dict[int, Any]:
    query = select(
        boundary_version.c.id, func.ST_AsBinary(boundary_version.c.geom).label("wkb")
    ).where(boundary_version.c.id.in_(versions))
    rows = connection.execute(query).all()
    shapes = shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object))
    return dict(zip((row.id for row in rows), shapes, strict=True))

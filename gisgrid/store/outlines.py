"""Which boundary version each grid has, and where two states of all grids differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy import and_, func, select

from gisgrid.locate import path_key
from gisgrid.planning import changed_boxes
from gisgrid.store.grids import valid_grids
from gisgrid.store.tables import LEVELS, boundary_version

if TYPE_CHECKING:
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
    valid, version = valid_grids(at), boundary_version.c
    query = select(valid.c.grid_id, version.level, valid.c.path, version.id).join(
        boundary_version, and_(version.grid_id == valid.c.grid_id, version.valid.contains(at))
    )
    return {
        grid_id: Outline(level, path_key(path), version_id)
        for grid_id, level, path, version_id in connection.execute(query)
    }


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

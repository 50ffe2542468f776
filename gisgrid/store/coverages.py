"""The grids of a level with their shapes, and the indexes made from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import func, select

from gisgrid.locate import LevelIndex, path_key
from gisgrid.store import revisions
from gisgrid.store.boxes import select_in_boxes
from gisgrid.store.grids import select_grids, valid_grids
from gisgrid.store.tables import LEVELS, boundary_version

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection

__all__ = ["coverage_frame", "level_index"]


def coverage_frame(
    connection: Connection,
    level: str,
    at: datetime,
    *,
    codes: Collection[str] | None = None,
    near: NDArray[np.float64] | None = None,
) -> gpd.GeoDataFrame:
    """The grids of one level with their shapes.

    Parameters
    ----------
    codes : collection of str, optional
        Only the grids that have one of these codes.
    near : ndarray of float64, shape (n, 4), optional
        Only the grids whose own boxes meet one of these (west, south, east, north, degrees).

    Returns
    -------
    GeoDataFrame
        EPSG:4326, ordered by code: id, code, name, parent, parent_name, path (tuple of codes),
        special, households (declared, nullable), valid_from, geometry.
    """
    named = valid_grids(at, "named")
    query, valid = select_grids(
        at,
        named.c.name.label("parent_name"),
        func.ST_AsBinary(boundary_version.c.geom).label("wkb"),
    )
    query = query.outerjoin(named, named.c.grid_id == valid.c.parent_id)
    query = query.where(boundary_version.c.level == level).order_by(valid.c.code)
    if codes is not None:
        query = query.where(valid.c.code.in_(codes))
    if near is not None:
        query = query.where(_is_near(connection, near))
    rows = connection.execute(query).all()
    plain = ("id", "code", "name", "parent", "parent_name", "special", "valid_from")
    columns: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in plain}
    columns["path"] = [tuple(row.path) for row in rows]
    columns["households"] = pd.array([row.households for row in rows], dtype="Int64")
    return gpd.GeoDataFrame(columns, geometry=_shapes([row.wkb for row in rows]), crs="EPSG:4326")


def level_index(
    connection: Connection,
    at: datetime,
    *,
    levels: Collection[str] = LEVELS,
    near: NDArray[np.float64] | None = None,
    points: int | None = None,
) -> LevelIndex:
    """The indexes of all levels that have grids at an instant, with the newest revision.

    Parameters
    ----------
    levels : collection of str
        Only these.
    near : ndarray of float64, shape (n, 4), optional
        Boxes (west, south, east, north, degrees): only the grids that may cover a point in one
        of them are taken, and the index is right for such points only.
    points : int, optional
        How many will be looked up, about, where the index serves for one time only.
    """
    from gisgrid.locate import CoverageIndex

    valid, version = valid_grids(at), boundary_version.c
    query = (
        select(version.level, valid.c.grid_id, valid.c.path, func.ST_AsBinary(version.geom))
        .join(boundary_version, valid.c.grid_id == version.grid_id)
        .where(version.valid.contains(at), version.level.in_(levels))
        .order_by(valid.c.grid_id)
    )
    if near is not None:
        query = query.where(_is_near(connection, near))
    rows = connection.execute(query).all()
    indexes: dict[str, CoverageIndex] = {}
    ids: dict[str, NDArray[np.int64]] = {}
    for level in LEVELS:
        own = [row for row in rows if row.level == level]
        if own:
            shapes = _shapes([row[3] for row in own])
            paths = [path_key(row.path) for row in own]
            indexes[level] = CoverageIndex(shapes, paths, points=points)
            ids[level] = np.array([row.grid_id for row in own], dtype=np.int64)
    return LevelIndex(revisions.current(connection), indexes, ids)


def _is_near(connection: Connection, boxes: NDArray[np.float64]) -> ColumnElement[bool]:
    """The boundary versions whose own boxes meet one of these.

    They are asked for first: within a larger query the planner compares all with all.
    """
    version = boundary_version.c
    ids = connection.scalars(select_in_boxes([version.id], version.geom, boxes))
    return version.id.in_(set(ids))


def _shapes(wkb: Sequence[memoryview]) -> NDArray[np.object_]:
    shapes: NDArray[np.object_] = shapely.from_wkb(
        np.array([bytes(one) for one in wkb], dtype=object)
    )
    return shapes

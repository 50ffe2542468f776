"""The grids of a level with their shapes, and the indexes made from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import func, select

from gisgrid.locate import CoverageIndex, LevelIndex, path_key
from gisgrid.store import revisions
from gisgrid.store.grids import select_grids, valid_grids
from gisgrid.store.tables import LEVELS, boundary_version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection

__all__ = ["coverage_frame", "level_index"]


def coverage_frame(connection: Connection, level: str, at: datetime) -> gpd.GeoDataFrame:
    """The grids of one level with their shapes.

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
    rows = connection.execute(query).all()
    plain = ("id", "code", "name", "parent", "parent_name", "special", "valid_from")
    columns: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in plain}
    columns["path"] = [tuple(row.path) for row in rows]
    columns["households"] = pd.array([row.households for row in rows], dtype="Int64")
    return gpd.GeoDataFrame(columns, geometry=_shapes([row.wkb for row in rows]), crs="EPSG:4326")


def level_index(connection: Connection, at: datetime) -> LevelIndex:
    """The indexes of all levels that have grids at an instant, with the newest revision."""
    indexes: dict[str, CoverageIndex] = {}
    ids: dict[str, NDArray[np.int64]] = {}
    valid = valid_grids(at)
    for level in LEVELS:
        query = (
            select(valid.c.grid_id, valid.c.path, func.ST_AsBinary(boundary_version.c.geom))
            .join(boundary_version, boundary_version.c.grid_id == valid.c.grid_id)
            .where(boundary_version.c.valid.contains(at), boundary_version.c.level == level)
            .order_by(valid.c.grid_id)
        )
        rows = connection.execute(query).all()
        if rows:
            shapes = _shapes([row[2] for row in rows])
            indexes[level] = CoverageIndex(shapes, [path_key(row.path) for row in rows])
            ids[level] = np.array([row.grid_id for row in rows], dtype=np.int64)
    return LevelIndex(revisions.current(connection), indexes, ids)


def _shapes(wkb: Sequence[memoryview]) -> NDArray[np.object_]:
    shapes: NDArray[np.object_] = shapely.from_wkb(
        np.array([bytes(one) for one in wkb], dtype=object)
    )
    return shapes

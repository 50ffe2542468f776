"""The last hundred metres: how many homes have a patrol point near them, and where none has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Double, func, select

from gisgrid.errors import InputError
from gisgrid.geometry.metric import local_metric
from gisgrid.hotspots.patrols import gaps, nearest_metres
from gisgrid.store.grids import listing
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import LEVELS, address, patrol_point

if TYPE_CHECKING:
    from datetime import datetime

    import pyproj
    from numpy.typing import NDArray
    from sqlalchemy import Connection

__all__ = ["Near", "gap_frame", "near_by_grid"]


@dataclass(frozen=True)
class Near:
    """How near patrol points are to the homes of a grid, or of all.

    Attributes
    ----------
    grid, name : str
        Both empty of all together.
    households, near : int
        All of them, and those with a patrol point within the distance.
    points : int
        Patrol points in the grid.
    farthest_m : float or None
        Of any home from the nearest patrol point, in this grid or another; None without any.
    """

    grid: str
    name: str
    households: int
    near: int
    points: int
    farthest_m: float | None

    @property
    def share(self) -> float | None:
        """The share of households that have one near; None without households."""
        return self.near / self.households if self.households else None


def near_by_grid(
    connection: Connection, level: str, at: datetime, *, within_m: float
) -> list[Near]:
    """How near patrol points are: of all homes first, then of each grid of a level.

    Parameters
    ----------
    connection : Connection
    level : str
    at : datetime
        When the grids are meant.
    within_m : float
        A home at just this distance has one near.

    Raises
    ------
    InputError
        The distance is not positive.
    """
    homes, metres = _homes(connection, within_m)[:2]
    found = [_near("", "", homes, metres, within_m, _count_points(connection))]
    owner = homes[f"{level}_id"].fillna(-1).to_numpy(np.int64)
    points = _points_by_grid(connection, level)
    for one in listing(connection, at, level=level):
        own = owner == one.id
        there = points.get(one.id, 0)
        found.append(_near(one.code, one.name, homes[own], metres[own], within_m, there))
    return found


def gap_frame(connection: Connection, at: datetime, *, within_m: float) -> gpd.GeoDataFrame:
    """Where homes have no patrol point near, those close together as one, the largest first.

    Returns
    -------
    GeoDataFrame
        EPSG:4326: households, homes, farthest_m (null without any patrol point), grid (code of
        the micro-grid of its middle), lon and lat (its middle: where a patrol point would serve
        them best), geometry (the ground within 30 m of the homes).

    Raises
    ------
    InputError
        The distance is not positive.
    """
    homes, metres, xy, metric = _homes(connection, within_m)
    households = homes["households"].to_numpy(np.int64)
    found = gaps(xy, households, metres, within_m) if len(homes) else []
    codes = {one.id: one.code for one in listing(connection, at, level="micro")}
    middles = homes.iloc[[one.middle for one in found]]
    owners = middles["micro_id"].fillna(-1).astype("int64")
    shapes = np.array([one.shape for one in found], dtype=object)
    frame = {
        "households": [one.households for one in found],
        "homes": [len(one.homes) for one in found],
        "farthest_m": [_finite(one.farthest_m) for one in found],
        "grid": [codes.get(one) for one in owners],
        "lon": middles["lon"].to_numpy(),
        "lat": middles["lat"].to_numpy(),
    }
    return gpd.GeoDataFrame(frame, geometry=_degrees(shapes, metric), crs="EPSG:4326")


def _homes(
    connection: Connection, within_m: float
) -> tuple[pd.DataFrame, NDArray[np.float64], NDArray[np.float64], pyproj.Transformer]:
    """The addresses, how far each is from a patrol point, where they are in metres, and the plane.

    An address without a number of households counts as one.
    """
    if not within_m > 0:
        raise InputError(f"{within_m:g} m is no distance", fix="give more than 0")
    homes = _frame(
        connection,
        address,
        func.coalesce(address.c.households, 1).label("households"),
        *(address.c[f"{name}_id"] for name in LEVELS),
    )
    points = _frame(connection, patrol_point)
    degrees = homes[["lon", "lat"]].to_numpy(np.float64)
    middle = (degrees.min(axis=0) + degrees.max(axis=0)) / 2.0 if len(degrees) else np.zeros(2)
    metric = local_metric(*middle)
    xy = np.column_stack(metric.transform(homes["lon"], homes["lat"]))
    at = np.column_stack(metric.transform(points["lon"], points["lat"]))
    return homes, nearest_metres(xy, at), xy, metric


def _frame(connection: Connection, table: Any, *more: Any) -> pd.DataFrame:
    lon, lat = (one(table.c.point).cast(Double) for one in (func.ST_X, func.ST_Y))
    query = select(lon.label("lon"), lat.label("lat"), *more)
    query = query.where(visible_to(connection, table)).order_by(table.c.source_id)
    result = connection.execute(query)
    frame = pd.DataFrame(result.all(), columns=list(result.keys()))
    owners = {name: "Int64" for name in frame.columns if name.endswith("_id")}
    return frame.astype({"lon": "float64", "lat": "float64", **owners})


def _near(
    code: str, name: str, homes: pd.DataFrame, metres: Any, within_m: float, points: int
) -> Near:
    households = homes["households"].to_numpy(np.int64)
    return Near(
        grid=code,
        name=name,
        households=int(households.sum()),
        near=int(households[metres <= within_m].sum()),
        points=points,
        farthest_m=_finite(float(metres.max())) if len(metres) else None,
    )


def _finite(metres: float) -> float | None:
    return metres if np.isfinite(metres) else None


def _count_points(connection: Connection) -> int:
    seen = visible_to(connection, patrol_point)
    return int(connection.scalar(select(func.count()).select_from(patrol_point).where(seen)) or 0)


def _points_by_grid(connection: Connection, level: str) -> dict[int, int]:
    owner = patrol_point.c[f"{level}_id"]
    query = select(owner.label("grid"), func.count().label("size"))
    query = query.where(visible_to(connection, patrol_point)).group_by(owner)
    return {row.grid: row.size for row in connection.execute(query)}


def _degrees(shapes: NDArray[np.object_], metric: pyproj.Transformer) -> NDArray[np.object_]:
    def back(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(metric.transform(points[:, 0], points[:, 1], direction="INVERSE"))

    if len(shapes) == 0:
        return shapes
    # To a tenth of a metre: the rest is no knowledge.
    degrees: NDArray[np.object_] = shapely.transform(shapes, back)
    return np.asarray(shapely.set_precision(degrees, 1e-6, mode="pointwise"), dtype=object)

"""What lies beneath the stops of a plan: the streets and the micro-grids near them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import func

from gisgrid.store.boxes import select_in_boxes
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.tables import dividing_line

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.store.patrols.records import Plan

__all__ = ["Beneath", "around", "ground_of"]

# Degrees; some 600 m of latitude, enough to see how one gets to a stop.
_AROUND: Final = 0.0055
# What a map of a district can show of a border.
_COARSE: Final = 0.00002


@dataclass(frozen=True)
class Beneath:
    """Layers beneath the stops.

    Attributes
    ----------
    lines : GeoDataFrame
        EPSG:4326: class, name, geometry.
    grids : GeoDataFrame
        EPSG:4326: code, name, geometry.
    """

    lines: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame


def ground_of(connection: Connection, plan: Plan, at: datetime) -> Beneath:
    """The streets and the micro-grids within some 600 m of the stops of a plan.

    Parameters
    ----------
    connection : Connection
    plan : Plan
    at : datetime
        When the grids are meant.
    """
    boxes = _boxes(plan)
    if len(boxes) == 0:
        return Beneath(_frame({"class": [], "name": []}, []), _frame({"code": [], "name": []}, []))
    columns = [
        dividing_line.c.id,
        dividing_line.c["class"],
        dividing_line.c.name,
        func.ST_AsBinary(dividing_line.c.geom).label("wkb"),
    ]
    query = select_in_boxes(columns, dividing_line.c.geom, boxes)
    rows = {row[0]: row for row in connection.execute(query)}
    found = [rows[number] for number in sorted(rows)]
    lines = _frame(
        {"class": [row[1] for row in found], "name": [row[2] for row in found]},
        [bytes(row[3]) for row in found],
    )
    grids = coverage_frame(connection, "micro", at, near=boxes)[["code", "name", "geometry"]]
    return Beneath(_coarse(lines), _coarse(grids))


def around(frame: gpd.GeoDataFrame, plan: Plan) -> gpd.GeoDataFrame:
    """The rows of a frame (EPSG:4326) within some 600 m of the stops of a plan."""
    if len(frame) == 0:
        return frame
    ground = shapely.union_all(shapely.box(*_boxes(plan).T))
    return frame[frame.geometry.intersects(ground)]


def _boxes(plan: Plan) -> NDArray[np.float64]:
    places = np.array([(one.lon, one.lat) for one in plan.stops]).reshape(-1, 2)
    return np.hstack([places - _AROUND, places + _AROUND])


def _frame(columns: dict[str, Any], wkb: list[bytes]) -> gpd.GeoDataFrame:
    shapes = shapely.from_wkb(np.array(wkb, dtype=object))
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def _coarse(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Shapes with the vertices that a map can show, to a decimetre."""
    shapes = shapely.simplify(frame.geometry.to_numpy(), _COARSE)
    return frame.set_geometry(shapely.set_precision(shapes, 1e-6, mode="pointwise"))

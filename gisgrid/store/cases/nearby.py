"""Places of cases in queries: a point, and what lies near one, found by the spatial index."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func

from gisgrid.errors import CoordinateError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Label

__all__ = ["box_around", "metres_from", "outside_grids", "point_at", "require_degrees"]

_METRES_IN_DEGREE: Final = 111_000.0


def require_degrees(lon: float, lat: float) -> None:
    """Refuse what is no place in degrees.

    Raises
    ------
    CoordinateError
        It is none.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise CoordinateError(
            "is no place in degrees", where=f"{lon}, {lat}", fix="give lon, lat in wgs84"
        )


def outside_grids(lon: float, lat: float) -> CoordinateError:
    """What is said of a place that no grid covers."""
    return CoordinateError(
        "lies outside all grids", where=f"{lon}, {lat}", fix="give a place in the district"
    )


def point_at(lon: float, lat: float) -> Any:
    """A point, degrees of EPSG:4326."""
    # psycopg2 would write a numpy number as a call of a function.
    return func.ST_SetSRID(func.ST_MakePoint(float(lon), float(lat)), 4326)


def box_around(column: Any, lon: float, lat: float, metres: float) -> ColumnElement[bool]:
    """True for the points of a column in a box that holds all within so many metres of a place.

    It is for the spatial index alone: the corners of the box lie further off.
    """
    reach_y = metres / _METRES_IN_DEGREE
    reach_x = reach_y / max(math.cos(math.radians(lat)), 0.01)
    box: ColumnElement[bool] = column.op("&&")(func.ST_Expand(point_at(lon, lat), reach_x, reach_y))
    return box


def metres_from(column: Any, lon: float, lat: float) -> Label[float]:
    """How far the points of a column lie from a place, as ``distance``."""
    return func.ST_DistanceSphere(column, point_at(lon, lat)).label("distance")

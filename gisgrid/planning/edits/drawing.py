"""What a planner draws: taken apart, and refused where it cannot be meant."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisgrid.errors import CoordinateError, InputError
from gisgrid.geometry.validity import invalid_rings

__all__ = ["Point", "line_path", "place", "point_place", "polygon_paths"]

Point = tuple[float, float]
Coords = NDArray[np.float64]


def line_path(line: BaseGeometry) -> Coords:
    """The vertices of a drawn line, shape (n, 2).

    Raises
    ------
    InputError
        It is no line, or crosses itself.
    CoordinateError
        It has coordinates that are no place.
    """
    if line.geom_type != "LineString" or line.is_empty:
        raise InputError(f"a {line.geom_type} is no line", fix="draw one line from end to end")
    points = shapely.get_coordinates(line)
    _require_places(points)
    if line.is_ring or not shapely.is_simple(line):
        raise InputError(
            "the line crosses or touches itself",
            where=place(points[0]),
            fix="draw it without a loop, from one end to another",
        )
    return points


def polygon_paths(polygon: BaseGeometry) -> list[Coords]:
    """The rings of a drawn polygon, each with its first vertex again at the end.

    Raises
    ------
    InputError
        It is no valid Polygon or MultiPolygon.
    CoordinateError
        It has coordinates that are no place.
    """
    _require_places(shapely.get_coordinates(polygon))
    for fault in invalid_rings(np.array([polygon], dtype=object)):
        where = place(fault.place) if fault.place else ""
        raise InputError(
            f"the drawn polygon is not valid: {fault.reason}",
            where=where,
            fix="draw its outline without crossing it",
        )
    return [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(polygon))]


def point_place(point: Point) -> Point:
    """A longitude and latitude as floats; CoordinateError where they are no place."""
    lon, lat = float(point[0]), float(point[1])
    _require_places(np.array([[lon, lat]]))
    return lon, lat


def place(point: Coords | Point) -> str:
    """How errors tell a place: longitude, latitude."""
    return f"{float(point[0]):.7f}, {float(point[1]):.7f}"


def _require_places(points: Coords) -> None:
    lon, lat = points.T
    # Comparisons with NaN are false.
    right = (abs(lon) <= 180.0) & (abs(lat) <= 90.0)
    if not right.all():
        wrong = points[np.flatnonzero(~right)[0]]
        raise CoordinateError(
            f"{wrong[0]}, {wrong[1]} is no longitude and latitude",
            fix="give degrees, longitude first",
        )

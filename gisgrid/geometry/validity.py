"""Invalid polygons: where they break, and a repair that says what it changes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

from gisgrid.geometry.crs import GeometryArray
from gisgrid.geometry.metric import areas_m2

__all__ = ["Fault", "Repair", "invalid_rings", "repair"]

POLYGON, MULTIPOLYGON = 3, 6
_REASON = re.compile(r"(?P<reason>[^\[]+)(?:\[(?P<x>\S+) (?P<y>\S+?)(?: \S+)?\])?")


@dataclass(frozen=True)
class Fault:
    """One polygon that is not valid.

    Attributes
    ----------
    position : int
        Its place in the array.
    reason : str
        GEOS's words, such as ``Self-intersection``.
    place : (float, float) or None
        Longitude and latitude where it breaks; None where there is no such place.
    """

    position: int
    reason: str
    place: tuple[float, float] | None


@dataclass(frozen=True)
class Repair:
    """What the repair of one polygon changes: its area in square metres before and after."""

    position: int
    reason: str
    place: tuple[float, float] | None
    before_m2: float
    after_m2: float


def invalid_rings(polygons: ArrayLike | GeometryArray) -> list[Fault]:
    """Find what is no valid polygon: broken rings, no shape at all, lines and points.

    Parameters
    ----------
    polygons : array of shapely geometries
        In WGS 84 degrees; None counts as missing.

    Returns
    -------
    list of Fault
        In order of position. Of several breaks in one polygon GEOS names the first it meets.
    """
    shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
    faults: dict[int, Fault] = {}
    kinds = shapely.get_type_id(shapes)
    for i in np.flatnonzero(~np.isin(kinds, (POLYGON, MULTIPOLYGON))):
        reason = "No geometry" if kinds[i] < 0 else f"A {shapes[i].geom_type} is no polygon"
        faults[int(i)] = Fault(int(i), reason, None)
    for i in np.flatnonzero(shapely.is_empty(shapes) & np.isin(kinds, (POLYGON, MULTIPOLYGON))):
        faults[int(i)] = Fault(int(i), "Empty polygon", None)
    for i in np.flatnonzero(~shapely.is_valid(shapes)):
        if int(i) not in faults:
            faults[int(i)] = _fault(int(i), str(shapely.is_valid_reason(shapes[i])))
    return [faults[i] for i in sorted(faults)]


def repair(polygons: ArrayLike | GeometryArray) -> tuple[GeometryArray, list[Repair]]:
    """Propose valid polygons for invalid ones, and leave the rest as they are.

    Rings are made valid first, then the shells joined and the holes taken out (GEOS
    ``make_valid`` by structure): a hole stays a hole, and where parts overlap there is one area
    rather than a new hole. Of the result only polygons are kept.

    Returns
    -------
    repaired : array of shapely geometries
        Polygons and multipolygons; None where nothing with an area is left.
    changed : list of Repair
        One for each polygon that differs. The area before is what its rings enclose.
    """
    shapes = np.array(np.atleast_1d(np.asarray(polygons, dtype=object)), dtype=object)
    faults = invalid_rings(shapes)
    if not faults:
        return shapes, []
    where = np.array([fault.position for fault in faults])
    before = areas_m2(shapes[where])
    made = shapely.make_valid(shapes[where], method="structure", keep_collapsed=False)
    for i, shape in zip(where, made, strict=True):
        shapes[i] = _polygonal(shape)
    after = areas_m2(shapes[where])
    return shapes, [
        Repair(fault.position, fault.reason, fault.place, float(old), float(new))
        for fault, old, new in zip(faults, before, after, strict=True)
    ]


def _fault(position: int, text: str) -> Fault:
    found = _REASON.match(text)
    if found is None or found["x"] is None:
        return Fault(position, text, None)
    x, y = float(found["x"]), float(found["y"])
    place = (x, y) if np.isfinite(x) and np.isfinite(y) else None
    return Fault(position, found["reason"].strip(), place)


def _polygonal(shape: BaseGeometry | None) -> BaseGeometry | None:
    """Keep the polygons of a shape."""
    if shape is None or shape.is_empty:
        return None
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [part for part in shapely.get_parts(shape) if shapely.area(part) > 0.0]
    whole = shapely.union_all(np.array(parts, dtype=object)) if parts else None
    if whole is None or whole.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    return whole

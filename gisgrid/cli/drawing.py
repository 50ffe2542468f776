"""A line or a polygon as a planner gives it on the command line: WKT, GeoJSON, or a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisgrid.errors import InputError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from gisgrid.points.grids import GridFile

__all__ = ["read_line", "read_place", "read_polygon", "read_shapes"]


def read_line(text: str, crs: str | None) -> dict[str, Any]:
    """A line as a GeoJSON geometry in WGS 84 degrees.

    Parameters
    ----------
    text : str
        WKT, GeoJSON, or the path of a file with one line.
    crs : str or None
        Of its coordinates; what a file says, or WGS 84, without one.

    Raises
    ------
    InputError
        It is not one line.
    """
    return _read(text, crs, "LineString")


def read_polygon(text: str, crs: str | None) -> dict[str, Any]:
    """A polygon as a GeoJSON geometry in WGS 84 degrees; as `read_line`."""
    return _read(text, crs, "Polygon")


def read_shapes(file: GridFile) -> list[dict[str, Any]]:
    """The grids of a boundary file as an edit is told of them: code, and shape in WGS 84.

    Raises
    ------
    InputError
        A row has no code or no polygon.
    """
    import shapely

    from gisgrid.points.grids import read_grids

    level = read_grids(file)
    told = []
    for row, (code, shape) in enumerate(zip(level.codes, level.polygons, strict=True), start=1):
        if not code or shape is None or shape.geom_type not in ("Polygon", "MultiPolygon"):
            lacks = "polygon" if code else "code"
            raise InputError(f"the row has no {lacks}", where=f"{file.path}, row {row}")
        told.append({"code": code, "shape": shapely.geometry.mapping(shapely.force_2d(shape))})
    return told


def read_place(text: str, crs: str | None) -> tuple[float, float]:
    """A place, ``lon,lat`` in the system that is stated, in WGS 84 degrees."""
    from gisgrid.geometry.crs import Crs, point_to_wgs84

    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError("is no place", where=repr(text), fix="write 121.25,31.38") from None
    return point_to_wgs84(x, y, Crs.parse(crs or "wgs84"))


def _read(text: str, crs: str | None, kind: str) -> dict[str, Any]:
    import numpy as np
    import shapely

    from gisgrid.geometry.crs import Crs, geometries_to_wgs84

    shape = _of_text(text)
    if shape is None:
        shape = _of_file(text, crs)
    else:
        given = np.array([shape], dtype=object)
        shape = geometries_to_wgs84(given, Crs.parse(crs or "wgs84"))[0]
    parts = shapely.get_parts(shape)
    if len(parts) != 1 or parts[0].geom_type != kind or parts[0].is_empty:
        found = f"{len(parts)} {shape.geom_type}" if len(parts) != 1 else parts[0].geom_type
        raise InputError(f"is not one {kind} but {found}", where=text[:60])
    mapping: dict[str, Any] = shapely.geometry.mapping(parts[0])
    return mapping


def _of_text(text: str) -> BaseGeometry | None:
    """A shape from WKT or GeoJSON; None where the text looks like neither."""
    import shapely

    words = text.strip()
    if words.startswith("{"):
        try:
            document = json.loads(words)
            return shapely.geometry.shape(document.get("geometry", document))
        except (ValueError, TypeError, AttributeError, KeyError, shapely.errors.ShapelyError):
            raise InputError("is no GeoJSON geometry", where=words[:60]) from None
    if words.upper().startswith(("LINESTRING", "POLYGON", "MULTI", "POINT", "GEOMETRY")):
        try:
            return shapely.from_wkt(words)
        except shapely.errors.ShapelyError:
            raise InputError("is no WKT geometry", where=words[:60]) from None
    return None


def _of_file(text: str, crs: str | None) -> BaseGeometry:
    """The one shape of a file, in WGS 84."""
    from gisgrid.files import open_source
    from gisgrid.geometry.crs import geometries_to_wgs84
    from gisgrid.points.sieve import require_crs

    if "(" in text and not Path(text).exists():
        raise InputError(
            "is neither WKT nor GeoJSON nor a file",
            where=text[:60],
            fix="write such as LINESTRING (121.25 31.38, 121.26 31.38)",
        )
    with open_source(text, crs=crs) as source:
        system = require_crs(source)
        shapes = [
            shape
            for batch in source.batches()
            if batch.geometry is not None
            for shape in geometries_to_wgs84(batch.geometry, system)
            if shape is not None
        ]
    if len(shapes) != 1:
        raise InputError(f"has {len(shapes)} shapes, not one", where=text)
    shape: BaseGeometry = shapes[0]
    return shape

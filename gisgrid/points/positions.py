"""Where the rows of a file lie, in WGS 84, and which rows lie nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gisgrid.errors import InputError
from gisgrid.geometry.crs import Crs, geometries_to_wgs84, to_wgs84, valid_lonlat
from gisgrid.points.columns import numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.files import Batch, Source
    from gisgrid.points.sieve import Sieve

__all__ = ["point_columns", "points", "points_if_any", "shapes"]

_KINDS = {"polygon": (3, 6), "line": (1, 5), "point": (0,)}
# By GEOS' number of the type; the last is no shape at all, -1.
_NAMES = np.array(
    [
        *("Point", "LineString", "LinearRing", "Polygon"),
        *("MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection", ""),
    ]
)


def point_columns(source: Source, lon: str | None, lat: str | None) -> tuple[str, str] | None:
    """The columns that hold the coordinates, or None where the rows bring points of their own.

    Raises
    ------
    InputError
        Only one of the two is named, or none of a file that has no geometry.
    """
    if lon and lat:
        return lon, lat
    if lon or lat or not source.has_geometry:
        raise InputError(
            "the columns of longitude and latitude (or easting and northing) are not named",
            where=str(source.path),
            fix=f"give --lon COL --lat COL; the columns are: {', '.join(source.columns)}",
        )
    return None


def points(
    batch: Batch, sieve: Sieve, crs: Crs, columns: tuple[str, str] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude of each row, in WGS 84 degrees; rows without are dropped."""
    if columns is None:
        x, y = _own_points(batch, sieve)
        fields = ("geometry", "geometry")
    else:
        fields = columns
        x, y = (_coordinate(batch, sieve, name, required=True) for name in columns)
    return _on_the_globe(sieve, x, y, crs, fields)


def points_if_any(
    batch: Batch, sieve: Sieve, crs: Crs, columns: tuple[str, str] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """As `points`, but rows without any are kept, as NaN; one coordinate alone is bad."""
    if columns is None:
        x, y = _own_points(batch, sieve, required=False)
        return _on_the_globe(sieve, x, y, crs, ("geometry", "geometry"))
    x, y = (_coordinate(batch, sieve, name, required=False) for name in columns)
    for own, other, name in ((x, y, columns[0]), (y, x, columns[1])):
        sieve.drop(np.isnan(own) & ~np.isnan(other), name, "is missing")
    return _on_the_globe(sieve, x, y, crs, columns)


def _on_the_globe(
    sieve: Sieve,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    crs: Crs,
    fields: tuple[str, str],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates in WGS 84; those that are off the globe are dropped, missing ones are not."""
    if crs.is_degrees:
        _drop_off_the_globe(sieve, x, y, fields)
    lon, lat = to_wgs84(x, y, crs)
    off = ~valid_lonlat(lon, lat) & ~np.isnan(x) & ~np.isnan(y)
    sieve.drop(off, fields[0], f"lies where {crs} has no coordinates", x)
    return lon, lat


def _coordinate(batch: Batch, sieve: Sieve, name: str, *, required: bool) -> NDArray[np.float64]:
    values, bad = numbers(batch.frame[name])
    sieve.drop(bad, name, "is not a number", batch.frame[name].array)
    if required:
        sieve.drop(np.isnan(values), name, "is missing")
    return values


def _own_points(
    batch: Batch, sieve: Sieve, *, required: bool = True
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if batch.points is not None:
        if required:
            sieve.drop(np.isnan(batch.points[0]), "geometry", "is missing")
        return batch.points
    # GEOS refuses to name the coordinates of an empty point.
    geometry = _only(sieve.good, _of_kind(batch, sieve, "point", required=required))
    return shapely.get_x(geometry), shapely.get_y(geometry)


def _of_kind(
    batch: Batch, sieve: Sieve, kind: str, *, required: bool = True
) -> NDArray[np.object_]:
    size = len(batch)
    geometry = batch.geometry if batch.geometry is not None else np.full(size, None, dtype=object)
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    if required:
        sieve.drop(missing, "geometry", "is missing")
    else:
        geometry = _only(~missing, geometry)
    kinds = shapely.get_type_id(geometry)
    wrong = ~np.isin(kinds, _KINDS[kind]) & ~missing
    sieve.drop(wrong, "geometry", f"is not a {kind}", _NAMES[kinds])
    return geometry


def _drop_off_the_globe(
    sieve: Sieve, x: NDArray[np.float64], y: NDArray[np.float64], fields: tuple[str, str]
) -> None:
    swapped = np.abs(y) > 90
    hint = "; are longitude and latitude swapped?" if valid_lonlat(y, x)[swapped].any() else ""
    sieve.drop(swapped, fields[1], f"latitude lies outside ±90{hint}", y)
    sieve.drop(np.abs(x) > 180, fields[0], "longitude lies outside ±180", x)


def shapes(batch: Batch, sieve: Sieve, crs: Crs, kind: str) -> NDArray[np.object_]:
    """The polygons or lines of each row in WGS 84 degrees; rows of another kind are dropped.

    Parameters
    ----------
    kind : {"polygon", "line"}
    """
    geometry = _of_kind(batch, sieve, kind)
    geometry = _only(sieve.good, geometry)
    moved = geometries_to_wgs84(geometry, crs)
    box = shapely.bounds(moved)
    whole = valid_lonlat(box[:, 0], box[:, 1]) & valid_lonlat(box[:, 2], box[:, 3])
    sieve.drop(~whole, "geometry", f"lies where {crs} has no coordinates")
    wide = box[:, 2] - box[:, 0] > 180
    for row in np.flatnonzero(wide):
        parts = shapely.bounds(shapely.get_parts(moved[row]))
        wide[row] = bool((parts[:, 2] - parts[:, 0] > 180).any())
    sieve.drop(wide, "geometry", "spans more than 180°: split it at the 180th meridian")
    return _only(sieve.good, moved)


def _only(good: NDArray[np.bool_], geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    kept = geometry.copy()
    kept[~good] = None
    return kept

"""Coordinate reference systems: which there are, and to WGS 84 and back.

Coordinates are always longitude (or easting) first, whatever the authority's axis order.

CGCS2000 (EPSG:4490) and WGS 84 (EPSG:4326) are treated as the same: PROJ's own transformation
between them is null. CGCS2000 is fixed to the epoch 2000.0, so plate motion since then, which
approaches a metre in East China, is not accounted for.

EPSG codes go through PROJ, without its network grids: where a national grid file would be
needed for the last metres (OSTN15 of EPSG:27700, say) and is not installed, PROJ takes the best
transformation that needs none, which is good to a few metres.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj._network import set_network_enabled
from pyproj.exceptions import CRSError as ProjError

from gisgrid.errors import CoordinateError, CrsError
from gisgrid.geometry import gcj02

__all__ = [
    "ACCEPTED",
    "WGS84",
    "Crs",
    "from_wgs84",
    "geometries_from_wgs84",
    "geometries_to_wgs84",
    "point_to_wgs84",
    "to_wgs84",
    "valid_lonlat",
]

FloatArray = NDArray[np.float64]
GeometryArray = NDArray[np.object_]
PointShift = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]

ACCEPTED = "EPSG:n, wgs84, cgcs2000, gcj02 or bd09"
NAMED = ("wgs84", "cgcs2000", "gcj02", "bd09")
_PLAIN = {"wgs84", "cgcs2000"}
_SAME_AS = {"EPSG:4326": "wgs84", "OGC:CRS84": "wgs84", "EPSG:4490": "cgcs2000"}
_SHIFTS: dict[str, tuple[PointShift, PointShift]] = {
    "gcj02": (gcj02.gcj02_to_wgs84, gcj02.wgs84_to_gcj02),
    "bd09": (gcj02.bd09_to_wgs84, gcj02.wgs84_to_bd09),
}


@dataclass(frozen=True)
class Crs:
    """A coordinate reference system that gisgrid can read and write.

    Make one by `Crs.parse` from what a person states, or by `Crs.of_file` from what a file says.

    Attributes
    ----------
    name : str
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``; for a system without a code
        its own name. EPSG:4326 is ``wgs84``, EPSG:4490 is ``cgcs2000``.
    wkt : str
        The definition, only where the name is not enough.
    """

    name: str
    wkt: str = ""

    @classmethod
    def parse(cls, text: str) -> Crs:
        """Read what a person states, in any case.

        Raises
        ------
        CrsError
            When it is none of `ACCEPTED`, or an EPSG code that has no map coordinates.
        """
        name = text.strip()
        if name.lower() in NAMED:
            return cls(name.lower())
        code = re.fullmatch(r"epsg:\s*([0-9]{1,7})", name, re.IGNORECASE)
        if code is None:
            raise CrsError(f"{text!r} is no coordinate system known here", fix=f"give {ACCEPTED}")
        name = f"EPSG:{int(code[1])}"
        if name in _SAME_AS:
            return cls(_SAME_AS[name])
        try:
            _require_map_coordinates(pyproj.CRS.from_user_input(name), name)
        except ProjError:
            raise CrsError(f"{name} is not in the EPSG list", fix=f"give {ACCEPTED}") from None
        return cls(name)

    @classmethod
    def of_file(cls, text: str) -> Crs:
        """Read what a file says of itself: an authority's code, WKT or PROJJSON.

        Raises
        ------
        CrsError
            When PROJ cannot read it, or it has no map coordinates.
        """
        fix = "state the right one with --crs"
        try:
            read = pyproj.CRS.from_user_input(text)
        except ProjError:
            raise CrsError("the file's coordinate system cannot be read", fix=fix) from None
        if read.is_bound and read.source_crs is not None:
            read = read.source_crs
        authority = read.to_authority(min_confidence=70)
        name = ":".join(authority) if authority else read.name
        _require_map_coordinates(read, name)
        if name in _SAME_AS:
            return cls(_SAME_AS[name])
        if authority and authority[0] == "EPSG":
            return cls(name)
        return cls(name, read.to_wkt())

    @property
    def definition(self) -> str:
        """What PROJ and GDAL read it from; of GCJ-02 and BD-09, which they lack, that of WGS 84."""
        if self.wkt:
            return self.wkt
        return {"cgcs2000": "EPSG:4490"}.get(
            self.name, self.name if ":" in self.name else "EPSG:4326"
        )

    @property
    def is_offset(self) -> bool:
        """Whether it is GCJ-02 or BD-09, which no file format can name."""
        return self.name in _SHIFTS

    @property
    def is_degrees(self) -> bool:
        """Whether its coordinates are longitude and latitude."""
        return self.name in NAMED or pyproj.CRS.from_user_input(self.definition).is_geographic

    def same_as(self, other: Crs) -> bool:
        """Whether both name the same coordinates, WGS 84 and CGCS2000 being the same."""
        if self.name == other.name or {self.name, other.name} <= _PLAIN:
            return True
        if self.is_offset or other.is_offset:
            return False
        mine, others = (pyproj.CRS.from_user_input(one.definition) for one in (self, other))
        return mine.equals(others, ignore_axis_order=True)

    def __str__(self) -> str:
        return self.name


WGS84 = Crs("wgs84")


def to_wgs84(lon_or_x: ArrayLike, lat_or_y: ArrayLike, crs: Crs) -> tuple[FloatArray, FloatArray]:
    """Bring coordinates to WGS 84.

    Parameters
    ----------
    lon_or_x, lat_or_y : array_like of float
        Longitude (or easting) and latitude (or northing) in `crs`.
    crs : Crs
        The system they are in.

    Returns
    -------
    lon, lat : float64 arrays
        Degrees. NaN where the input is NaN or infinite or where no transformation holds.
        Degrees out of range pass as they are: see `valid_lonlat`.
    """
    return _shifted(lon_or_x, lat_or_y, crs, forward=True)


def point_to_wgs84(lon_or_x: float, lat_or_y: float, crs: Crs) -> tuple[float, float]:
    """Bring one point to WGS 84.

    Raises
    ------
    CoordinateError
        It lies where `crs` has no coordinates, or not on the globe.
    """
    x, y = to_wgs84(lon_or_x, lat_or_y, crs)
    if not valid_lonlat(x, y):
        raise CoordinateError(
            "the point does not lie on the globe",
            where=f"{lon_or_x:.10g}, {lat_or_y:.10g}",
            fix=f"give lon and lat in that order, in {crs.name}, or another crs",
        )
    return float(x), float(y)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, crs: Crs) -> tuple[FloatArray, FloatArray]:
    """Bring WGS 84 degrees to `crs`: the other way of `to_wgs84`."""
    return _shifted(lon, lat, crs, forward=False)


def geometries_to_wgs84(geometries: GeometryArray, crs: Crs) -> GeometryArray:
    """Bring shapely geometries to WGS 84, vertex by vertex, in two dimensions.

    None stays None. A long edge that is straight in `crs` is not made denser.
    """
    return _shifted_geometries(geometries, crs, forward=True)


def geometries_from_wgs84(geometries: GeometryArray, crs: Crs) -> GeometryArray:
    """Bring shapely geometries from WGS 84 to `crs`, vertex by vertex, in two dimensions."""
    return _shifted_geometries(geometries, crs, forward=False)


def valid_lonlat(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Which points lie on the globe: finite, longitude within ±180°, latitude within ±90°."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    return (np.abs(x) <= 180.0) & (np.abs(y) <= 90.0)


def _require_map_coordinates(crs: pyproj.CRS, name: str) -> None:
    if not (crs.is_geographic or crs.is_projected):
        raise CrsError(f"{name} has no map coordinates", fix=f"give {ACCEPTED}")


def _shifted(
    x: ArrayLike, y: ArrayLike, crs: Crs, *, forward: bool
) -> tuple[FloatArray, FloatArray]:
    first, second = np.broadcast_arrays(
        np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    )
    bad = ~(np.isfinite(first) & np.isfinite(second))
    if crs.name in _SHIFTS:
        first, second = _SHIFTS[crs.name][0 if forward else 1](first, second)
    elif crs.name not in NAMED:
        first, second = _transformer(crs, forward).transform(first, second)
    first, second = np.array(first, dtype=np.float64), np.array(second, dtype=np.float64)
    bad |= ~(np.isfinite(first) & np.isfinite(second))
    first[bad] = second[bad] = np.nan
    return first, second


def _shifted_geometries(geometries: GeometryArray, crs: Crs, *, forward: bool) -> GeometryArray:
    flat = shapely.force_2d(np.asarray(geometries, dtype=object))
    if crs.name in ("wgs84", "cgcs2000"):
        return np.asarray(flat, dtype=object)

    def shift(points: FloatArray) -> FloatArray:
        return np.column_stack(_shifted(points[:, 0], points[:, 1], crs, forward=forward))

    return np.asarray(shapely.transform(flat, shift), dtype=object)


@lru_cache(maxsize=64)
def _transformer(crs: Crs, forward: bool) -> pyproj.Transformer:
    set_network_enabled(active=False)
    source = pyproj.CRS.from_user_input(crs.definition)
    target = pyproj.CRS.from_epsg(4326)
    if not forward:
        source, target = target, source
    return pyproj.Transformer.from_crs(source, target, always_xy=True)

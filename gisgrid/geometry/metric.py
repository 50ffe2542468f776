"""Areas and lengths in metres of shapes in WGS 84 degrees.

`local_metric` is a Lambert azimuthal equal-area projection centred where it is used: areas in it
are true everywhere, and lengths within 25 km of the centre to 2 parts in a million.

`areas_m2` needs no centre. An edge is straight in degrees, as everywhere in gisgrid, so the area
on the ellipsoid is an integral along the edges, and pieces cut from a polygon add up to it. A
projection of the corners alone would bend a kilometre's edge by centimetres: slivers of tens of
square metres that are not there.
"""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

from gisgrid.geometry.crs import FloatArray, GeometryArray

__all__ = ["areas_m2", "lengths_m", "local_metric", "perimeters_m"]

SEMI_MAJOR_AXIS = 6378137.0
FLATTENING = 1.0 / 298.257223563
# Simpson's rule over an edge: the integrand is smooth, and the error falls with its fourth power.
SIMPSON = ((0.0, 1.0 / 6.0), (0.5, 4.0 / 6.0), (1.0, 1.0 / 6.0))


def local_metric(lon0: float, lat0: float) -> pyproj.Transformer:
    """Make the projection from WGS 84 degrees to metres around a point.

    Parameters
    ----------
    lon0, lat0 : float
        The centre, in degrees.

    Returns
    -------
    pyproj.Transformer
        ``transform(lon, lat)`` gives easting and northing of the centre in metres;
        ``direction="INVERSE"`` goes back.
    """
    target = pyproj.CRS.from_proj4(f"+proj=laea +lon_0={lon0} +lat_0={lat0} +datum=WGS84 +units=m")
    return pyproj.Transformer.from_crs(pyproj.CRS.from_epsg(4326), target, always_xy=True)


def areas_m2(polygons: ArrayLike | GeometryArray) -> FloatArray:
    """Measure polygons.

    Parameters
    ----------
    polygons : array of shapely geometries
        In WGS 84 degrees. Lines, points, empty ones and None have no area.

    Returns
    -------
    float64 array
        Square metres on the WGS 84 ellipsoid.
    """
    shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
    parts, owner = shapely.get_parts(shapes, return_index=True)
    # A collection may hold collections.
    while np.any(shapely.get_type_id(parts) > 3):
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    solid = shapely.get_type_id(parts) == 3
    parts, owner = parts[solid], owner[solid]
    rings, of_part = shapely.get_rings(parts, return_index=True)
    if len(rings) == 0:
        return np.zeros(len(shapes))
    is_shell = np.diff(of_part, prepend=-1) != 0
    signed = np.where(is_shell, 1.0, -1.0) * _ring_areas(rings)
    areas = np.bincount(owner[of_part], weights=signed, minlength=len(shapes))
    return areas.astype(np.float64, copy=False)


def lengths_m(lines: ArrayLike | GeometryArray) -> FloatArray:
    """Measure lines, or the borders of polygons, in metres.

    The projection is `local_metric` at the middle of all of them.
    """
    shapes = np.atleast_1d(np.asarray(lines, dtype=object))
    bounds = shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan)
    west, south, east, north = bounds
    if not np.isfinite(west):
        return np.zeros(len(shapes))
    metric = local_metric((west + east) / 2.0, (south + north) / 2.0)

    def project(points: FloatArray) -> FloatArray:
        return np.column_stack(metric.transform(points[:, 0], points[:, 1]))

    lengths = np.asarray(shapely.length(shapely.transform(shapes, project)), dtype=np.float64)
    return np.nan_to_num(lengths)


def perimeters_m(polygons: ArrayLike | GeometryArray) -> FloatArray:
    """Measure the borders of polygons, holes and all, edge by edge where each lies.

    Parameters
    ----------
    polygons : array of shapely geometries
        In WGS 84 degrees; None has no border. The edges should be short beside the Earth.

    Returns
    -------
    float64 array
        Metres on the WGS 84 ellipsoid: right to a millionth for edges up to 10 km.
    """
    shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if len(points) == 0:
        return np.zeros(len(shapes))
    same = ring[1:] == ring[:-1]
    step = np.radians(np.diff(points, axis=0)[same])
    middle = np.radians((points[1:, 1] + points[:-1, 1])[same] / 2.0)
    e2 = FLATTENING * (2.0 - FLATTENING)
    bend = 1.0 - e2 * np.sin(middle) ** 2
    east = SEMI_MAJOR_AXIS / np.sqrt(bend) * np.cos(middle) * step[:, 0]
    north = SEMI_MAJOR_AXIS * (1.0 - e2) / bend**1.5 * step[:, 1]
    of = owner[of_part[ring[:-1][same]]]
    lengths = np.bincount(of, weights=np.hypot(east, north), minlength=len(shapes))
    return lengths.astype(np.float64, copy=False)


def _ring_areas(rings: GeometryArray) -> FloatArray:
    """Areas within rings, whichever way they turn."""
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    lon = np.radians(points[:, 0])
    lat = np.radians(points[:, 1])
    # From the first corner of the ring on, so that small rings lose no digits.
    start = lat[np.searchsorted(ring, np.arange(len(rings)))][ring]
    height = np.zeros(len(lat) - 1)
    for at, weight in SIMPSON:
        along = lat[:-1] + at * (lat[1:] - lat[:-1])
        height += weight * _strip(start[:-1], along)
    terms = np.where(same, height * (lon[1:] - lon[:-1]), 0.0)
    return np.abs(np.bincount(ring[:-1], weights=terms, minlength=len(rings)))


def _strip(low: FloatArray, high: FloatArray) -> FloatArray:
    """Area of the ellipsoid between two latitudes (radians), per radian of longitude.

    From the authalic latitude's q (Snyder, Map Projections: A Working Manual, 3-12), whose
    difference is taken in closed form: two values of q themselves would cancel.
    """
    e2 = FLATTENING * (2.0 - FLATTENING)
    e = np.sqrt(e2)
    low_sin, high_sin = np.sin(low), np.sin(high)
    rise = 2.0 * np.cos((high + low) / 2.0) * np.sin((high - low) / 2.0)
    rational = (
        rise * (1.0 + e2 * low_sin * high_sin)
        / ((1.0 - e2 * low_sin**2) * (1.0 - e2 * high_sin**2))
    )  # fmt: skip
    logarithm = np.arctanh(e * rise / (1.0 - e2 * low_sin * high_sin)) / e
    strip: NDArray[np.float64] = 0.5 * SEMI_MAJOR_AXIS**2 * (1.0 - e2) * (rational + logarithm)
    return strip

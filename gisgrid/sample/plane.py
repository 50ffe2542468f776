"""The sample's local plane: metres about the centre of the district, and back to degrees."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = [
    "BOX",
    "MICRODEGREE",
    "FloatArray",
    "GeometryArray",
    "IntArray",
    "degrees_to_plane",
    "generator",
    "plane_to_degrees",
    "to_degrees",
    "to_plane",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
GeometryArray = NDArray[np.object_]

BOX = (121.10, 31.23, 121.36, 31.50)
"""West, south, east, north of the district in degrees."""

MICRODEGREE = 1e6
"""Grid borders lie on whole millionths of a degree (about 0.1 m)."""

_CENTRE = np.array([121.23, 31.365])
# An equirectangular plane is true to 0.2 % over 30 km: no library and its versions can move it.
_METRES_PER_DEGREE = np.array([95056.0, 110880.0])


def degrees_to_plane(lonlat: FloatArray) -> FloatArray:
    """Turn ``(n, 2)`` longitudes and latitudes into ``(n, 2)`` metres."""
    xy: FloatArray = (lonlat - _CENTRE) * _METRES_PER_DEGREE
    return xy


def plane_to_degrees(xy: FloatArray) -> FloatArray:
    """Turn ``(n, 2)`` metres into ``(n, 2)`` longitudes and latitudes."""
    lonlat: FloatArray = xy / _METRES_PER_DEGREE + _CENTRE
    return lonlat


def to_plane(geometries: GeometryArray) -> GeometryArray:
    """Turn geometries in degrees into geometries in metres."""
    return shapely.transform(geometries, degrees_to_plane)


def to_degrees(geometries: GeometryArray, decimals: int) -> GeometryArray:
    """Turn geometries in metres into geometries in degrees, rounded to ``decimals``."""

    def rounded(xy: FloatArray) -> FloatArray:
        return np.round(plane_to_degrees(xy), decimals)

    return shapely.transform(geometries, rounded)


def generator(seed: int, stage: int) -> np.random.Generator:
    """Give each stage its own stream, so that a change in one leaves the others as they were."""
    return np.random.default_rng([seed, stage])

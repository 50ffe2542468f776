"""The offsets of GCJ-02 and BD-09, the coordinates of Chinese phones and web maps.

GCJ-02 shifts WGS 84 by a published polynomial with sines on the Krasovsky ellipsoid of 1940;
BD-09 turns and stretches GCJ-02 once more. Neither has a closed inverse: both are solved by a
fixed point, which gains two digits or more a step because the offsets change by less than
3 % of the distance.

The offset holds inside the rectangle of longitude 72.004 to 137.8347 and latitude 0.8293 to
55.8271, and nothing moves outside it. The test is made on the point that is given, in either
direction, so within some 1.5 km of the rectangle's edge there and back need not meet.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["bd09_to_wgs84", "gcj02_to_wgs84", "wgs84_to_bd09", "wgs84_to_gcj02"]

FloatArray = NDArray[np.float64]
Shift = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]

WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
SEMI_MAJOR_AXIS = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BD09_WAVE = np.pi * 3000.0 / 180.0

TOLERANCE = 1e-12
MOST_STEPS = 30
# Small enough for the temporary arrays to stay in the processor's cache.
CHUNK = 16_384


def wgs84_to_gcj02(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shift WGS 84 to GCJ-02.

    Parameters
    ----------
    lon, lat : float64 arrays of one shape
        Degrees. NaN stays NaN.

    Returns
    -------
    lon, lat : float64 arrays
        Degrees, in GCJ-02.
    """
    return _in_chunks(lon, lat, _gcj02)


def gcj02_to_wgs84(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shift GCJ-02 back to WGS 84, to 1e-12 degree of `wgs84_to_gcj02`."""
    return _in_chunks(lon, lat, lambda x, y: _invert(_gcj02, x, y))


def wgs84_to_bd09(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shift WGS 84 to BD-09, by way of GCJ-02."""
    return _in_chunks(lon, lat, lambda x, y: _bd09(*_gcj02(x, y)))


def bd09_to_wgs84(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shift BD-09 back to WGS 84, to 1e-12 degree of `wgs84_to_bd09`."""
    return _in_chunks(lon, lat, lambda x, y: _invert(_gcj02, *_invert(_bd09, x, y)))


def _in_chunks(lon: FloatArray, lat: FloatArray, shift: Shift) -> tuple[FloatArray, FloatArray]:
    """Apply `shift` to the points inside the rectangle, a chunk at a time."""
    inside = (lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)
    chosen = np.flatnonzero(inside)
    x, y = lon.astype(np.float64).ravel(), lat.astype(np.float64).ravel()
    for start in range(0, len(chosen), CHUNK):
        part = chosen[start : start + CHUNK]
        x[part], y[part] = shift(x[part], y[part])
    return x.reshape(lon.shape), y.reshape(lat.shape)


def _invert(shift: Shift, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Find the point that `shift` moves to (lon, lat)."""
    x, y = lon.copy(), lat.copy()
    for _ in range(MOST_STEPS):
        moved_x, moved_y = shift(x, y)
        error_x, error_y = moved_x - lon, moved_y - lat
        x -= error_x
        y -= error_y
        if max(np.abs(error_x).max(), np.abs(error_y).max()) < TOLERANCE:
            break
    return x, y


def _gcj02(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    shared = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
        + (shared + _sines(y, 20.0, 40.0) + 160.0 * np.sin(np.pi / 12.0 * y)
           + 320.0 * np.sin(np.pi / 30.0 * y)) * (2.0 / 3.0)
    )  # fmt: skip
    east = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
        + (shared + _sines(x, 20.0, 40.0) + 150.0 * np.sin(np.pi / 12.0 * x)
           + 300.0 * np.sin(np.pi / 30.0 * x)) * (2.0 / 3.0)
    )  # fmt: skip
    latitude = np.radians(lat)
    magic = 1.0 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    meridian_radius = SEMI_MAJOR_AXIS * (1.0 - ECCENTRICITY_SQUARED) / (magic * np.sqrt(magic))
    parallel_radius = SEMI_MAJOR_AXIS / np.sqrt(magic) * np.cos(latitude)
    return lon + np.degrees(east / parallel_radius), lat + np.degrees(north / meridian_radius)


def _sines(value: FloatArray, whole: float, third: float) -> FloatArray:
    sines: FloatArray = whole * np.sin(np.pi * value) + third * np.sin(np.pi / 3.0 * value)
    return sines


def _bd09(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    distance = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD09_WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD09_WAVE)
    return distance * np.cos(angle) + 0.0065, distance * np.sin(angle) + 0.006

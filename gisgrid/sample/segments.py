"""Shared border segments: which geometries run along each other, vertex for vertex."""

from __future__ import annotations

import numpy as np
import shapely

from gisgrid.sample.plane import MICRODEGREE, GeometryArray, IntArray

__all__ = ["Segments", "match_segments"]

Segments = tuple[IntArray, IntArray]
"""For each segment the position of its geometry and a key that its twin in another shares."""


def match_segments(*collections: GeometryArray) -> list[Segments]:
    """Key the segments of several collections so that the same stretch has the same key.

    Parameters
    ----------
    *collections : arrays of Polygon or LineString
        In degrees, with vertices on whole millionths.

    Returns
    -------
    list of (owner, key)
        One pair of arrays per collection.
    """
    owners, starts, ends = [], [], []
    for geometries in collections:
        xy, owner = shapely.get_coordinates(geometries, return_index=True)
        whole = np.round(xy * MICRODEGREE).astype(np.int64)
        point = whole[:, 0] * 1_000_000_000 + whole[:, 1]
        joined = owner[1:] == owner[:-1]
        owners.append(owner[1:][joined].astype(np.int64))
        starts.append(point[:-1][joined])
        ends.append(point[1:][joined])
    every, number = np.unique(np.concatenate([*starts, *ends]), return_inverse=True)
    a, b = np.split(number.astype(np.int64), 2)
    key = np.minimum(a, b) * len(every) + np.maximum(a, b)
    sizes = np.cumsum([len(owner) for owner in owners])[:-1]
    return list(zip(owners, np.split(key, sizes), strict=True))

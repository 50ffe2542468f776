"""Points as people are found: most in clusters, some anywhere, a few outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["clustered_points", "in_order"]

_CLUSTERS = 300
_SCATTERED, _OUTSIDE = 0.09, 0.01


def clustered_points(
    bounds: tuple[float, float, float, float], count: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes about a region, in no order.

    Nine tenths lie in clusters of unequal size and weight, the rest anywhere in the region and
    one in a hundred in a margin about it.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east and north of the region, in degrees.
    count : int
        How many points.
    seed : int
        The same seed makes the same points.

    Returns
    -------
    lon, lat : ndarray of float64, shape (count,)
        Degrees.
    """
    rng = np.random.default_rng([seed, count])
    west, south, east, north = bounds
    corner, size = np.array([west, south]), np.array([east - west, north - south])
    centres = rng.uniform(0, 1, (_CLUSTERS, 2))
    spreads = np.exp(rng.uniform(np.log(0.002), np.log(0.05), _CLUSTERS))
    weights = rng.pareto(1.5, _CLUSTERS) + 0.1
    kind = rng.uniform(0, 1, count)
    cluster = rng.choice(_CLUSTERS, count, p=weights / weights.sum())
    places = centres[cluster] + spreads[cluster, None] * rng.standard_normal((count, 2))
    anywhere = kind < _SCATTERED + _OUTSIDE
    places[anywhere] = rng.uniform(0, 1, (int(anywhere.sum()), 2))
    beyond = kind < _OUTSIDE
    places[beyond, 0] = rng.choice([-0.05, 1.05], int(beyond.sum()))
    places = corner + places * size
    return np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])


def in_order(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same points along a Hilbert curve: neighbours in the plane come one after the other."""
    order = np.argsort(gpd.GeoSeries.from_xy(lon, lat).hilbert_distance(), kind="stable")
    return lon[order], lat[order]

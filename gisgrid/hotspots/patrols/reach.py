"""What a stop at each site would cover."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from gisgrid.errors import InputError

__all__ = ["FloatArray", "IntArray", "Reach", "reach_within"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Reach:
    """Which demand points lie within reach of which sites.

    Attributes
    ----------
    matrix : csr_array of float64, shape (sites, points)
        1 where a stop at the site covers the point.
    """

    matrix: csr_array

    @property
    def sites(self) -> int:
        """How many sites there are."""
        return int(self.matrix.shape[0])

    @property
    def points(self) -> int:
        """How many demand points there are."""
        return int(self.matrix.shape[1])

    @cached_property
    def rows(self) -> IntArray:
        """The site of each pair of a site and a point that it covers, in the matrix's order."""
        return np.repeat(np.arange(self.sites), np.diff(self.matrix.indptr))

    def of(self, site: int) -> IntArray:
        """The points that a site covers."""
        begin, end = self.matrix.indptr[site : site + 2]
        covered: IntArray = self.matrix.indices[begin:end]
        return covered

    def covered(self, sites: IntArray | list[int]) -> NDArray[np.bool_]:
        """Whether each point is covered by any of some sites."""
        found = np.zeros(self.points, dtype=np.bool_)
        for site in sites:
            found[self.of(int(site))] = True
        return found

    def value(self, sites: IntArray | list[int], weight: FloatArray) -> float:
        """The weight that some sites cover together, each point counted once."""
        return float(weight[self.covered(sites)].sum())


def reach_within(sites: FloatArray, points: FloatArray, radius_m: float) -> Reach:
    """Which points lie within a radius of which sites.

    Parameters
    ----------
    sites : float64 array, shape (sites, 2)
        In metres.
    points : float64 array, shape (points, 2)
        In metres, in the same plane.
    radius_m : float
        A point at just this distance is covered.

    Raises
    ------
    InputError
        The radius is not positive.
    """
    if not radius_m > 0:
        raise InputError(f"a stop reaches {radius_m:g} m", fix="give a radius above 0")
    size = (len(sites), len(points))
    if 0 in size:
        return Reach(csr_array(size, dtype=np.float64))
    near = cKDTree(points).query_ball_point(sites, radius_m, return_sorted=True)
    counts = np.array([len(one) for one in near], dtype=np.int64)
    columns = np.concatenate([np.asarray(one, dtype=np.int64) for one in near])
    starts = np.concatenate([[0], np.cumsum(counts)])
    return Reach(csr_array((np.ones(len(columns)), columns, starts), shape=size))

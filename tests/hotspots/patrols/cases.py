"""Demand and sites as a town has them: most of it in clusters, some anywhere."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gisgrid.hotspots.patrols import Reach, reach_within


class Case(NamedTuple):
    sites: np.ndarray
    points: np.ndarray
    weight: np.ndarray

    def reach(self, metres: float) -> Reach:
        return reach_within(self.sites, self.points, metres)


def town_case(seed: int, points: int = 2000, sites: int = 300, side: float = 5000.0) -> Case:
    rng = np.random.default_rng(seed)
    centres = rng.random((60, 2)) * side
    near = centres[rng.integers(0, 60, points)] + rng.normal(0, 150, (points, 2))
    xy = np.where(rng.random((points, 1)) < 0.7, near, rng.random((points, 2)) * side)
    half = sites // 2
    at_points = xy[rng.choice(points, half, replace=False)] + rng.normal(0, 60, (half, 2))
    anywhere = rng.random((sites - half, 2)) * side
    return Case(np.vstack([at_points, anywhere]), xy, rng.gamma(0.5, 1.0, points))

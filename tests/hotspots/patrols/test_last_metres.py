"""The last hundred metres: distances beside all pairs, gaps by hand."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.hotspots.patrols import gaps, nearest_metres


@given(seed=st.integers(0, 1000), homes=st.integers(0, 20), points=st.integers(1, 6))
def test_distances_are_the_least_of_all(seed: int, homes: int, points: int) -> None:
    rng = np.random.default_rng(seed)
    at, near = rng.random((homes, 2)), rng.random((points, 2))
    all_pairs = np.hypot(*(at[:, None] - near[None]).transpose(2, 0, 1))
    assert np.allclose(nearest_metres(at, near), all_pairs.min(axis=1))


@given(seed=st.integers(0, 1000), homes=st.integers(0, 60))
def test_gaps_hold_each_far_home_once(seed: int, homes: int) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.random((homes, 2)) * 800
    households = rng.integers(0, 30, homes)
    metres = nearest_metres(xy, np.array([[400.0, 400.0]]))
    found = gaps(xy, households, metres, 100.0)
    held = [home for gap in found for home in gap.homes]
    assert sorted(held) == np.flatnonzero(metres > 100.0).tolist()
    for gap in found:
        assert gap.shape.geom_type == "Polygon"
        assert all(gap.shape.covers(shapely.Point(xy[home])) for home in gap.homes)
        assert gap.households == households[gap.homes].sum()
        assert gap.middle in gap.homes
        assert gap.farthest_m == metres[gap.homes].max()
    assert [gap.households for gap in found] == sorted(
        (gap.households for gap in found), reverse=True
    )


def test_a_row_of_houses_is_one_gap_and_its_middle_serves_it() -> None:
    xy = np.array([[500.0, 0], [540, 0], [580, 0], [900, 0], [100, 0], [100.001, 0]])
    metres = nearest_metres(xy, np.zeros((1, 2)))
    row, alone, next_door = gaps(xy, np.array([1, 1, 1, 2, 9, 1]), metres, 100.0)
    assert (row.homes.tolist(), row.households, row.middle) == ([0, 1, 2], 3, 1)
    assert (alone.homes.tolist(), alone.farthest_m) == ([3], 900.0)
    # A home at just the distance is near enough.
    assert next_door.homes.tolist() == [5]


def test_without_patrol_points_every_home_is_far() -> None:
    metres = nearest_metres(np.zeros((2, 2)), np.zeros((0, 2)))
    assert np.isinf(metres).all()
    assert gaps(np.zeros((2, 2)), np.ones(2, dtype=int), metres, 100.0)[0].households == 2

"""Routes beside the shortest of all orders."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from gisgrid.hotspots.patrols import path_metres, shortest_path
from gisgrid.hotspots.patrols.sharing import Leg, Routes


def metres_of(seed: int, size: int) -> np.ndarray:
    xy = np.random.default_rng(seed).random((size, 2)) * 1000
    return cdist(xy, xy)


@given(seed=st.integers(0, 5000), size=st.integers(1, 7), held=st.booleans())
def test_paths_are_near_the_shortest_of_all(seed: int, size: int, held: bool) -> None:
    metres = metres_of(seed, size)
    stops = list(range(1, size)) if held else list(range(size))
    start = 0 if held else None
    found = shortest_path(metres, stops, start)
    assert sorted(found) == stops
    head = [0] if held else []
    shortest = min(path_metres(metres, head + list(one)) for one in itertools.permutations(stops))
    assert path_metres(metres, head + found) <= 1.12 * shortest + 1e-6


def test_paths_of_seven_are_nearly_always_the_shortest() -> None:
    shortest = 0
    for seed in range(40):
        metres = metres_of(seed, 7)
        best = min(path_metres(metres, list(one)) for one in itertools.permutations(range(7)))
        shortest += path_metres(metres, shortest_path(metres, range(7))) <= best + 1e-6
    assert shortest >= 34


@given(seed=st.integers(0, 5000), size=st.integers(1, 12), officers=st.integers(1, 3))
def test_nobody_is_out_longer_than_said(seed: int, size: int, officers: int) -> None:
    metres = metres_of(seed, size)
    rng = np.random.default_rng(seed)
    minutes = rng.integers(10, 17, size).astype(float)
    starts = [None if rng.random() < 0.5 else int(rng.integers(0, size)) for _ in range(officers)]
    legs = [Leg(float(rng.uniform(10, 90)), start) for start in starts]
    routes = Routes(metres, minutes, legs, 100.0)
    fits = routes.add_all(range(size))
    assert len(set(routes.stops)) == len(routes.stops)
    assert fits == (len(routes.stops) == size)
    for leg, path in zip(legs, routes.paths, strict=True):
        nodes = path if leg.start is None else [leg.start, *path]
        used = path_metres(metres, nodes) / 100.0 + minutes[path].sum()
        assert used <= leg.minutes + 1e-6 or not path

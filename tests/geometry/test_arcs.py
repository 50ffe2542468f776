from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gisgrid.geometry.arcs import Arcs, shared_arcs
from tests.geometry.coverages import cells, gathered, some_labels

QUANTUM = 1e-6


def rebuilt(arcs: Arcs) -> list[Any]:
    """Return the polygons that a reader of arcs would draw, by the even-odd rule."""
    chains = np.split(arcs.points, np.cumsum(arcs.arc_lengths)[:-1])
    rings: list[NDArray[np.int64]] = []
    refs = iter(arcs.refs.tolist())
    for length in arcs.ring_lengths:
        walk = [next(refs) for _ in range(length)]
        parts = [chains[r] if r >= 0 else chains[-1 - r][::-1] for r in walk]
        for before, after in zip(parts, parts[1:] + parts[:1], strict=True):
            assert (before[-1] == after[0]).all()
        rings.append(np.concatenate([part[:-1] for part in parts]))
    out, ring = [], iter(rings)
    for count in arcs.polygon_lengths:
        shape: Any = shapely.Polygon()
        for _ in range(count):
            shape = shapely.symmetric_difference(shape, shapely.Polygon(next(ring) * arcs.quantum))
        out.append(shape)
    return out


def on_lattice(polygons: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(shapely.transform(polygons, lambda xy: np.rint(xy / QUANTUM) * QUANTUM))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), side=st.integers(1, 6), kinds=st.integers(1, 9))
def test_polygons_come_back(seed: int, side: int, kinds: int) -> None:
    level = gathered(cells(side, seed), some_labels(side * side, kinds, seed))
    for drawn, wanted in zip(rebuilt(shared_arcs(level, QUANTUM)), on_lattice(level), strict=True):
        assert shapely.area(shapely.symmetric_difference(drawn, wanted)) < 1e-15


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), kinds=st.integers(2, 9))
def test_every_edge_is_stored_once_for_all_levels(seed: int, kinds: int) -> None:
    micro = cells(5, seed)
    unit = gathered(micro, some_labels(25, kinds, seed))
    arcs = shared_arcs(np.concatenate([micro, unit]), QUANTUM)
    edges = set()
    for chain in np.split(arcs.points, np.cumsum(arcs.arc_lengths)[:-1]):
        for a, b in zip(chain[:-1].tolist(), chain[1:].tolist(), strict=True):
            edge = (min(tuple(a), tuple(b)), max(tuple(a), tuple(b)))
            assert edge not in edges
            edges.add(edge)
    only_micro = shared_arcs(micro, QUANTUM)
    assert len(arcs.points) - len(arcs.arc_lengths) == len(only_micro.points) - len(
        only_micro.arc_lengths
    )


def test_an_island_and_its_hole_share_one_arc() -> None:
    lake = shapely.box(121.01, 31.01, 121.02, 31.02)
    land = shapely.difference(shapely.box(121, 31, 121.03, 31.03), lake)
    arcs = shared_arcs(np.array([land, lake], dtype=object), QUANTUM)
    assert len(arcs.arc_lengths) == 2
    assert arcs.polygon_lengths.tolist() == [2, 1]
    assert [round(shape.area, 9) for shape in rebuilt(arcs)] == [0.0008, 0.0001]


def test_smaller_than_a_step_is_no_ring() -> None:
    speck = shapely.box(121, 31, 121 + 1e-8, 31 + 1e-8)
    arcs = shared_arcs(np.array([speck, shapely.box(121, 31, 122, 32)], dtype=object), QUANTUM)
    assert arcs.polygon_lengths.tolist() == [0, 1]


def test_nothing() -> None:
    arcs = shared_arcs(np.array([], dtype=object), QUANTUM)
    assert len(arcs.points) == len(arcs.refs) == len(arcs.polygon_lengths) == 0
    empty = shared_arcs(np.array([shapely.Polygon()], dtype=object), QUANTUM)
    assert empty.polygon_lengths.tolist() == [0]


def test_west_and_south_of_the_origin() -> None:
    shape = shapely.box(-0.002, -51.5, 0.003, -51.4)
    (back,) = rebuilt(shared_arcs(np.array([shape], dtype=object), QUANTUM))
    assert shapely.area(shapely.symmetric_difference(back, shape)) < 1e-12

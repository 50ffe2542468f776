from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gisgrid.geometry.simplify import simplify_coverage, simplify_levels
from tests.geometry.coverages import cells, gathered, some_labels

SEEDS = st.integers(0, 10**6)


def vertices(polygons: NDArray[Any]) -> set[tuple[float, float]]:
    return {(x, y) for x, y in shapely.get_coordinates(polygons).tolist()}


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, side=st.integers(1, 6), kinds=st.integers(1, 9), tolerance=st.floats(0.5, 200))
def test_neighbours_still_meet(seed: int, side: int, kinds: int, tolerance: float) -> None:
    level = gathered(cells(side, seed), some_labels(side * side, kinds, seed))
    out = simplify_coverage(level, tolerance)
    assert shapely.coverage_is_valid(out)
    whole = shapely.union_all(out)
    assert shapely.area(out).sum() == pytest.approx(whole.area, rel=1e-9)
    assert vertices(out) <= vertices(level)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, tolerance=st.floats(1, 100))
def test_levels_that_nest_keep_the_same_lines(seed: int, tolerance: float) -> None:
    micro = cells(6, seed)
    label = some_labels(36, 8, seed)
    unit = gathered(micro, label)
    area_of_unit = some_labels(len(unit), 3, seed + 1)
    area = gathered(unit, area_of_unit)
    small, middle, large = simplify_levels([micro, unit, area], tolerance)
    for position in range(len(unit)):
        assert shapely.equals(shapely.union_all(small[label == position]), middle[position])
    for position in range(len(area)):
        inside = area_of_unit[label] == position
        assert shapely.equals(shapely.union_all(small[inside]), large[position])
    assert vertices(large) <= vertices(middle) <= vertices(small)


def test_fewer_vertices_and_little_area_lost() -> None:
    level = cells(10, 1)
    out = simplify_coverage(level, 60.0)
    assert shapely.get_num_coordinates(out).sum() < 0.6 * shapely.get_num_coordinates(level).sum()
    assert shapely.area(out).sum() == pytest.approx(shapely.area(level).sum(), rel=0.02)


def test_tolerance_is_in_metres() -> None:
    # A bump 10 m high on a side 400 m long: a triangle of 20 m by 10 m, the square root of whose
    # area is 10 m.
    metre = 1 / 111_320
    bump = shapely.Polygon(
        np.array([(0, 0), (190, 0), (200, 10), (210, 0), (400, 0), (400, 400), (0, 400)]) * metre
    )
    level = np.array([bump], dtype=object)
    top = (200 * metre, 10 * metre)
    assert top in vertices(simplify_coverage(level, 8.0))
    assert top not in vertices(simplify_coverage(level, 12.0))


def test_levels_that_do_not_nest_are_simplified_by_themselves() -> None:
    micro = cells(4, 3)
    strangers = shapely.transform(cells(4, 4), lambda xy: xy + 0.0013)
    small, large = simplify_levels([micro, strangers], 10.0)
    assert shapely.coverage_is_valid(small)
    assert shapely.coverage_is_valid(large)
    assert vertices(large) <= vertices(strangers)
    assert np.array_equal(shapely.to_wkb(large), shapely.to_wkb(simplify_coverage(strangers, 10.0)))


def test_children_that_leave_a_gap_do_not_make_the_parent() -> None:
    micro = cells(3, 5)
    parent = gathered(micro, np.zeros(9, dtype=np.intp))
    _, large = simplify_levels([micro[:-1], parent], 10.0)
    assert np.array_equal(shapely.to_wkb(large), shapely.to_wkb(simplify_coverage(parent, 10.0)))


@pytest.mark.parametrize("tolerance", [0.0, -1.0])
def test_no_tolerance_changes_nothing(tolerance: float) -> None:
    level = cells(2, 7)
    assert np.array_equal(
        shapely.to_wkb(simplify_coverage(level, tolerance)), shapely.to_wkb(level)
    )


def test_empty_level() -> None:
    nothing = np.array([], dtype=object)
    assert len(simplify_coverage(nothing, 5.0)) == 0
    assert [len(level) for level in simplify_levels([nothing, nothing], 5.0)] == [0, 0]


def test_overlapping_polygons_do_not_stop_it() -> None:
    level = np.array([shapely.box(0, 0, 0.02, 0.02), shapely.box(0.01, 0.01, 0.03, 0.03)])
    assert len(simplify_coverage(level, 5.0)) == 2

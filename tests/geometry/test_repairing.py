"""A repair is a valid coverage, keeps the outer border, and tells every square metre."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.bench.check import shifted
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.geometry.checking import Level, check_level
from gisgrid.geometry.metric import areas_m2
from gisgrid.geometry.repairing import Homes, propose_repair
from tests.geometry.coverages import cells
from tests.towns import square

FILL_M2 = 1e7


def array(*shapes: Any) -> Any:
    return np.array([*shapes, None], dtype=object)[:-1]


def test_a_coverage_stays_as_it_is() -> None:
    given = cells(4, 5)
    made = propose_repair(given, fill_m2=FILL_M2)
    assert shapely.equals_identical(made.polygons, given).all()
    assert (made.changes, made.gaps_filled, made.rings) == ((), 0, ())
    assert made.keeps_border


def test_an_overlap_goes_to_one_and_its_homes_with_it() -> None:
    given = array(square(0, 0, 1.1, 1), square(1, 0))
    homes = Homes(
        np.array([121.2105, 121.205]), np.array([31.305, 31.305]), np.array([30.0, 400.0])
    )
    made = propose_repair(given, fill_m2=FILL_M2, homes=homes)
    (change,) = made.changes
    assert change.lost_m2 == pytest.approx(areas_m2([square(1, 0, 0.1, 1)])[0], rel=1e-6)
    assert change.gained_m2 == pytest.approx(0.0, abs=1e-3)
    assert change.lost_households == (30.0 if change.position == 0 else 0.0)
    assert made.keeps_border


def test_a_gap_goes_to_the_longest_border_but_holes_and_lakes_stay() -> None:
    ring = [square(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    ring[0] = ring[0].union(square(1, 1, 0.2, 1))
    made = propose_repair(array(*ring), fill_m2=FILL_M2)
    assert made.gaps_filled == 1
    assert made.keeps_border
    assert propose_repair(array(*ring), fill_m2=1000.0).gaps_filled == 0
    holed = square(0, 0, 3, 3).difference(square(1, 1))
    overlapping = square(2.9, 0)
    made = propose_repair(array(holed, overlapping), fill_m2=FILL_M2)
    assert (made.gaps_filled, len(made.changes)) == (0, 1)


def test_claimed_ground_goes_to_the_longest_border() -> None:
    low, tall = square(0, 0, 1.1, 0.5), square(1, 0)
    for shapes, loser in ((array(low, tall), 0), (array(tall, low), 1)):
        (change,) = propose_repair(shapes, fill_m2=FILL_M2).changes
        assert change.position == loser


def test_invalid_rings_are_mended_first_and_named() -> None:
    bow = shapely.Polygon([(121.2, 31.3), (121.21, 31.31), (121.21, 31.3), (121.2, 31.31)])
    made = propose_repair(array(None, bow), fill_m2=FILL_M2)
    assert [one.position for one in made.rings] == [1]
    assert made.polygons[0] is None
    assert made.polygons[1].is_valid


def test_of_two_that_are_the_same_the_first_keeps_the_ground() -> None:
    made = propose_repair(array(square(0, 0), square(0, 0)), fill_m2=FILL_M2)
    assert made.polygons[0].equals(square(0, 0))
    assert made.polygons[1] is None
    assert [(one.position, one.lost_m2) for one in made.changes] == [
        (1, pytest.approx(areas_m2([square(0, 0)])[0]))
    ]
    assert propose_repair(array(None), fill_m2=FILL_M2).changes == ()


@settings(max_examples=25)
@given(st.integers(2, 5), st.integers(0, 1000))
def test_random_shifts_become_a_coverage_and_the_changes_are_those_of_the_ground(
    side: int, seed: int
) -> None:
    polygons = cells(side, seed, steps=3)
    rng = np.random.default_rng(seed)
    for k in range(len(polygons)):
        away = rng.uniform(-2e-5, 2e-5, 2)
        polygons[k] = shapely.transform(polygons[k], lambda xy, away=away: xy + away)
    made = propose_repair(polygons, fill_m2=FILL_M2)
    assert shapely.coverage_is_valid(made.polygons)
    assert check_level(Level(made.polygons, [str(k) for k in range(len(polygons))])).errors == 0
    kept = areas_m2(shapely.intersection(polygons, made.polygons))
    gained, lost = areas_m2(made.polygons) - kept, areas_m2(polygons) - kept
    told = {one.position: (one.gained_m2, one.lost_m2) for one in made.changes}
    for k in range(len(polygons)):
        assert told.get(k, (0.0, 0.0)) == pytest.approx((gained[k], lost[k]), abs=0.05)


def test_a_honeycomb_of_shifted_cells_is_mended_within_its_border() -> None:
    given = shifted(make_coverage(60, 7), 7).polygons
    made = propose_repair(given, fill_m2=FILL_M2)
    assert shapely.coverage_is_valid(made.polygons)
    whole = shapely.coverage_union_all(made.polygons)
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() == 0
    assert made.keeps_border
    assert made.gaps_filled > 100

"""Borders that lie on each other become one, and none moves further than it may."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gisgrid.bench.honeycomb import make_coverage
from gisgrid.errors import CoverageError
from gisgrid.geometry.knitting import knit
from tests.towns import square

METRES = 111_320.0


def stays_within(one: shapely.Geometry, other: shapely.Geometry, metres: float) -> bool:
    """Whether no place of either border lies further than that from the other one."""
    scale = np.array([np.cos(np.radians(31.3)), 1.0]) * METRES
    lines = shapely.boundary(shapely.transform(np.array([one, other]), lambda p: p * scale))
    bands = shapely.buffer(lines, metres * 1.001, quad_segs=32)
    return bool(shapely.covers(bands, lines[::-1]).all())


def test_levels_of_squares_get_each_others_corners() -> None:
    units = np.array([square(0, 0, 2, 2), square(2, 0, 2, 2)])
    micros = np.array([square(x, y) for x in range(4) for y in range(2)])
    above, below = knit([units, micros], 0.01)
    for unit, shape in enumerate(above):
        inside = [one for one in below if units[unit].covers(one)]
        joined = shapely.MultiPolygon([shapely.coverage_union_all(inside)])
        assert shapely.equals_identical(*shapely.normalize([joined, shape]))
        assert shape.equals(units[unit])
    again = knit([above, below], 0.01)
    assert all(map(shapely.equals_identical, np.concatenate(again), [*above, *below]))


@examples(max_examples=10)
@given(seed=st.integers(0, 10_000), tolerance=st.sampled_from([0.02, 0.1, 0.5]))
def test_layers_drawn_apart_fit_afterwards(seed: int, tolerance: float) -> None:
    """Each grid drawn for itself: other vertices on its border, none of them quite on it."""
    rng = np.random.default_rng(seed)
    coverage = make_coverage(40, seed=seed % 7).polygons
    units = np.array([shapely.coverage_union_all(part) for part in np.split(coverage, 4)])
    shaken = [
        np.array([_shaken(one, rng, tolerance) for one in level]) for level in (units, coverage)
    ]
    made = knit(shaken, tolerance)
    for level, before in zip(made, shaken, strict=True):
        assert shapely.is_valid(level).all()
        for one, old in zip(level, before, strict=True):
            assert stays_within(one, old, tolerance)
    known = {
        tuple(p) for p in np.vstack([shapely.get_coordinates(level) for level in shaken]).tolist()
    }
    assert {
        tuple(p) for p in np.vstack([shapely.get_coordinates(level) for level in made]).tolist()
    } <= known
    for level in made:
        assert shapely.coverage_is_valid(level)
    for unit, part in zip(made[0], np.split(made[1], 4), strict=True):
        joined = shapely.MultiPolygon([*shapely.get_parts(shapely.coverage_union_all(part))])
        assert shapely.equals_identical(*shapely.normalize([joined, unit]))


def _shaken(
    shape: shapely.Geometry, rng: np.random.Generator, tolerance: float
) -> shapely.Geometry:
    """Every vertex moved a little, and some edges with a vertex more."""
    scale = np.array([np.cos(np.radians(31.3)), 1.0]) * METRES

    def move(points: np.ndarray) -> np.ndarray:
        longer = [points[0]]
        for a, b in pairwise(points):
            if rng.uniform() < 0.3:
                longer.append(a + (b - a) * rng.uniform(0.3, 0.7))
            longer.append(b)
        moved = np.array(longer) + rng.uniform(-0.2, 0.2, (len(longer), 2)) * tolerance / scale
        moved[-1] = moved[0]
        return moved

    rings = [shapely.LinearRing(move(np.array(ring.coords))) for ring in shapely.get_rings(shape)]
    return shapely.Polygon(rings[0], rings[1:])


def test_borders_further_apart_stay_as_they_are() -> None:
    shapes = np.array([square(0, 0), square(1.001, 0)])
    (made,) = knit([shapes], 0.5)
    assert [one.equals(old) for one, old in zip(made, shapes, strict=True)] == [True, True]


def test_a_grid_that_is_too_narrow_is_refused_with_its_place() -> None:
    narrow = square(0, 0, 1, 1e-5)
    with pytest.raises(CoverageError, match=r"lon 121\.2.*too narrow for a tolerance of 0\.5 m"):
        knit([np.array([square(0, 0), narrow])], 0.5)


def test_holes_and_parts_keep_their_order() -> None:
    ring = square(0, 0, 3, 3).difference(square(1, 1))
    parts = shapely.MultiPolygon([ring, square(5, 5)])
    (made,) = knit([np.array([parts, square(1, 1)])], 0.01)
    assert shapely.equals_identical(made[0], parts)

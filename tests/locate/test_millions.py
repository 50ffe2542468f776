"""The long proof of `CoverageIndex`: very many coverages, and very many points."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gisgrid.locate import CoverageIndex
from tests.geometry.coverages import cells
from tests.locate.coverages import MAKERS, MOVES, Coverage, Recipe, made
from tests.locate.oddities import overlapping
from tests.locate.oracle import assert_exact, by_tree
from tests.locate.points import telling_points

pytestmark = pytest.mark.drill


@pytest.mark.parametrize("maker", MAKERS)
def test_hundreds_of_coverages_of_each_maker(maker: str) -> None:
    for seed in range(600):
        move = tuple(MOVES)[seed % len(MOVES)]
        recipe = Recipe(maker, 1 + seed // len(MOVES) % 7, seed, move, seed % 2 == 1)
        coverage = made(recipe)
        points = telling_points(coverage.shapes, np.random.default_rng(seed), 60)
        try:
            assert_exact(coverage, points)
        except Exception as error:
            raise AssertionError(f"{recipe}: {error}") from error


@pytest.mark.parametrize(("side", "steps"), [(45, 28), (158, 24)])
def test_ten_million_points_in_a_city(side: int, steps: int) -> None:
    shapes = cells(side, 11, steps)
    rng = np.random.default_rng(12)
    codes = [f"{number:06d}" for number in rng.permutation(len(shapes))]
    index = CoverageIndex(shapes, codes)
    vertices = shapely.get_coordinates(shapes)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    for portion in range(10):
        near = vertices[rng.integers(len(vertices), size=400_000)]
        clustered = near + rng.normal(0, 10.0 ** rng.integers(-9, -2, (400_000, 1)), near.shape)
        anywhere = rng.uniform(low, high, (600_000, 2))
        points = np.vstack([clustered, anywhere])
        if portion % 2:
            points = points.round(7)  # as data come, and many of them on borders
        found = index.locate(*points.T, border=True)
        expected = by_tree(Coverage(list(shapes), codes), points)
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_array_equal(found[1], expected[1])


def test_a_heap_of_overlapping_polygons() -> None:
    rng = np.random.default_rng(5)
    shapes = [shape for shape in overlapping(rng, 400) if shape.is_valid]
    spread = rng.uniform(0, 10, (len(shapes), 2))
    moved = [
        shapely.transform(shape, lambda xy, by=by: xy + by)
        for shape, by in zip(shapes, spread, strict=True)
    ]
    coverage = Coverage(moved, [f"{n:04d}" for n in rng.permutation(len(moved))])
    points = telling_points(moved, rng, 2000)
    points = points[np.isfinite(points).all(axis=1)]
    index = CoverageIndex(coverage.shapes, coverage.codes)
    expected = by_tree(coverage, points)
    for one, other in zip(index.locate(*points.T, border=True), expected, strict=True):
        np.testing.assert_array_equal(one, other)

"""`CoverageIndex` says what GEOS says, for hard coverages and their hardest points."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gisgrid.locate import CoverageIndex
from tests.geometry.coverages import cells
from tests.locate.coverages import (
    MAKERS,
    ODDITIES,
    PLAIN_MOVES,
    TILINGS,
    Coverage,
    Recipe,
    codes_for,
    made,
    recipes,
)
from tests.locate.oracle import (
    assert_exact,
    by_covers,
    by_fractions,
    by_relate,
    by_tree,
    contested,
    ordinary,
)
from tests.locate.points import beside, telling_points

seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("maker", TILINGS)
@settings(max_examples=10)
@given(data=st.data(), seed=seeds)
def test_a_tiling_is_answered_as_geos_does(maker: str, data: st.DataObject, seed: int) -> None:
    coverage = made(data.draw(recipes([maker])))
    assert_exact(coverage, telling_points(coverage.shapes, np.random.default_rng(seed), 16))


@pytest.mark.parametrize("maker", ODDITIES)
@settings(max_examples=14)
@given(data=st.data(), seed=seeds)
def test_odd_polygons_are_answered_as_geos_does(maker: str, data: st.DataObject, seed: int) -> None:
    coverage = made(data.draw(recipes([maker])))
    assert_exact(coverage, telling_points(coverage.shapes, np.random.default_rng(seed), 16))


@settings(max_examples=25)
@given(data=st.data(), seed=seeds, count=st.integers(0, 3_000))
def test_an_index_for_few_points_answers_alike(data: st.DataObject, seed: int, count: int) -> None:
    coverage = made(data.draw(recipes([*TILINGS, *ODDITIES])))
    points = telling_points(coverage.shapes, np.random.default_rng(seed), 8)
    fine = CoverageIndex(coverage.shapes, coverage.codes)
    coarse = CoverageIndex(coverage.shapes, coverage.codes, points=count)
    assert coarse.nbytes <= fine.nbytes
    for one, other in zip(*(i.locate(*points.T, border=True) for i in (fine, coarse)), strict=True):
        np.testing.assert_array_equal(one, other)


@st.composite
def lattices(draw: st.DrawFn) -> Coverage:
    """Squares between any numbers, gathered by label; hypothesis can shrink them."""
    plain = st.integers(-8, 8).map(float) | st.floats(-80, 80).map(lambda x: x if x else 0.0)
    size = st.integers(2, 5)
    columns, rows = (
        np.sort(draw(st.lists(plain, min_size=n, max_size=n, unique=True)))
        for n in (draw(size), draw(size))
    )
    x, y = np.meshgrid(np.arange(len(columns) - 1), np.arange(len(rows) - 1))
    x, y = x.ravel(), y.ravel()
    squares = shapely.box(columns[x], rows[y], columns[x + 1], rows[y + 1])
    labels = np.array(draw(st.lists(st.integers(0, 3), min_size=len(x), max_size=len(x))))
    shapes = [shapely.union_all(squares[labels == label]) for label in np.unique(labels)]
    usable = [shape for shape in shapes if shape.is_valid and not shape.is_empty]
    return Coverage(usable, [f"{9 - number}" for number in range(len(usable))])


@settings(max_examples=50)
@given(lattices())
def test_squares_of_any_size_are_answered_as_geos_does(coverage: Coverage) -> None:
    vertices = np.unique(shapely.get_coordinates(coverage.shapes), axis=0)
    x, y = np.meshgrid(vertices[:, 0], vertices[:, 1])
    crossings = np.unique(np.column_stack([x.ravel(), y.ravel()]), axis=0)
    assert_exact(coverage, beside(np.vstack([crossings, crossings[1:] / 2 + crossings[:-1] / 2])))


@settings(max_examples=30)
@given(recipes(moves=PLAIN_MOVES, largest=2), seeds)
def test_it_answers_as_exact_arithmetic_does(recipe: Recipe, seed: int) -> None:
    coverage = made(recipe)
    points = _ordinary_points(coverage, seed, 4)[:80]
    points = points[~contested(coverage, points)]
    index = CoverageIndex(coverage.shapes, coverage.codes)
    found, expected = index.locate(*points.T, border=True), by_fractions(coverage, points)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@settings(max_examples=30)
@given(recipes(), seeds)
def test_covers_and_relate_of_geos_say_the_same(recipe: Recipe, seed: int) -> None:
    coverage = made(recipe)
    points = telling_points(coverage.shapes, np.random.default_rng(seed), 10)
    for one, other in zip(by_covers(coverage, points), by_relate(coverage, points), strict=True):
        np.testing.assert_array_equal(one, other)


def test_every_maker_makes_polygons_and_points_on_both_sides_of_borders() -> None:
    for maker in MAKERS:
        coverage = made(Recipe(maker, 2, 5))
        assert len(coverage.shapes) > 1, maker
        points = telling_points(coverage.shapes, np.random.default_rng(0))
        owner, border = by_covers(coverage, points)
        assert border.any(), maker
        assert not border[owner < 0].any(), maker
        assert len(np.unique(owner)) > 2, maker


@pytest.mark.parametrize("size", [200, pytest.param(1700, marks=pytest.mark.drill)])
def test_one_polygon_of_very_many_vertices(size: int) -> None:
    coverage = made(Recipe("round_lake", size))
    lake = Coverage(coverage.shapes[:1], coverage.codes[:1])
    assert len(shapely.get_coordinates(lake.shapes)) > 60 * size
    points = telling_points(coverage.shapes, np.random.default_rng(3), 20)
    assert_exact(coverage, points)
    assert_exact(lake, points)


def test_thousands_of_polygons() -> None:
    shapes = list(cells(67, 1, 2))
    assert len(shapes) > 4096
    rng = np.random.default_rng(2)
    coverage = Coverage(shapes, codes_for(rng, len(shapes)))
    points = telling_points(shapes, rng, 2000)
    points = points[np.isfinite(points).all(axis=1)]
    found = CoverageIndex(shapes, coverage.codes).locate(*points.T, border=True)
    for one, other in zip(found, by_tree(coverage, points), strict=True):
        np.testing.assert_array_equal(one, other)


@settings(max_examples=20)
@given(recipes(moves=PLAIN_MOVES), seeds)
def test_the_order_of_the_polygons_makes_no_difference(recipe: Recipe, seed: int) -> None:
    coverage = made(recipe)
    points = _ordinary_points(coverage, seed, 15)
    order = np.random.default_rng(seed).permutation(len(coverage.codes))
    codes = [coverage.codes[i] for i in order]
    other = CoverageIndex([coverage.shapes[i] for i in order], codes)
    answers = [
        _named(index, points) for index in (CoverageIndex(coverage.shapes, coverage.codes), other)
    ]
    assert answers[0] == answers[1]


def _named(index: CoverageIndex, points: NDArray[np.float64]) -> tuple[list[str], list[bool]]:
    owner, border = index.locate(*points.T, border=True)
    return [(*index.codes, "")[i] for i in owner], border.tolist()


def _ordinary_points(coverage: Coverage, seed: int, each: int) -> NDArray[np.float64]:
    """Telling points in no order; none where GEOS has more than one answer."""
    rng = np.random.default_rng(seed)
    points = telling_points(coverage.shapes, rng, each)
    if not ordinary(shapely.get_coordinates(coverage.shapes)).all():
        return points[:0]
    return points[rng.permutation(np.flatnonzero(ordinary(points).all(axis=1)))]

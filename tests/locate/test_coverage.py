"""`CoverageIndex` against GEOS, polygon by polygon."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.errors import CoverageError
from gisgrid.locate import CoverageIndex


def by_brute_force(shapes: list[shapely.Geometry], codes: list[str], points: np.ndarray):
    """Owner and border of each point, by asking GEOS about every polygon."""
    owners, borders = [], []
    for point in shapely.points(points):
        covering = [i for i, shape in enumerate(shapes) if shapely.covers(shape, point)]
        owner = min(covering, key=lambda i: codes[i], default=-1)
        owners.append(owner)
        alone = len(covering) == 1 and shapely.contains(shapes[owner], point)
        borders.append(bool(covering) and not alone)
    return np.array(owners), np.array(borders)


@st.composite
def coverages(draw: st.DrawFn) -> tuple[list[shapely.Geometry], list[str]]:
    """Voronoi cells with codes in no order, one of them with a hole that another one fills."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    frame = shapely.box(0, 0, 1, 1)
    sites = shapely.multipoints(rng.uniform(0, 1, (draw(st.integers(4, 20)), 2)).round(3))
    cells = [
        shapely.intersection(cell, frame)
        for cell in shapely.get_parts(shapely.voronoi_polygons(sites, extend_to=frame))
    ]
    big = max(range(len(cells)), key=lambda i: cells[i].area)
    hole = shapely.buffer(shapely.point_on_surface(cells[big]), 0.01, quad_segs=2)
    if shapely.contains_properly(cells[big], hole):
        cells[big] = shapely.difference(cells[big], hole)
        cells.append(hole)
    codes = [f"{number:03d}" for number in rng.permutation(len(cells))]
    return cells, codes


def telling_points(shapes: list[shapely.Geometry], rng: np.random.Generator) -> np.ndarray:
    """Vertices, midpoints of edges, points a float away from them, and points anywhere."""
    vertices = shapely.get_coordinates(shapes)
    middles = (vertices[:-1] + vertices[1:]) / 2
    exact = np.vstack([vertices, middles])
    away = np.nextafter(exact, rng.uniform(-1, 2, exact.shape))
    return np.vstack([exact, away, rng.uniform(-0.1, 1.1, (200, 2))])


@settings(max_examples=40, deadline=None)
@given(coverages())
def test_it_answers_as_geos_does(coverage: tuple[list[shapely.Geometry], list[str]]) -> None:
    shapes, codes = coverage
    points = telling_points(shapes, np.random.default_rng(1))
    owner, border = CoverageIndex(shapes, codes).locate(*points.T, border=True)
    expected_owner, expected_border = by_brute_force(shapes, codes, points)
    np.testing.assert_array_equal(owner, expected_owner)
    np.testing.assert_array_equal(border, expected_border)


@settings(max_examples=20, deadline=None)
@given(coverages(), st.randoms(use_true_random=False))
def test_the_order_of_the_polygons_makes_no_difference(coverage, random) -> None:
    shapes, codes = coverage
    points = telling_points(shapes, np.random.default_rng(2))
    order = list(range(len(shapes)))
    random.shuffle(order)
    shuffled = CoverageIndex([shapes[i] for i in order], [codes[i] for i in order])
    one, other = CoverageIndex(shapes, codes), shuffled
    names = [np.array([*index.codes, ""])[index.locate(*points.T)] for index in (one, other)]
    np.testing.assert_array_equal(*names)


def test_overlapping_polygons_are_answered_by_the_lowest_code() -> None:
    index = CoverageIndex([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)], ["b", "a"])
    owner, border = index.locate([0.5, 1.5, 2.5], [0.5, 1.5, 2.5], border=True)
    assert [index.codes[i] for i in owner] == ["b", "a", "a"]
    assert border.tolist() == [False, True, False]


def test_codes_are_compared_by_code_point() -> None:
    index = CoverageIndex([shapely.box(0, 0, 1, 1)] * 3, ["é", "Z", "a"])
    assert index.codes[index.locate([0.5], [0.5])[0]] == "Z"


def test_nan_and_infinity_own_nothing() -> None:
    index = CoverageIndex([shapely.box(0, 0, 1, 1)], ["a"])
    assert index.locate([np.nan, 0.5, np.inf, 0.5], [0.5, np.nan, 0.5, 0.5]).tolist() == [
        -1,
        -1,
        -1,
        0,
    ]


def test_an_index_of_nothing_answers_outside() -> None:
    assert CoverageIndex([], []).locate([1.0], [2.0]).tolist() == [-1]


BOWTIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


@pytest.mark.parametrize(
    ("shapes", "codes", "words"),
    [
        (
            [shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])],
            ["310"],
            ("310", "Self-intersection"),
        ),
        ([shapely.Point(0, 0)], ["310"], ("310", "not a polygon")),
        ([shapely.Polygon()], ["310"], ("310", "empty")),
        ([None], ["310"], ("310", "not a polygon")),
        ([shapely.box(-179, 0, 179, 1)], ["310"], ("310", "180")),
        ([shapely.box(0, 0, 1, 1)] * 2, ["310", "310"], ("310", "two")),
        ([shapely.box(0, 0, 1, 1)], [], ("1 polygons", "0 codes")),
    ],
)
def test_what_cannot_be_indexed_is_named(shapes, codes, words) -> None:
    with pytest.raises(CoverageError) as caught:
        CoverageIndex(shapes, codes)
    for word in words:
        assert word in str(caught.value)

"""What `CoverageIndex` is called with, and what it refuses."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gisgrid.errors import CoverageError
from gisgrid.locate import CoverageIndex, path_key
from tests.locate.coverages import Recipe, made, recipes
from tests.locate.oracle import differences
from tests.locate.points import telling_points

BOX = shapely.box(0, 0, 1, 1)
BOWTIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def triangle(height: float) -> shapely.Polygon:
    """A triangle whose height need not be a number."""
    with np.errstate(invalid="ignore"):
        return shapely.Polygon([(0, 0), (1, 0), (1, height)])


def some_index(recipe: Recipe) -> tuple[CoverageIndex, NDArray[np.float64]]:
    """An index, and points of every kind for it."""
    coverage = made(recipe)
    points = telling_points(coverage.shapes, np.random.default_rng(1), 20)
    return CoverageIndex(coverage.shapes, coverage.codes), points


def test_overlapping_polygons_are_answered_by_the_lowest_code() -> None:
    index = CoverageIndex([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)], ["b", "a"])
    owner, border = index.locate([0.5, 1.5, 2.5], [0.5, 1.5, 2.5], border=True)
    assert [index.codes[i] for i in owner] == ["b", "a", "a"]
    assert border.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("codes", "lowest"),
    [
        (["é", "Z", "a"], "Z"),
        (["\U0001f600", "\ufffd", "\uffff"], "\ufffd"),  # UTF-16 would put the first one first
        (["a", "a b", "a\u00a0"], "a"),
        ([path_key(("A", "B")), path_key(("A B",)), path_key(("A1",))], path_key(("A", "B"))),
        (["10", "9", "010"], "010"),
    ],
)
def test_codes_are_compared_by_code_point(codes: list[str], lowest: str) -> None:
    for turned in (codes, codes[::-1]):
        index = CoverageIndex([BOX, BOX, BOX], turned)
        assert index.codes[index.locate([0.5], [0.5])[0]] == lowest
        assert index.codes[index.locate([0.0], [0.5])[0]] == lowest


def test_nan_and_infinity_own_nothing() -> None:
    index = CoverageIndex([shapely.box(-90, -90, 90, 90)], ["a"])
    x = [np.nan, 0.5, np.inf, -np.inf, 0.5, np.nan, 1e308, -1e308, 0.5]
    y = [0.5, np.nan, 0.5, 0.5, np.inf, np.nan, 0.5, 1e308, 0.5]
    owner, border = index.locate(x, y, border=True)
    assert owner.tolist() == [-1] * 8 + [0]
    assert not border.any()
    assert [index.locate(*point, border=True) for point in zip(x, y, strict=True)] == [
        *[(-1, False)] * 8,
        (0, False),
    ]


def test_an_index_of_nothing_answers_outside() -> None:
    index = CoverageIndex([], [])
    assert index.locate([1.0], [2.0]).tolist() == [-1]
    assert index.locate(1.0, 2.0, border=True) == (-1, False)
    assert (len(index), index.codes) == (0, ())


def test_the_answer_has_the_promised_types() -> None:
    index = CoverageIndex([BOX], ["a"])
    owner, border = index.locate(np.array([0.5, 7]), np.array([0.5, 7]), border=True)
    assert (owner.dtype, border.dtype) == (np.int32, np.bool_)
    assert index.locate(np.empty(0), np.empty(0)).shape == (0,)
    one, edge = index.locate(0.0, 0.5, border=True)
    assert (type(one), type(edge), one, edge) == (int, bool, 0, True)
    assert type(index.locate(0.5, 0.5)) is int
    assert type(index.locate(np.float64(0.5), np.float64(0.5))) is int


@settings(max_examples=15)
@given(recipes(largest=2))
def test_one_point_is_answered_as_in_an_array(recipe: Recipe) -> None:
    index, points = some_index(recipe)
    owner, border = index.locate(*points.T, border=True)
    alone = [index.locate(x, y, border=True) for x, y in points.tolist()]
    assert alone == list(zip(owner.tolist(), border.tolist(), strict=True))
    assert [index.locate(x, y) for x, y in points.tolist()] == owner.tolist()


@settings(max_examples=15)
@given(recipes(largest=3), st.randoms(use_true_random=False))
def test_an_answer_does_not_depend_on_the_other_points(recipe: Recipe, random: Any) -> None:
    index, points = some_index(recipe)
    owner, border = index.locate(*points.T, border=True)
    np.testing.assert_array_equal(index.locate(*points.T), owner)
    cut = random.randrange(len(points))
    parts = [index.locate(*part.T, border=True) for part in (points[:cut], points[cut:])]
    np.testing.assert_array_equal(np.concatenate([part[0] for part in parts]), owner)
    np.testing.assert_array_equal(np.concatenate([part[1] for part in parts]), border)
    many = np.resize(np.arange(len(points)), 9000)
    np.testing.assert_array_equal(index.locate(*points[many].T), owner[many])
    order = np.random.default_rng(cut).permutation(len(points))
    shuffled = index.locate(*points[order].T, border=True)
    np.testing.assert_array_equal(shuffled[0], owner[order])
    np.testing.assert_array_equal(shuffled[1], border[order])


def test_heights_are_no_part_of_the_plane() -> None:
    coverage = made(Recipe("mosaic", 2))
    points = telling_points(coverage.shapes, np.random.default_rng(1), 20)
    high = CoverageIndex(shapely.force_3d(coverage.shapes, 7.0), coverage.codes)
    assert not differences(coverage, points, high.locate(*points.T, border=True))


@pytest.mark.parametrize("move", ["city", "turned"])
def test_any_layout_of_numbers_is_read(move: str) -> None:
    index, points = some_index(Recipe("mosaic", 3, 1, move))
    x, y = np.ascontiguousarray(points.T)
    expected = index.locate(x, y)
    wide = np.zeros((len(x), 3))
    wide[:, 1] = x
    frozen = x.copy()
    frozen.flags.writeable = False
    swapped = x.astype(x.dtype.newbyteorder())
    for same in (wide[:, 1], frozen, x[::-1].copy()[::-1], swapped, x.tolist(), list(x)):
        np.testing.assert_array_equal(index.locate(same, y), expected)
        np.testing.assert_array_equal(index.locate(x, y), expected)
    with np.errstate(over="ignore"):
        rounded = x.astype(np.float32), y.astype(np.float32)
    doubles = [part.astype(np.float64) for part in rounded]
    np.testing.assert_array_equal(index.locate(*rounded), index.locate(*doubles))
    whole = np.arange(-2, 3)
    np.testing.assert_array_equal(
        index.locate(whole, whole), index.locate(whole.astype(float), whole.astype(float))
    )


@pytest.mark.parametrize(
    ("lon", "lat"), [([0.5, 0.5], [0.5]), ([[0.5]], [[0.5]]), (["a"], [0.5]), ([0.5], [])]
)
def test_arrays_that_do_not_match_are_refused(lon: Any, lat: Any) -> None:
    with pytest.raises((ValueError, CoverageError)):
        CoverageIndex([BOX], ["a"]).locate(lon, lat)


def test_the_points_and_polygons_are_left_as_they_were() -> None:
    coverage = made(Recipe("mosaic", 3))
    before = shapely.to_wkb(coverage.shapes).tolist()
    index = CoverageIndex(coverage.shapes, coverage.codes)
    points = telling_points(coverage.shapes, np.random.default_rng(1), 20)
    x, y = points.T.copy()
    index.locate(x, y, border=True)
    np.testing.assert_array_equal(np.column_stack([x, y]), points)
    assert shapely.to_wkb(coverage.shapes).tolist() == before


def test_eight_threads_share_one_index() -> None:
    coverage = made(Recipe("wandering", 12))
    index = CoverageIndex(coverage.shapes, coverage.codes)
    points = np.vstack(
        [telling_points(coverage.shapes, np.random.default_rng(n), 400) for n in range(8)]
    )
    shares = np.array_split(points, 8)
    expected = [index.locate(*share.T, border=True) for share in shares]
    wrong: list[int] = []
    start = threading.Barrier(8)

    def ask(number: int) -> None:
        start.wait()
        for turn in range(8):
            share = (number + turn) % 8
            owner, border = index.locate(*shares[share].T, border=True)
            x, y = shares[share][turn].tolist()
            alone = index.locate(x, y, border=True)
            same = (owner == expected[share][0]).all() and (border == expected[share][1]).all()
            if not same or alone != (owner[turn], border[turn]):
                wrong.append(share)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize(
    ("shapes", "codes", "words"),
    [
        ([BOWTIE], ["310"], ("310", "Self-intersection", "1 1")),
        ([BOX, BOWTIE], ["309", path_key(("A", "310"))], ("'310'", "Self-intersection")),
        ([triangle(np.nan)], ["310"], ("310", "invalid")),
        ([triangle(np.inf)], ["310"], ("310", "invalid")),
        ([shapely.Point(0, 0)], ["310"], ("310", "not a polygon")),
        ([shapely.GeometryCollection([BOX])], ["310"], ("310", "not a polygon")),
        ([shapely.Polygon()], ["310"], ("310", "empty")),
        ([shapely.MultiPolygon()], ["310"], ("310", "empty")),
        ([BOX, None], ["309", "310"], ("310", "not a polygon")),
        ([shapely.box(-179, 0, 179, 1)], ["310"], ("310", "180")),
        ([BOX, BOX], ["310", "310"], ("310", "two")),
        ([BOX], [], ("1 polygons", "0 codes")),
    ],
)
def test_what_cannot_be_indexed_is_named(
    shapes: list[Any], codes: list[str], words: tuple[str, ...]
) -> None:
    with pytest.raises(CoverageError) as caught:
        CoverageIndex(shapes, codes)
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_geos_cannot_judge_is_refused() -> None:
    ring = np.array([(0, 0), (3, 0), (3, 3), (0, 3)]) * 1e-320
    hole = np.array([(1, 1), (2, 1), (2, 2), (1, 2)]) * 1e-320
    with pytest.raises(CoverageError, match="310"):
        CoverageIndex([shapely.Polygon(ring, [hole])], ["310"])


def test_grids_on_both_sides_of_the_180th_meridian() -> None:
    split = shapely.MultiPolygon([shapely.box(-180, -1, -179, 1), shapely.box(179, -1, 180, 1)])
    index = CoverageIndex([split, shapely.box(-179, -1, 0, 1)], ["b", "a"])
    owner, border = index.locate([180, -180, 179.5, -179, 0, 178], [0] * 6, border=True)
    assert owner.tolist() == [0, 0, 0, 1, 1, -1]
    assert border.tolist() == [True, True, False, True, True, False]

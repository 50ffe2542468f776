"""The data of the benches: true coverages with winding borders, and points in clusters."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.bench.crowd import clustered_points, in_order
from gisgrid.bench.honeycomb import make_coverage

GRIDS, SEEDS = st.integers(1, 60), st.integers(0, 2**31)


def vertices(polygon: shapely.Polygon) -> set[tuple[float, float]]:
    return {(float(x), float(y)) for x, y in shapely.get_coordinates(polygon)}


@settings(max_examples=25)
@given(GRIDS, SEEDS)
def test_it_is_a_true_coverage(grids: int, seed: int) -> None:
    coverage = make_coverage(grids, seed)
    assert len(coverage) == len(coverage.polygons) == grids
    assert shapely.is_valid(coverage.polygons).all()
    assert shapely.coverage_is_valid(coverage.polygons)
    whole = shapely.union_all(coverage.polygons)
    # No two overlap, nothing lies between them.
    assert whole.area == pytest.approx(shapely.area(coverage.polygons).sum(), rel=1e-9)
    assert shapely.get_num_interior_rings(whole) == 0


@settings(max_examples=10)
@given(st.integers(9, 60), SEEDS)
def test_shared_borders_have_20_to_40_vertices(grids: int, seed: int) -> None:
    polygons = make_coverage(grids, seed).polygons
    tree = shapely.STRtree(polygons)
    shared = [
        len(vertices(polygons[one]) & vertices(polygons[other]))
        for one, other in tree.query(polygons, predicate="touches").T
        if one < other
    ]
    assert len(shared) >= grids
    assert min(shared) >= 20
    assert max(shared) <= 40
    assert len(set(shared)) > 3


def test_a_cell_in_the_middle_has_six_neighbours() -> None:
    polygons = make_coverage(25, 1).polygons
    neighbours = shapely.STRtree(polygons).query(polygons[12], predicate="touches")
    assert len(neighbours) == 6


def test_codes_ascend_with_the_position() -> None:
    codes = make_coverage(1100, 1).codes
    assert list(codes) == sorted(set(codes))


def test_the_seed_alone_makes_the_data() -> None:
    once, again, other = (make_coverage(30, seed) for seed in (3, 3, 4))
    assert shapely.equals_identical(once.polygons, again.polygons).all()
    assert not shapely.equals_identical(once.polygons, other.polygons).any()
    some, same, others = (clustered_points((0, 0, 1, 1), 100, seed) for seed in (3, 3, 4))
    assert np.array_equal(some, same)
    assert not np.array_equal(some, others)


def test_points_are_clustered_and_a_few_lie_outside() -> None:
    lon, lat = clustered_points((100.0, 30.0, 104.0, 32.0), 100_000, 7)
    # One in a hundred stands off to the side; clusters spill over the edge besides.
    aside = np.isclose(lon, 99.8) | np.isclose(lon, 104.2)
    assert aside.mean() == pytest.approx(0.01, rel=0.2)
    counts, _, _ = np.histogram2d(lon, lat, bins=50, range=[[100, 104], [30, 32]])
    densest = np.sort(counts.ravel())[::-1]
    # Scattered evenly, a tenth of the cells would hold about a tenth of the points.
    assert densest[:250].sum() > 0.5 * len(lon)
    assert (counts > 0).mean() > 0.9


def test_points_in_order_are_the_same_points() -> None:
    lon, lat = clustered_points((100.0, 30.0, 104.0, 32.0), 5_000, 7)
    x, y = in_order(lon, lat)
    assert sorted(zip(x, y, strict=True)) == sorted(zip(lon, lat, strict=True))
    steps = [np.hypot(np.diff(a), np.diff(b)).sum() for a, b in ((x, y), (lon, lat))]
    assert steps[0] < steps[1] / 10

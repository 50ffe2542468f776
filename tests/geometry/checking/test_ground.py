"""Ground with two owners or none: as GEOS finds it by cutting every pair and uniting all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.bench.check import shifted
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.geometry.checking.ground import ground_faults
from gisgrid.geometry.edges import unmatched
from tests.geometry.coverages import cells, gathered, some_labels
from tests.towns import square


def array(*shapes: Any) -> Any:
    return np.array([*shapes, None], dtype=object)[:-1]


def by_pairs(polygons: Any) -> dict[tuple[int, int], float]:
    return {
        (i, j): area
        for i in range(len(polygons))
        for j in range(i + 1, len(polygons))
        if (area := shapely.area(shapely.intersection(polygons[i], polygons[j]))) > 1e-13
    }


def enclosed(polygons: Any) -> float:
    """The area that the whole encloses, also where it only touches itself, and does not cover."""
    whole = shapely.union_all(polygons)
    faces = shapely.polygonize(shapely.get_parts(shapely.union_all(shapely.boundary(whole))))
    return float(
        shapely.area(shapely.difference(shapely.union_all(shapely.get_parts(faces)), whole))
    )


def assert_as_geos(polygons: Any) -> None:
    found = ground_faults(polygons)
    ours = {
        (i, j): area
        for (i, j), area in zip(found.pairs.tolist(), shapely.area(found.shared), strict=True)
        if area > 1e-13
    }
    assert ours == pytest.approx(by_pairs(polygons), abs=1e-13)
    assert shapely.area(found.gaps).sum() == pytest.approx(enclosed(polygons), abs=1e-12)


def test_a_coverage_has_none_and_only_its_rim_is_looked_at() -> None:
    polygons = cells(5, 3)
    found = ground_faults(polygons)
    assert (len(found.pairs), len(found.gaps)) == (0, 0)
    inner = [i for i in range(25) if i // 5 in (1, 2, 3) and i % 5 in (1, 2, 3)]
    assert np.flatnonzero(~unmatched(polygons)).tolist() == inner


def test_one_polygon_over_many_that_match_one_another() -> None:
    polygons = array(*cells(7, 1), None)
    polygons[-1] = shapely.coverage_union_all(polygons[:-1])
    assert ground_faults(polygons).pairs.tolist() == [[k, 49] for k in range(49)]
    assert_as_geos(polygons)


def test_the_same_polygon_thrice() -> None:
    assert ground_faults(array(*[square(0, 0)] * 3)).pairs.tolist() == [[0, 1], [0, 2], [1, 2]]


def test_missing_polygons_keep_their_places() -> None:
    found = ground_faults(array(None, square(0, 0), None, square(0.5, 0)))
    assert found.pairs.tolist() == [[1, 3]]
    assert ground_faults(array(None)).pairs.shape == (0, 2)


def test_an_enclave_is_no_fault_and_its_absence_is_a_gap() -> None:
    ring = square(0, 0, 3, 3).difference(square(1, 1))
    assert len(ground_faults(array(ring, square(1, 1))).gaps) == 0
    (gap,) = ground_faults(array(ring)).gaps
    assert gap.equals(square(1, 1))


@settings(max_examples=30)
@given(st.integers(2, 5), st.integers(0, 1000), st.integers(2, 6))
def test_random_shifts_as_geos(side: int, seed: int, kinds: int) -> None:
    polygons = cells(side, seed, steps=3)
    if seed % 2:
        polygons = gathered(polygons, some_labels(len(polygons), kinds, seed))
    rng = np.random.default_rng(seed)
    for k in rng.integers(0, len(polygons), 2):
        away = rng.uniform(-1e-4, 1e-4, 2)
        polygons[k] = shapely.transform(polygons[k], lambda xy, away=away: xy + away)
    assert_as_geos(polygons)


def test_a_honeycomb_of_shifted_cells_as_geos() -> None:
    assert_as_geos(shifted(make_coverage(40, 1), 1).polygons)

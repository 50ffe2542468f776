"""The parent that holds the largest share of a child."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.bench.honeycomb import make_coverage
from gisgrid.files import open_source
from gisgrid.geometry.crs import GeometryArray
from gisgrid.geometry.metric import areas_m2
from gisgrid.geometry.nesting import parents_by_area
from gisgrid.geometry.validity import repair

WEST, EAST = shapely.box(121.0, 31.0, 121.1, 31.1), shapely.box(121.1, 31.0, 121.2, 31.1)


def test_children_that_nest() -> None:
    children = [shapely.box(121.1, 31, 121.2, 31.05), shapely.box(121, 31, 121.05, 31.1)]
    parent, share, outside = parents_by_area(children, [WEST, EAST], ["a", "b"])
    assert parent.tolist() == [1, 0]
    assert share.tolist() == [1.0, 1.0]
    assert outside.tolist() == [0.0, 0.0]


def test_the_largest_share_wins() -> None:
    child = shapely.box(121.02, 31.02, 121.12, 31.04)
    parent, share, outside = parents_by_area([child], [EAST, WEST], ["a", "b"])
    assert parent.tolist() == [1]
    assert share[0] == pytest.approx(0.8)
    assert outside[0] == pytest.approx(areas_m2([child])[0] * 0.2, rel=1e-6)


@pytest.mark.parametrize(
    ("codes", "winner"), [(["a", "b"], 0), (["b", "a"], 1), (["a", "B"], 1), (["二", "三"], 1)]
)
def test_equal_shares_go_to_the_lowest_code_point(codes: list[str], winner: int) -> None:
    child = shapely.box(121.05, 31.02, 121.15, 31.04)
    assert parents_by_area([child], [WEST, EAST], codes)[0].tolist() == [winner]


def test_the_lowest_code_wins_only_ties() -> None:
    child = shapely.box(121.05, 31.02, 121.1500001, 31.04)
    assert parents_by_area([child], [WEST, EAST], ["a", "b"])[0].tolist() == [1]


def test_of_parents_that_overlap_the_one_that_covers_comes_first_then_the_lowest_code() -> None:
    child = shapely.box(121.02, 31.02, 121.08, 31.04)
    almost = shapely.box(121.02 + 1e-12, 31.0, 121.2, 31.1)
    wide = shapely.box(120.9, 30.9, 121.3, 31.2)
    parent, share, outside = parents_by_area([child], [almost, wide, WEST], ["a", "c", "b"])
    assert (parent.tolist(), share.tolist(), outside.tolist()) == ([2], [1.0], [0.0])
    assert parents_by_area([child], [almost, EAST], ["b", "a"])[0].tolist() == [0]


def test_winding_children_are_found_in_the_union_that_holds_them() -> None:
    coverage = make_coverage(60, 1)
    units = [shapely.coverage_union_all(part) for part in np.split(coverage.polygons, 6)]
    codes = [f"U{k}" for k in range(6)]
    parent, share, outside = parents_by_area(coverage.polygons, units, codes)
    assert parent.tolist() == np.repeat(np.arange(6), 10).tolist()
    assert set(share) == {1.0}
    assert not outside.any()
    # A metre to the east they spill, by what GEOS cuts off.
    moved = shapely.transform(coverage.polygons, lambda xy: np.add(xy, [1e-5, 0.0]))
    parent, share, outside = parents_by_area(moved, units, codes)
    cut = shapely.difference(moved, np.array(units)[parent])
    np.testing.assert_allclose(outside, areas_m2(cut), rtol=1e-9)
    np.testing.assert_allclose(share, 1 - outside / areas_m2(moved), atol=1e-9)


def test_outside_everything() -> None:
    away = shapely.box(122, 31, 122.1, 31.1)
    beside = shapely.box(121.2, 31.0, 121.3, 31.1)
    parent, share, outside = parents_by_area([away, beside], [WEST, EAST], ["a", "b"])
    assert parent.tolist() == [-1, -1]
    assert share.tolist() == [0.0, 0.0]
    np.testing.assert_allclose(outside, areas_m2([away, beside]))


def test_no_parents_and_no_children() -> None:
    none: GeometryArray = np.array([], dtype=object)
    assert parents_by_area([WEST], none, [])[0].tolist() == [-1]
    assert parents_by_area(none, [WEST], ["a"])[0].tolist() == []


@given(st.floats(121.05, 121.1), st.floats(0.001, 0.09), st.floats(31.0, 31.05))
def test_share_and_outside_agree(west: float, width: float, south: float) -> None:
    child = shapely.box(west, south, west + width, south + 0.03)
    parent, share, outside = parents_by_area([child], [WEST, EAST], ["a", "b"])
    inside = [child.intersection(shape).area / child.area for shape in (WEST, EAST)]
    assert inside[parent[0]] == pytest.approx(max(inside), abs=1e-8)
    assert share[0] == pytest.approx(max(inside), abs=1e-6)
    whole = areas_m2([child])[0]
    assert outside[0] == pytest.approx((1 - share[0]) * whole, abs=1e-6 * whole)


def level(real_data: Path, file: str, layer: str) -> tuple[GeometryArray, list[str]]:
    with open_source(real_data / file, layer=layer) as source:
        (batch,) = source.batches()
    assert batch.geometry is not None
    return repair(batch.geometry)[0], batch.frame.iloc[:, 0].astype(str).tolist()


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "child", "parent", "spilling", "most"),
    [
        ("aberdeen/aberdeen_units.gpkg", "oa2011", "dz2001", 805, 1e7),
        ("aberdeen/aberdeen_units.gpkg", "dz2001", "iz2001", 0, 3.0),
        ("cleveland/cleveland_units.gpkg", "oa11", "lsoa11", 0, 2.13),
        ("cleveland/cleveland_units.gpkg", "lsoa11", "msoa11", 0, 0.05),
        ("cleveland/cleveland_units.gpkg", "msoa11", "lad_dissolved_from_oa", 0, 21.0),
    ],
)
def test_real_levels(
    real_data: Path, file: str, child: str, parent: str, spilling: int, most: float
) -> None:
    children, _ = level(real_data, file, child)
    parents, codes = level(real_data, file, parent)
    found, _, outside = parents_by_area(children, parents, codes)
    assert (found >= 0).all()
    assert int((outside > 100.0).sum()) == spilling
    assert outside.max() <= most


@pytest.mark.real
def test_cleveland_parents_are_those_the_file_names(real_data: Path) -> None:
    file = real_data / "cleveland/cleveland_units.gpkg"
    with open_source(file, layer="oa11") as source:
        (batch,) = source.batches(["OA11CD", "LSOA11CD"])
    assert batch.geometry is not None
    parents, codes = level(real_data, "cleveland/cleveland_units.gpkg", "lsoa11")
    found, _, _ = parents_by_area(repair(batch.geometry)[0], parents, codes)
    assert [codes[k] for k in found] == batch.frame["LSOA11CD"].tolist()

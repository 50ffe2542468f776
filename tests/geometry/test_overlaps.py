"""Overlaps within a level: each pair with its size and place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.files import open_source
from gisgrid.geometry.metric import areas_m2
from gisgrid.geometry.overlaps import overlaps
from gisgrid.geometry.validity import repair


def tiles(n: int) -> list[shapely.Polygon]:
    step = 0.01
    return [
        shapely.box(121 + i * step, 31 + j * step, 121 + (i + 1) * step, 31 + (j + 1) * step)
        for i in range(n)
        for j in range(n)
    ]


def test_a_coverage_has_none() -> None:
    assert overlaps(tiles(5), 0.0) == []


def test_a_moved_tile_overlaps_its_neighbours() -> None:
    shapes = tiles(3)
    shapes[4] = shapely.transform(shapes[4], lambda p: p + np.array([0.001, 0.0]))
    found = overlaps(shapes)
    assert [(o.i, o.j) for o in found] == [(4, 7)]
    shared = shapes[4].intersection(shapes[7])
    assert found[0].area_m2 == pytest.approx(areas_m2([shared])[0])
    assert shapely.contains_xy(shared, *found[0].place)


def test_twins_and_one_inside_another() -> None:
    big, small = shapely.box(121, 31, 121.1, 31.1), shapely.box(121.02, 31.02, 121.03, 31.03)
    found = overlaps([big, small, big, None, shapely.box(122, 31, 122.1, 31.1)])
    assert [(o.i, o.j) for o in found] == [(0, 1), (0, 2), (1, 2)]
    sizes = areas_m2([small, big, small])
    assert [o.area_m2 for o in found] == pytest.approx(sizes)


@given(st.floats(1e-6, 5e-3))
def test_the_tolerance_is_the_size(width: float) -> None:
    left = shapely.box(121, 31, 121.01 + width, 31.01)
    right = shapely.box(121.01, 31, 121.02, 31.01)
    (one,) = overlaps([left, right], 0.0)
    assert overlaps([left, right], one.area_m2) == []
    assert len(overlaps([left, right], one.area_m2 * 0.999)) == 1


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "layer"),
    [
        ("aberdeen/aberdeen_units.gpkg", "iz2001"), ("aberdeen/aberdeen_units.gpkg", "dz2001"),
        ("aberdeen/aberdeen_units.gpkg", "oa2011"), ("cleveland/cleveland_units.gpkg", "msoa11"),
        ("cleveland/cleveland_units.gpkg", "lsoa11"), ("cleveland/cleveland_units.gpkg", "oa11"),
    ],
)  # fmt: skip
def test_real_levels_have_none_by_default(real_data: Path, file: str, layer: str) -> None:
    with open_source(real_data / file, layer=layer) as source:
        (batch,) = source.batches()
    assert batch.geometry is not None
    assert overlaps(repair(batch.geometry)[0]) == []
    doubled = np.append(batch.geometry[5:6], repair(batch.geometry)[0])
    assert [(o.i, o.j) for o in overlaps(doubled)] == [(0, 6)]

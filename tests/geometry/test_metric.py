"""Areas and lengths in metres, against geodesics."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from gisgrid.geometry.metric import areas_m2, lengths_m, local_metric

GEOD = pyproj.Geod(ellps="WGS84")


# Smaller shapes are for the test below: geodesics a few millimetres long are no oracle, for summed
# up from the equator they are off by thousandths of a square metre.
@given(
    st.floats(-170, 170), st.floats(-75, 75), st.floats(1e-3, 0.5), st.floats(1e-3, 0.5),
    st.floats(-0.4, 0.4),
)  # fmt: skip
def test_area_against_geodesics(west: float, south: float, w: float, h: float, lean: float) -> None:
    shape = shapely.Polygon(
        [(west, south), (west + w, south + lean * h), (west + w, south + h), (west, south + h)]
    )
    # Made dense, an edge that is straight in degrees and its geodesics are the same.
    dense = shapely.segmentize(shape, max(w, h) / 400)
    expected = abs(GEOD.geometry_area_perimeter(dense)[0])
    assert areas_m2([shape])[0] == pytest.approx(expected, rel=1e-6, abs=1e-3)


@given(
    st.floats(-170, 170), st.floats(-75, 75), st.floats(1e-6, 1e-3), st.floats(1e-6, 1e-3),
    st.floats(-0.4, 0.4),
)  # fmt: skip
@example(0.0, 17.0, 1e-5, 1e-5, 0.34375)
def test_a_small_area_against_a_projection(
    west: float, south: float, w: float, h: float, lean: float
) -> None:
    """An equal-area projection of the shape itself, in which so short an edge is straight."""
    corners = [
        (west, south),
        (west + w, south + lean * h),
        (west + w, south + h),
        (west, south + h),
    ]
    east, north = local_metric(west, south).transform(*np.array(corners).T)
    expected = shapely.Polygon(np.column_stack([east, north])).area
    # Corners are rounded to some 1e-14 degrees, a few nanometres.
    assert areas_m2([shapely.Polygon(corners)])[0] == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_area_of_holes_parts_and_the_rest() -> None:
    box = shapely.box(121.2, 31.3, 121.21, 31.31)
    hole = shapely.box(121.202, 31.302, 121.204, 31.304)
    ring = box.difference(hole)
    full, gone, left = areas_m2([box, hole, ring])
    assert left == pytest.approx(full - gone, rel=1e-12)
    pair = shapely.MultiPolygon([hole, shapely.box(121.3, 31.3, 121.31, 31.31)])
    mixed = shapely.GeometryCollection([hole, shapely.Point(1, 2), pair])
    shapes = [pair, mixed, shapely.Point(1, 2), shapely.Polygon(), None]
    two, three, *nothing = areas_m2(np.array(shapes, dtype=object))
    assert three == pytest.approx(two + gone, rel=1e-12)
    assert nothing == [0.0, 0.0, 0.0]
    assert areas_m2([ring.reverse()])[0] == pytest.approx(left, rel=1e-12)


def test_pieces_add_up() -> None:
    whole = shapely.Polygon([(121.1, 31.2), (121.36, 31.23), (121.3, 31.5), (121.12, 31.41)])
    knife = shapely.box(121.0, 31.0, 121.2345, 32.0)
    parts = areas_m2([whole.intersection(knife), whole.difference(knife)])
    assert parts.sum() == pytest.approx(areas_m2([whole])[0], rel=1e-12)


def test_a_sliver_that_is_not_there() -> None:
    """A corner put on an edge changes no area, however long the edge."""
    plain = shapely.Polygon([(-2.3, 57.0), (-2.0, 57.3), (-2.3, 57.3)])
    with_corner = shapely.Polygon([(-2.3, 57.0), (-2.15, 57.15), (-2.0, 57.3), (-2.3, 57.3)])
    sizes = areas_m2([plain, with_corner])
    assert sizes[0] == pytest.approx(sizes[1], abs=1.0)


def test_lengths_against_geodesics() -> None:
    line = shapely.LineString([(121.10, 31.23), (121.2, 31.3), (121.36, 31.5)])
    expected = GEOD.geometry_length(line)
    got = lengths_m(np.array([line, None, shapely.Point(121.2, 31.3)], dtype=object))
    assert got[0] == pytest.approx(expected, rel=1e-5)
    assert got[1:].tolist() == [0.0, 0.0]
    assert lengths_m(np.array([None], dtype=object)).tolist() == [0.0]


def test_local_metric_is_metres_around_its_centre() -> None:
    metric = local_metric(121.23, 31.37)
    assert metric.transform(121.23, 31.37) == pytest.approx((0, 0), abs=1e-6)
    x, y = metric.transform(121.24, 31.38)
    assert np.hypot(x, y) == pytest.approx(GEOD.inv(121.23, 31.37, 121.24, 31.38)[2], rel=1e-6)
    assert metric.transform(x, y, direction="INVERSE") == pytest.approx((121.24, 31.38), abs=2e-8)

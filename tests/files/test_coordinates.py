"""Points of WKB read as numbers: the same as GEOS reads, or not at all."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.files.arrow import coordinates_of

coordinates = st.floats(allow_nan=False)
points = st.none() | st.builds(shapely.Point, coordinates, coordinates) | st.just(shapely.Point())


@given(st.lists(points, min_size=1), st.integers(0, 3), st.integers(0, 3))
def test_points_are_read_as_geos_reads_them(shapes: list, before: int, after: int) -> None:
    array = pa.array([None if shape is None else shape.wkb for shape in shapes], pa.binary())
    array = array.slice(before, max(len(array) - before - after, 0))
    found = coordinates_of(array)
    there = [s for s in shapes[before : before + len(array)] if s is not None]
    assert (found is None) == (not there)
    if found is not None:
        kept = [None if s is None or s.is_empty else s for s in shapes[before:][: len(array)]]
        expected = np.array([(np.nan, np.nan) if s is None else (s.x, s.y) for s in kept])
        np.testing.assert_array_equal(np.column_stack(found), expected)


@pytest.mark.parametrize(
    "other",
    [
        shapely.to_wkb(shapely.Point(1, 2), byte_order=0),
        shapely.to_wkb(shapely.Point(1, 2, 3)),
        shapely.to_wkb(shapely.Point(1, 2), include_srid=True, flavor="extended")[:20],
        shapely.to_wkb(shapely.LineString([(0, 0), (1, 1)])),
        b"",
    ],
)
def test_anything_else_is_left_to_geos(other: bytes) -> None:
    assert coordinates_of(pa.array([shapely.Point(0, 0).wkb, other], pa.binary())) is None

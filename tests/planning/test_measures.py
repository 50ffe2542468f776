"""Compactness and borders on lines, against shapes whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from gisgrid.geometry.metric import local_metric
from gisgrid.planning import polsby_popper, share_on_lines

places = st.tuples(st.floats(-170, 170), st.floats(-70, 70))
HERE = (121.2, 31.3)


def in_degrees(shape: shapely.Geometry, place: tuple[float, float] = HERE) -> shapely.Geometry:
    """A shape drawn in metres round a place."""
    back = local_metric(*place)
    return shapely.transform(
        shape, lambda xy: np.column_stack(back.transform(*xy.T, direction="INVERSE"))
    )


@given(places, st.floats(20, 3_000), st.floats(0, 360))
def test_a_circle_a_square_and_a_strip(
    place: tuple[float, float], size: float, turn: float
) -> None:

    circle = shapely.Point(0, 0).buffer(size, quad_segs=64)
    square = affinity.rotate(shapely.box(-size, -size, size, size), turn)
    strip = affinity.rotate(shapely.box(-size, -size / 10, size, size / 10), turn)
    found = polsby_popper([in_degrees(shape, place) for shape in (circle, square, strip)])
    np.testing.assert_allclose(found, [1.0, np.pi / 4, np.pi * 0.4 / 4.84], rtol=2e-3)


def test_a_hole_makes_less_compact_and_nothing_has_no_measure() -> None:
    box = shapely.box(-100, -100, 100, 100)
    holed = box.difference(shapely.box(-50, -50, 50, 50))
    whole, ring, nothing = polsby_popper([in_degrees(box), in_degrees(holed), shapely.Polygon()])
    assert ring == pytest.approx(np.pi / 4 * (3 / 4) / 1.5**2, rel=1e-3)
    assert whole == pytest.approx(np.pi / 4, rel=1e-3)
    assert np.isnan(nothing)


@given(st.floats(0, 9.5), st.integers(1, 4))
def test_each_side_along_a_line_counts(off: float, sides: int) -> None:
    low, high = -500.0 - off, 500.0 + off
    ring = [(low, low), (high, low), (high, high), (low, high), (low, low)]
    lines = [shapely.LineString(ring[side : side + 2]) for side in range(sides)]
    square = in_degrees(shapely.box(-500, -500, 500, 500))
    far = in_degrees(shapely.box(3_000, 3_000, 3_500, 3_500))
    found, none = share_on_lines([square, far], [in_degrees(line) for line in lines])
    # At a corner the other side's first metres are near the line too.
    assert sides / 4 - 1e-6 <= found <= sides / 4 + 2 * 15 / 4000
    assert none == 0.0


def test_a_line_that_is_too_far_and_no_lines_at_all() -> None:
    square = in_degrees(shapely.box(-500, -500, 500, 500))
    beside = in_degrees(shapely.LineString([(-500, 512), (500, 512)]))
    assert share_on_lines([square], [beside])[0] == 0.0
    assert share_on_lines([square], [beside], within_m=13.0)[0] > 0.24
    assert share_on_lines([square], [])[0] == 0.0
    assert np.isnan(share_on_lines([shapely.Polygon()], [beside])).all()
    assert len(share_on_lines([], [beside])) == len(polsby_popper([])) == 0

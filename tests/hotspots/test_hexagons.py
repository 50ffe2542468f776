"""Hexagons over a district."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gisgrid.errors import InputError
from gisgrid.geometry.metric import areas_m2, perimeters_m
from gisgrid.hotspots.hexagons import (
    edge_metres,
    hexagon_outlines,
    hexagons_at,
    hexagons_over,
    resolution_of,
)


@pytest.mark.parametrize(
    ("edge", "resolution"), [(1e6, 7), (1_000, 7), (531, 8), (150, 9), (100, 10), (30, 11), (1, 11)]
)
def test_the_nearest_size_is_taken(edge: float, resolution: int) -> None:
    assert resolution_of(edge) == resolution


def test_edges_are_about_as_long_as_they_say() -> None:
    cells = hexagons_over(np.array([shapely.box(121.2, 31.3, 121.22, 31.32)]), 9)
    edges = perimeters_m(hexagon_outlines(cells)) / 6
    assert np.abs(edges / edge_metres(9) - 1).max() < 0.2


def test_a_district_is_covered_and_no_more() -> None:
    district = shapely.box(121.2, 31.3, 121.25, 31.34) - shapely.box(121.21, 31.31, 121.23, 31.33)
    far = shapely.box(121.4, 31.3, 121.401, 31.301)
    cells = hexagons_over(np.array([district, far]), 9)
    shapes = hexagon_outlines(cells)
    whole = shapely.union_all([district, far])
    # Cells of H3 bulge by a hair where they are drawn with straight edges.
    gap = areas_m2(shapely.difference(whole, shapely.union_all(shapes)))[0]
    assert gap < 1e-4 * areas_m2(whole)[0]
    assert shapely.intersects(shapes, whole).all()
    assert cells == sorted(set(cells))


def test_points_lie_in_their_cells() -> None:
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(121.2, 121.25, 200), rng.uniform(31.3, 31.34, 200)
    cells = hexagons_at(lon, lat, 9)
    inside = shapely.contains_xy(hexagon_outlines(cells.tolist()), lon, lat)
    assert inside.mean() > 0.99
    assert set(cells) <= set(hexagons_over(np.array([shapely.box(121.2, 31.3, 121.25, 31.34)]), 9))


def test_what_is_no_length_is_refused() -> None:
    for edge in (0.0, -3.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="no length of an edge"):
            resolution_of(edge)

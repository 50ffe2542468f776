"""Who is whose neighbour."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import pytest
import shapely
from libpysal.graph import Graph
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist

from gisgrid.hotspots import contiguity, hexagon_neighbours, within_distance
from gisgrid.hotspots.hexagons import hexagon_outlines
from gisgrid.hotspots.neighbours import weights_of


def _pairs(found: csr_array) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for a, b in zip(*found.nonzero(), strict=True)}


def test_corners_count_for_queens_only() -> None:
    shapes = np.array([shapely.box(x, y, x + 1, y + 1) for y in range(3) for x in range(3)])
    queen, rook = contiguity(shapes), contiguity(shapes, rook=True)
    assert queen.sum(axis=1).tolist() == [3, 5, 3, 5, 8, 5, 3, 5, 3]
    assert rook.sum(axis=1).tolist() == [2, 3, 2, 3, 4, 3, 2, 3, 2]
    assert (queen.data == 1).all()


def test_borders_need_not_have_the_same_vertices() -> None:
    wide, left, right = shapely.box(0, 0, 2, 1), shapely.box(0, 1, 0.7, 2), shapely.box(3, 0, 4, 1)
    shapes = np.array([wide, left, right, shapely.box(0.7, 1, 2, 2), None])
    expected = {(0, 1), (1, 0), (0, 3), (3, 0), (1, 3), (3, 1)}
    assert _pairs(contiguity(shapes)) == expected
    assert _pairs(contiguity(shapes, rook=True)) == expected


@pytest.mark.real
@pytest.mark.parametrize("layer", ["lsoa11", "msoa11"])
def test_as_libpysal_on_real_borders(real_data: Path, layer: str) -> None:
    """Generalised ones that overlap; its exact contiguity finds no neighbours there."""
    places = gpd.read_file(real_data / "cleveland" / "cleveland_units.gpkg", layer=layer)
    theirs = Graph.build_fuzzy_contiguity(places, predicate="intersects")
    ours = contiguity(places.geometry.to_numpy(dtype=object))
    assert _pairs(ours) == _pairs(csr_array(theirs.sparse))


def test_as_libpysal_on_shared_borders() -> None:
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(31.4, 121.2, 9), 4))
    shapes = hexagon_outlines(cells)
    for rook in (False, True):
        theirs = Graph.build_contiguity(gpd.GeoSeries(shapes), rook=rook)
        assert _pairs(contiguity(shapes, rook=rook)) == _pairs(csr_array(theirs.sparse))


def test_those_within_a_distance() -> None:
    points = np.random.default_rng(0).random((60, 2)) * 100
    found = within_distance(points, 15)
    near = (cdist(points, points) <= 15) & ~np.eye(60, dtype=bool)
    np.testing.assert_array_equal(found.toarray(), near)
    assert within_distance(np.empty((0, 2)), 5).shape == (0, 0)


def test_hexagons_are_neighbours_of_six() -> None:
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(31.4, 121.2, 9), 3))
    found = hexagon_neighbours(cells)
    assert sorted(found.sum(axis=1).tolist()) == sorted([6] * 19 + [4] * 12 + [3] * 6)
    for a, b in _pairs(found):
        assert h3.grid_distance(cells[a], cells[b]) == 1
    assert hexagon_neighbours([]).shape == (0, 0)


def test_graphs_are_taken_over_as_they_are() -> None:
    rng = np.random.default_rng(6)
    places = gpd.GeoSeries.from_xy(
        *rng.random((2, 50)), index=[f"n{n}" for n in rng.permutation(50)]
    )
    for graph in (
        Graph.build_knn(places, k=3),
        Graph.build_distance_band(places, 0.15),
        Graph.build_kernel(places, bandwidth=0.2),
    ):
        np.testing.assert_allclose(weights_of(graph).toarray(), graph.sparse.toarray())

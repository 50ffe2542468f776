"""The raster: borders exactly on its lines, and how few points it leaves to GEOS."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator
from numpy.typing import NDArray

from gisgrid.locate import CoverageIndex
from gisgrid.locate.borders import draw_borders
from gisgrid.locate.exact import ExactOwners
from gisgrid.locate.raster import draw_raster
from tests.locate.coverages import Coverage, Recipe, codes_for, made
from tests.locate.oracle import assert_exact
from tests.locate.points import telling_points


def on_lines(rng: Generator, values: NDArray[np.float64], begin: float, size: float) -> Any:
    """Each value, or the line nearest to it of a raster that is divided some times."""
    depth = 4.0 ** rng.integers(0, 4, len(values))
    lines = begin + np.round((values - begin) / size * depth) * (size / depth)
    return np.where(rng.random(len(values)) < 0.8, lines, values)


def aligned(rng: Generator, side: int) -> list[Any]:
    """A lattice gathered by labels, its corners moved to corners of the cells of its raster."""
    steps = np.arange(side + 1.0)
    x, y = (part.astype(float) for part in np.meshgrid(steps, steps, indexing="ij"))
    labels = rng.integers(0, 3, side * side)
    slanted = rng.random() < 0.5
    grid = draw_raster(draw_borders(np.array(_squares(x, y), dtype=object))).grid
    for part, begin, size in ((x, grid[0], grid[2]), (y, grid[1], grid[3])):
        inner = part[1:-1, 1:-1]
        if slanted:
            moved = on_lines(rng, inner.ravel() + rng.uniform(-0.3, 0.3, inner.size), begin, size)
            part[1:-1, 1:-1] = moved.reshape(inner.shape)
    if not slanted:
        columns = on_lines(rng, steps, grid[0], grid[2])
        rows = on_lines(rng, steps, grid[1], grid[3])
        columns[[0, -1]] = rows[[0, -1]] = 0, side
        x, y = np.meshgrid(columns, rows, indexing="ij")
    squares = np.array(_squares(x, y), dtype=object)
    if rng.random() < 0.5:
        return list(squares)
    return [shapely.union_all(squares[labels == label]) for label in np.unique(labels)]


def _squares(x: NDArray[np.float64], y: NDArray[np.float64]) -> Any:
    nodes = np.stack([x, y], axis=-1)
    corners = (nodes[:-1, :-1], nodes[1:, :-1], nodes[1:, 1:], nodes[:-1, 1:])
    return shapely.polygons(np.stack(corners, axis=-2).reshape(-1, 4, 2))


@settings(max_examples=40)
@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_borders_on_the_lines_of_the_raster_are_answered_as_geos_does(side: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = [shape for shape in aligned(rng, side) if shape.is_valid and not shape.is_empty]
    coverage = Coverage(shapes, codes_for(rng, len(shapes)))
    assert_exact(coverage, telling_points(shapes, rng, 40))


@pytest.mark.parametrize("maker", ["voronoi", "triangles", "wandering", "onion", "mosaic", "globe"])
def test_geos_is_asked_about_hardly_any_point(maker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    answer = ExactOwners.owners

    def counted(self: ExactOwners, x: Any, y: Any) -> Any:
        nonlocal asked
        asked += len(x)
        return answer(self, x, y)

    monkeypatch.setattr(ExactOwners, "owners", counted)
    for seed in range(5):
        coverage = made(Recipe(maker, 3, seed))
        box = np.array(shapely.total_bounds(coverage.shapes)).reshape(2, 2)
        points = np.random.default_rng(seed).uniform(*box, (4000, 2))
        CoverageIndex(coverage.shapes, coverage.codes).locate(*points.T)
    assert asked < 20

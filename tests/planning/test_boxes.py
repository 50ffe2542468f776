"""Boxes round what changed: no point that changed hands lies outside, and they hug it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from gisgrid.planning import changed_boxes
from tests.towns import SIDE, SOUTH, WEST, square

State = dict[int, tuple[str, Any]]


def cells(nodes: np.ndarray) -> State:
    """The quadrilaterals between nodes of a lattice, (columns, rows, 2)."""
    columns, rows = nodes.shape[0] - 1, nodes.shape[1] - 1
    return {
        i * rows + j: (
            f"{i}{j}",
            shapely.Polygon([nodes[i, j], nodes[i + 1, j], nodes[i + 1, j + 1], nodes[i, j + 1]]),
        )
        for i in range(columns)
        for j in range(rows)
    }


def lattice() -> np.ndarray:
    columns, rows = np.meshgrid(np.arange(4.0), np.arange(4.0), indexing="ij")
    return np.stack([WEST + columns * SIDE, SOUTH + rows * SIDE], axis=2)


def owner_and_border(state: State, point: Any) -> tuple[int | None, bool]:
    """Who owns a point, by GEOS alone."""
    covering = [(path, key) for key, (path, shape) in state.items() if shapely.covers(shape, point)]
    if not covering:
        return None, False
    key = min(covering)[1]
    return key, len(covering) > 1 or bool(shapely.touches(state[key][1], point))


def telling_points(rng: np.random.Generator, *states: State) -> np.ndarray:
    """Vertices and midpoints of both states, points a float away from them, points anywhere."""
    rings = [shapely.get_coordinates(shape) for state in states for _, shape in state.values()]
    exact = np.vstack([*rings, *((ring[1:] + ring[:-1]) / 2 for ring in rings)])
    away = np.nextafter(exact, exact + rng.choice([-1.0, 1.0], exact.shape))
    low, high = exact.min(0) - SIDE, exact.max(0) + SIDE
    return np.vstack([exact, away, rng.uniform(low, high, (200, 2))])


def require_covered(before: State, after: State, seed: int) -> None:
    """Every point that changed hands, or came to lie on a border or left it, is in a box."""
    boxes = changed_boxes(before, after)
    for lon, lat in telling_points(np.random.default_rng(seed), before, after):
        point = shapely.Point(lon, lat)
        if owner_and_border(before, point) != owner_and_border(after, point):
            west, south, east, north = boxes.T
            held = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
            assert held.any(), (lon, lat)


moves = st.lists(
    st.tuples(
        *(st.integers(0, 3), st.integers(0, 3)),
        *(st.floats(-0.4, 0.4) | st.sampled_from([1e-13, 1e-9]) for _ in range(2)),
    ),
    min_size=1,
    max_size=5,
)


@given(moves, st.integers(0, 100))
@example([(1, 1, 0.4, 0.4), (2, 1, 0.0, -0.4), (1, 2, 0.4, 0.0)], 0)
def test_no_point_that_changed_hands_lies_outside_the_boxes(moved: Any, seed: int) -> None:
    nodes = lattice()
    before = cells(nodes)
    for i, j, x, y in moved:
        nodes[i, j] += [x * SIDE, y * SIDE]
    require_covered(before, cells(nodes), seed)


@pytest.mark.parametrize("change", ["ends", "begins", "path", "hole", "vertex", "moves away"])
def test_grids_that_change_otherwise_are_covered_too(change: str) -> None:
    before = cells(lattice())
    after = dict(before)
    path, shape = before[4]
    if change in ("ends", "begins"):
        del after[4]
    elif change == "path":
        after[4] = ("0", shape)
    elif change == "hole":
        after[4] = (path, shape - square(1.25, 1.25, 0.5, 0.5))
    elif change == "vertex":
        middle = shapely.segmentize(shape, SIDE * 0.6)
        after[4] = (path, shapely.normalize(middle))
    else:
        after[4] = (path, square(10, 10))
    pair = (after, before) if change == "begins" else (before, after)
    assert len(changed_boxes(*pair)) > 0
    require_covered(*pair, seed=3)


def test_the_same_shape_read_otherwise_changes_nothing() -> None:
    before = cells(lattice())
    turned = {
        key: (path, shapely.multipolygons([shapely.normalize(shape)]))
        for key, (path, shape) in before.items()
    }
    assert changed_boxes(before, turned).shape == (0, 4)
    assert changed_boxes({}, {}).shape == (0, 4)


@pytest.mark.parametrize("upright", [False, True])
def test_boxes_follow_a_long_thin_strip_and_both_sides_share_them(upright: bool) -> None:
    """A winding border across the plane moves a little: its box is many times its strip."""
    along = np.linspace(0, 1, 200)
    here = np.column_stack([along, 0.2 * np.sin(6 * along)])
    here[1:-1] += np.random.default_rng(1).uniform(-0.002, 0.002, (198, 2))
    there = here.copy()
    there[1:-1, 1] += 0.002
    outer = {1: [(1.0, 1.0), (0.0, 1.0)], 2: [(1.0, -1.0), (0.0, -1.0)]}
    states = []
    for line in (here, there):
        rings = {key: np.vstack([line, corners]) for key, corners in outer.items()}
        turned = {key: ring[:, ::-1] if upright else ring for key, ring in rings.items()}
        states.append({key: (str(key), shapely.Polygon(ring)) for key, ring in turned.items()})
    boxes = changed_boxes(*states)
    one_side = changed_boxes({1: states[0][1]}, {1: states[1][1]})
    assert boxes.tolist() == one_side.tolist()
    assert np.prod(boxes[:, 2:] - boxes[:, :2], axis=1).sum() < 0.1
    require_covered(*states, seed=5)

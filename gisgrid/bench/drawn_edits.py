"""Edits as a planner might draw them, at random, on the grids of a district."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from gisgrid.errors import InputError
from gisgrid.planning import edits
from gisgrid.planning.edits import Redrawn, Stack, box_round

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.bench.honeycomb import Coverage

__all__ = ["KINDS", "DrawnEdit", "draw_edit", "neighbours", "nested_stack"]

KINDS: Final = (
    *("split", "merge", "move_part", "move_border", "move_vertex", "cut_out", "change_parent"),
)  # fmt: skip

DrawnEdit = Callable[[], Redrawn]


def nested_stack(coverage: Coverage, in_unit: int, in_area: int) -> Stack:
    """A coverage as micro-grids, and units and areas made of so many of them in a row."""
    number = np.arange(len(coverage))
    shapes: dict[str, dict[int, Any]] = {}
    parents: dict[int, int | None] = {}
    base = 0
    for level, group in (("area", number // in_area), ("unit", number // in_unit)):
        cuts = np.flatnonzero(np.diff(group)) + 1
        joined = [shapely.coverage_union_all(part) for part in np.split(coverage.polygons, cuts)]
        shapes[level] = dict(enumerate(joined, base + 1))
        base += len(joined)
    first_unit, first_micro = len(shapes["area"]) + 1, base + 1
    shapes["micro"] = dict(enumerate(coverage.polygons, first_micro))
    parents |= dict.fromkeys(shapes["area"])
    parents |= {key: (key - first_unit) * in_unit // in_area + 1 for key in shapes["unit"]}
    parents |= {key: (key - first_micro) // in_unit + first_unit for key in shapes["micro"]}
    return Stack(shapes, parents)


def draw_edit(stack: Stack, kind: str, rng: np.random.Generator) -> DrawnEdit:
    """An edit of a micro-grid chosen at random; borders above may move.

    Raises
    ------
    InputError
        The grid that was chosen has no neighbour as the edit needs it.
    """
    micro = stack.shapes["micro"]
    key = int(rng.choice([*micro]))
    if kind == "split":
        return partial(edits.split, stack, key, _line_through(micro[key], rng))
    if kind == "cut_out":
        middle = shapely.get_coordinates(shapely.point_on_surface(micro[key]))[0]
        round_ = shapely.Point(middle).buffer(_size(micro[key]) * rng.uniform(0.1, 0.6), 3)
        return partial(edits.cut_out, stack, "micro", round_, with_parents=True)
    beside = neighbours(stack, "micro", key)
    if kind == "change_parent":
        beside = [other for other in beside if stack.parents[other] != stack.parents[key]]
    elif kind == "merge":
        beside = [other for other in beside if stack.parents[other] == stack.parents[key]]
    if not beside:
        raise InputError(f"grid {key} has no neighbour for that")
    other = int(rng.choice(beside))
    if kind == "merge":
        return partial(edits.merge, stack, [key, other], with_parents=True)
    if kind == "change_parent":
        parent = stack.parents[other]
        assert parent is not None
        return partial(edits.change_parent, stack, key, parent)
    shared = shapely.line_merge(shapely.intersection(*shapely.boundary([micro[key], micro[other]])))
    return _draw_on_border(stack, kind, (key, other), shared, rng)


def _draw_on_border(
    stack: Stack, kind: str, pair: tuple[int, int], shared: Any, rng: np.random.Generator
) -> DrawnEdit:
    lines = [part for part in shapely.get_parts(shared) if part.geom_type == "LineString"]
    border = shapely.get_coordinates(lines[int(rng.integers(len(lines)))])
    size = _size(stack.shapes["micro"][pair[0]])
    vertex = border[int(rng.integers(len(border)))]
    if kind == "move_part":
        round_ = shapely.Point(vertex).buffer(size * rng.uniform(0.05, 0.4), 3)
        return partial(edits.move_part, stack, *pair, round_, with_parents=True)
    if kind == "move_border":
        line = shapely.LineString(_bent(border[0], border[-1], rng))
        return partial(edits.move_border, stack, *pair, line, with_parents=True)
    there = vertex + rng.normal(0.0, size * 0.01, 2)
    return partial(
        edits.move_vertex, stack, "micro", tuple(vertex), tuple(there), with_parents=True
    )


def neighbours(stack: Stack, level: str, key: int) -> list[int]:
    """The grids of a level that share more than corners with one."""
    shape = stack.shapes[level][key]
    near = stack.near(box_round([shape])).shapes[level]
    keys = [other for other in near if other != key]
    shared = shapely.intersection(
        shapely.boundary(shape), shapely.boundary(np.array([near[k] for k in keys], dtype=object))
    )
    return [other for other, line in zip(keys, shared, strict=True) if shapely.length(line) > 0.0]


def _size(shape: Any) -> float:
    return float(np.sqrt(shapely.area(shape)))


def _line_through(shape: Any, rng: np.random.Generator) -> Any:
    middle = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    angle = rng.uniform(0.0, np.pi)
    reach = 1.5 * _size(shape) * np.array([np.cos(angle), np.sin(angle)])
    return shapely.LineString(_bent(middle - reach, middle + reach, rng))


def _bent(
    start: NDArray[np.float64], end: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """A line from start to end with four vertices to its sides."""
    along = end - start
    share = np.linspace(0.0, 1.0, 6)[:, None]
    swing = rng.uniform(-0.15, 0.15, (6, 1)) * [[0.0], [1.0], [1.0], [1.0], [1.0], [0.0]]
    return np.asarray(start + share * along + swing * np.array([-along[1], along[0]]))

"""Stacks as edits leave them, and what must be true of every one: an oracle apart from edits."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
import shapely

from gisgrid.locate import CoverageIndex
from gisgrid.planning.edits import Redrawn, Stack


def redraw(stack: Stack, redrawn: Redrawn) -> Stack:
    """The stack after an edit; grids that are added get the next numbers."""
    shapes = {
        level: {
            key: redrawn.changed.get(key, shape)
            for key, shape in grids.items()
            if key not in redrawn.removed
        }
        for level, grids in stack.shapes.items()
    }
    parents = {key: stack.parents[key] for grids in shapes.values() for key in grids}
    parents |= redrawn.parents
    number = count(max(stack.parents) + 1)
    for added in redrawn.added:
        key = next(number)
        shapes[added.level][key] = added.shape
        parents[key] = added.parent
        parents |= dict.fromkeys(added.children, key)
    return Stack(shapes, parents, stack.names)


def require_whole(stack: Stack) -> None:
    """Every level is a valid coverage, and children tile their parents vertex for vertex."""
    for level, grids in stack.shapes.items():
        shapes = np.array([*grids.values()], dtype=object)
        assert shapely.is_valid(shapes).all(), level
        assert shapely.coverage_is_valid(shapes), level
    for upper, lower in (("area", "unit"), ("unit", "micro")):
        for key, shape in stack.shapes[upper].items():
            children = [
                c for child, c in stack.shapes[lower].items() if stack.parents[child] == key
            ]
            assert children, f"{upper} {key} has no children"
            assert same(shapely.coverage_union_all(children), shape), f"{upper} {key}"
    for lower in ("unit", "micro"):
        assert all(stack.parents[key] is not None for key in stack.shapes[lower])


def same(one: Any, other: Any) -> bool:
    """Equal vertex for vertex, wherever rings begin and whatever the kind."""
    return bool(shapely.equals_identical(*shapely.normalize([as_multi(one), as_multi(other)])))


def as_multi(shape: Any) -> Any:
    return shapely.MultiPolygon([*shapely.get_parts(shape)])


def require_only_more_vertices(before: Any, after: Any) -> None:
    """After is before with vertices put on its edges."""
    known = set(map(tuple, shapely.get_coordinates(before).tolist()))
    parts = []
    for part in shapely.get_parts(after):
        rings = [
            [point for point in ring.coords if point in known] for ring in shapely.get_rings(part)
        ]
        # A ring may begin with a new vertex.
        rings = [ring if ring[0] == ring[-1] else [*ring, ring[0]] for ring in rings]
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    assert same(shapely.MultiPolygon(parts), before)
    assert abs(shapely.area(after) - shapely.area(before)) <= 1e-12 * shapely.area(before)


def outline(stack: Stack, level: str) -> Any:
    return shapely.coverage_union_all([*stack.shapes[level].values()])


def require_one_owner(stack: Stack, points: np.ndarray) -> None:
    """At every level each point inside has one owner, the same by GEOS as by the index."""
    for grids in stack.shapes.values():
        keys, shapes = [*grids], np.array([*grids.values()], dtype=object)
        owner = CoverageIndex(shapes, [f"{key:05d}" for key in keys]).locate(*points.T)
        point, held = shapely.STRtree(shapes).query(shapely.points(points), predicate="within")
        assert np.bincount(point, minlength=len(points)).tolist() == [1] * len(points)
        assert owner[point].tolist() == held.tolist()

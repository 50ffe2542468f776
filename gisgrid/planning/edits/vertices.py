"""Moving one vertex of a shared border, on every level that has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gisgrid.errors import Conflict, InputError
from gisgrid.planning.edits.drawing import Coords, Point, place, point_place
from gisgrid.planning.edits.faces import edges_of
from gisgrid.planning.edits.noding import SNAP_M, Edge, edge_of
from gisgrid.planning.edits.plane import Plane
from gisgrid.planning.edits.soundness import require_sound
from gisgrid.planning.edits.stack import LEVELS, Box, Redrawn, Stack, box_round
from gisgrid.planning.edits.workbench import Workbench

__all__ = ["move_vertex"]


def move_vertex(
    stack: Stack, level: str, old: Point, new: Point, with_parents: bool = False
) -> Redrawn:
    """Move a vertex of the borders of a level, in every grid of every level that has it.

    Parameters
    ----------
    stack : Stack
    level : str
    old, new : (lon, lat)
        Degrees. `old` names the vertex within a millimetre.
    with_parents : bool
        Whether it may be a vertex of the levels above too. Levels below follow in any case.

    Raises
    ------
    InputError
        No grid of the level has such a vertex, or borders would cross or come too close.
    Conflict
        The vertex lies on the outer border, or on one of a level above that may not move.
    CoordinateError
        A place is none.
    """
    if level not in LEVELS or level not in stack.shapes:
        raise InputError(f"there is no level {level!r} here", fix=f"one of {', '.join(LEVELS)}")
    here, there = point_place(old), point_place(new)
    around = stack.near(box_round([shapely.Point(here)])).shapes
    vertex = _vertex(around[level], here)
    moved = {
        (name, key): _moved(shape, vertex, there)
        for name, grids in around.items()
        for key, shape in grids.items()
        if _has(shape, vertex)
    }
    _require_inner(level, around[level], vertex)
    above = [at for at in moved if at[0] in LEVELS[: LEVELS.index(level)]]
    if above and not with_parents:
        name, key = above[-1]
        raise Conflict(
            f"the vertex is also one of the border of {name} {stack.name(key)}",
            where=place(vertex),
            fix="allow the border above to move too (with_parents), or move another one",
        )
    # Grids above reach far; whatever the vertex may come near lies near those of its own level.
    own = [shape for (name, _), shape in moved.items() if name == level]
    bench = Workbench(stack, box_round(own))
    for (name, key), shape in moved.items():
        bench.shapes[name][key] = shape
        bench.reshaped[key] = name
    _require_free(bench, level, vertex, there)
    require_sound(bench, *LEVELS[LEVELS.index(level) :])
    return bench.redrawn()


def _vertex(grids: Mapping[int, BaseGeometry], here: Point) -> Point:
    """The existing vertex within a millimetre."""
    points = shapely.get_coordinates(np.array([*grids.values()], dtype=object))
    if len(points):
        away = np.linalg.norm(Plane(here).flat(points), axis=1)
        if away.min() <= SNAP_M:
            lon, lat = points[away.argmin()].tolist()
            return lon, lat
    raise InputError("no border has a vertex there", where=place(here), fix="choose one that is")


def _require_inner(level: str, grids: Mapping[int, BaseGeometry], vertex: Point) -> None:
    """Refuse a vertex that has ground without a grid beside it."""
    box = box_round([shapely.Point(vertex)])
    at = [
        edge_of((a, b), (c, d))
        for (a, b), (c, d) in edges_of([*grids.values()], box).tolist()
        if vertex in ((a, b), (c, d))
    ]
    if any(at.count(edge) != 2 for edge in at):
        raise Conflict(
            f"the vertex lies on the outer border of level {level}",
            where=place(vertex),
            fix="import the new outer border instead",
        )


def _require_free(bench: Workbench, level: str, vertex: Point, there: Point) -> None:
    """Refuse a place, or edges to it, within a millimetre of other vertices or edges."""
    moved = [shape for grids in bench.shapes.values() for shape in grids.values()]
    box = box_round([shape for shape in bench.shapes[level].values() if _has(shape, there)])
    before = [shape for grids in bench.stack.shapes.values() for shape in grids.values()]
    others = np.array([edge for edge in _once(before, box) if vertex not in edge])
    lines = shapely.linestrings(Plane(there).flat(others.reshape(-1, 2, 2)))
    close = [*others[shapely.distance(lines, shapely.Point(0.0, 0.0)) <= SNAP_M]]
    if not close:
        new = np.array([edge for edge in _once(moved, box) if there in edge])
        close = _passed(new, np.unique(others.reshape(-1, 2), axis=0), Plane(there))
    if close:
        raise InputError(
            f"a border of level {level} would come within a millimetre of another",
            where=place(np.reshape(close[0], (-1, 2))[0]),
            fix="move the vertex elsewhere",
        )


def _once(shapes: Sequence[BaseGeometry], box: Box) -> set[Edge]:
    return {edge_of((a, b), (c, d)) for (a, b), (c, d) in edges_of(shapes, box).tolist()}


def _passed(lines: Coords, corners: Coords, plane: Plane) -> list[Coords]:
    """The corners within a millimetre of lines that do not end there."""
    tree = shapely.STRtree(np.array(shapely.linestrings(plane.flat(lines)), dtype=object))
    points = np.array(shapely.points(plane.flat(corners)), dtype=object)
    near = tree.query(points, predicate="dwithin", distance=SNAP_M)
    return [
        corners[c] for c, k in near.T.tolist() if not (lines[k] == corners[c]).all(axis=1).any()
    ]


def _has(shape: BaseGeometry, vertex: Point) -> bool:
    return bool((shapely.get_coordinates(shape) == vertex).all(axis=1).any())


def _moved(shape: BaseGeometry, old: Point, new: Point) -> BaseGeometry:
    def move(points: Coords) -> Coords:
        points = points.copy()
        points[(points == old).all(axis=1)] = new
        return points

    return shapely.transform(shape, move)

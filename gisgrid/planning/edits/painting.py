"""Ground painted from grids of one parent to one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gisgrid.errors import InputError
from gisgrid.planning.edits.drawing import polygon_paths
from gisgrid.planning.edits.faces import unite
from gisgrid.planning.edits.soundness import require_sound, require_wide
from gisgrid.planning.edits.splitting import ground_within
from gisgrid.planning.edits.stack import Redrawn, Stack, box_round
from gisgrid.planning.edits.workbench import Workbench, one_place

__all__ = ["paint"]

# The share of painted ground that may lie beside all siblings: what rounding leaves.
_ROUNDING = 1e-6


def paint(stack: Stack, target: int, cells: Sequence[BaseGeometry]) -> Redrawn:
    """Give the ground of cells to a grid, whichever of its siblings have it.

    Grids may come to lie in pieces: who paints house by house passes through that, and the check
    reports it.

    Parameters
    ----------
    stack : Stack
    target : int
        Its siblings are the grids of its level with the same parent; others keep their ground.
    cells : sequence of Polygon
        Degrees. Some of them may be the target's already.

    Raises
    ------
    InputError
        A cell is not valid or holds ground of others than the siblings; slivers or a grid without
        ground would be left; the target has all of it already.
    Conflict
        A grid below would be cut, or neighbours do not fit each other there.
    NotFound
        There is no such grid.
    """
    for cell in cells:
        polygon_paths(cell)
    painted = shapely.union_all(np.array([*cells], dtype=object))
    level = stack.level_of(target)
    siblings = _siblings(stack, level, target, painted)
    _require_covered(stack, target, siblings, painted)
    shapes = [stack.shape(key) for key in (target, *siblings)]
    bench = Workbench(stack, box_round([painted, *shapes]))
    cut = bench.cut(level, siblings, polygon_paths(painted))
    for key in siblings:
        pieces = ground_within(painted, cut.faces[key])
        if not pieces:
            continue
        require_wide(pieces, f"{level} {stack.name(key)}")
        bench.give(level, unite(pieces), key, target)
    if not bench.reshaped:
        raise InputError(
            f"{level} {stack.name(target)} has all of that ground already",
            where=one_place(painted),
            fix="paint ground of its neighbours",
        )
    require_sound(bench, level, in_pieces=True)
    return bench.redrawn()


def _siblings(stack: Stack, level: str, target: int, painted: BaseGeometry) -> list[int]:
    parent = stack.parents.get(target)
    near = stack.near(box_round([painted])).shapes[level]
    return [key for key in near if key != target and stack.parents.get(key) == parent]


def _require_covered(
    stack: Stack, target: int, siblings: Sequence[int], painted: BaseGeometry
) -> None:
    shapes = np.array([stack.shape(key) for key in (target, *siblings)], dtype=object)
    held = float(shapely.area(shapely.intersection(shapes, painted)).sum())
    if held < (1.0 - _ROUNDING) * float(shapely.area(painted)):
        beside = shapely.difference(painted, shapely.union_all(shapes))
        raise InputError(
            f"not all of that ground is held by {stack.name(target)} and its siblings",
            where=one_place(beside),
            fix="paint within one parent, on ground that has a grid",
        )

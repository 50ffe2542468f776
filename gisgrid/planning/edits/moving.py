"""Edits that move ground from one grid to another."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from gisgrid.errors import Conflict, InputError
from gisgrid.planning.edits.drawing import line_path, place, polygon_paths
from gisgrid.planning.edits.faces import border, unite
from gisgrid.planning.edits.sides import ground_to_give
from gisgrid.planning.edits.soundness import require_sound, require_wide
from gisgrid.planning.edits.splitting import ground_within
from gisgrid.planning.edits.stack import LEVELS, Redrawn, Stack, box_round
from gisgrid.planning.edits.workbench import Workbench, one_place

__all__ = ["change_parent", "merge", "move_border", "move_part"]


def merge(
    stack: Stack, keys: list[int], into: int | None = None, with_parents: bool = False
) -> Redrawn:
    """Make one grid of several.

    Parameters
    ----------
    stack : Stack
    keys : sequence of int
        Grids of one level that share borders.
    into : int, optional
        The one of them that survives; the largest when left out.
    with_parents : bool
        Grids of other parents may be merged too: their ground goes to the survivor's parent.

    Raises
    ------
    InputError
        Fewer than two grids, of several levels, or apart.
    Conflict
        Their parents differ and may not be moved.
    NotFound
        There is no such grid.
    """
    once = [*dict.fromkeys([*keys, *([into] if into is not None else [])])]
    level = _one_level(stack, once)
    grids = {key: stack.shapes[level][key] for key in once}
    survivor = max(once, key=lambda key: (shapely.area(grids[key]), -key)) if into is None else into
    bench = Workbench(stack, box_round(grids.values()), with_parents=with_parents)
    waiting = [key for key in once if key != survivor]
    while waiting:
        # One neighbour after the other, so that the grown grid is always connected.
        grown = border(bench.shapes[level][survivor])
        key = next((key for key in waiting if not grown.isdisjoint(border(grids[key]))), None)
        if key is None:
            raise InputError(
                f"{level} {stack.name(waiting[0])} shares no border with the others",
                where=one_place(grids[waiting[0]]),
                fix="merge only grids that share borders",
            )
        bench.end(key)
        bench.give(level, bench.shapes[level][key], key, survivor)
        waiting.remove(key)
    require_sound(bench, level)
    return bench.redrawn()


def move_part(
    stack: Stack, source: int, target: int, polygon: BaseGeometry, with_parents: bool = False
) -> Redrawn:
    """Move the part of a grid that lies inside a polygon to a neighbour.

    Parameters
    ----------
    stack : Stack
    source, target : int
        Of one level.
    polygon : Polygon or MultiPolygon
        Degrees; it may reach beyond the source, of which alone ground is taken.
    with_parents : bool
        Where the two have different parents: whether the parents' border moves too.

    Raises
    ------
    InputError
        The polygon is not valid, holds none of the source or all of it, does not reach the
        target's border, or leaves slivers or a grid in pieces.
    Conflict
        A border of a level above would move and may not, or a grid below would be cut.
    NotFound
        There is no such grid.
    """
    paths = polygon_paths(polygon)
    level = _one_level(stack, [source, target])
    shapes = [stack.shape(source), stack.shape(target)]
    bench = Workbench(stack, box_round(shapes), with_parents=with_parents)
    cut = bench.cut(level, [source], paths)
    pieces = ground_within(polygon, cut.faces[source])
    name = f"{level} {stack.name(source)}"
    if not pieces or len(pieces) == len(cut.faces[source]):
        raise InputError(
            f"the polygon holds {'all' if pieces else 'no ground'} of {name}",
            where=place(paths[0][0]),
            fix="merge the two" if pieces else "draw it over the part to be moved",
        )
    require_wide(pieces, name)
    beside = border(bench.shapes[level][target])
    for piece in pieces:
        if beside.isdisjoint(border(piece)):
            raise InputError(
                f"a part to be moved shares no border with {level} {stack.name(target)}",
                where=one_place(piece),
                fix="draw the polygon up to or across the border between the two",
            )
    bench.give(level, unite(pieces), source, target)
    require_sound(bench, level)
    return bench.redrawn()


def move_border(
    stack: Stack, one: int, other: int, line: BaseGeometry, with_parents: bool = False
) -> Redrawn:
    """Give two neighbours a new border.

    Parameters
    ----------
    stack : Stack
    one, other : int
        Of one level.
    line : LineString
        Degrees; its ends lie on or beyond the outline of the two together. Each of the two gets
        the side of which it has more already.
    with_parents : bool
        Where the two have different parents: whether the parents' border moves too.

    Raises
    ------
    InputError
        The two share no border, the line crosses itself or does not part them, a grid would
        vanish or lie in pieces, or slivers would be left.
    Conflict
        A border of a level above would move and may not, or a grid below would be cut.
    NotFound
        There is no such grid.
    """
    path = line_path(line)
    level = _one_level(stack, [one, other])
    pair = [stack.shape(one), stack.shape(other)]
    if border(pair[0]).isdisjoint(border(pair[1])):
        raise InputError(
            f"{level} {stack.name(one)} and {stack.name(other)} share no border",
            where=one_place(pair[0]),
            fix="choose two neighbours",
        )
    bench = Workbench(stack, box_round(pair), with_parents=with_parents)
    cut = bench.cut(level, [one, other], [path])
    goes = ground_to_give(cut, one, other)
    if goes is None:
        raise InputError(
            f"the line does not part {level} {stack.name(one)} and {stack.name(other)}",
            where=place(path[0]),
            fix="draw it through both together, from outline to outline",
        )
    for source, target in ((one, other), (other, one)):
        if goes[source]:
            require_wide(goes[source], f"{level} {stack.name(source)}")
            bench.give(level, unite(goes[source]), source, target)
    require_sound(bench, level)
    return bench.redrawn()


def change_parent(stack: Stack, key: int, parent: int, with_parents: bool = True) -> Redrawn:
    """Put a grid with its ground under another parent, whose border moves accordingly.

    Parameters
    ----------
    stack : Stack
    key, parent : int
        The parent is of the level above, and a neighbour of the grid.
    with_parents : bool
        Whether borders of the level above the parents may move.

    Raises
    ------
    InputError
        The parent is of a wrong level or not beside the grid, or a parent would lie in pieces or
        have no ground left.
    Conflict
        A border above the parents would move and may not, or the grid has no parent.
    NotFound
        There is no such grid.
    """
    level, above = stack.level_of(key), stack.level_of(parent)
    if LEVELS.index(above) != LEVELS.index(level) - 1:
        raise InputError(f"a {above} cannot be the parent of a {level}", fix="choose one above it")
    ground, old = stack.shape(key), stack.parents.get(key)
    if old is None:
        raise Conflict(
            f"{level} {stack.name(key)} has no parent that could lose its ground",
            where=one_place(ground),
            fix="only set the parent",
        )
    if old == parent:
        return Redrawn({})
    if border(ground).isdisjoint(border(stack.shape(parent), box_round([ground]))):
        raise InputError(
            f"{level} {stack.name(key)} shares no border with {above} {stack.name(parent)}",
            where=one_place(ground),
            fix="choose a parent beside it",
        )
    bench = Workbench(stack, box_round([ground]), with_parents=with_parents)
    bench.give(above, ground, old, parent)
    require_sound(bench, above)
    return bench.redrawn()


def _one_level(stack: Stack, keys: list[int]) -> str:
    levels = {stack.level_of(key) for key in keys}
    if len(levels) != 1 or len({*keys}) < 2:
        raise InputError(
            "two or more grids of one level are needed",
            where=", ".join(stack.name(key) for key in keys),
            fix="choose different grids of the same level",
        )
    return levels.pop()

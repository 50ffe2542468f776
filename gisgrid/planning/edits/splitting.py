"""Edits that make grids: split one, cut one out of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gisgrid.errors import InputError
from gisgrid.planning.edits.drawing import line_path, place, polygon_paths
from gisgrid.planning.edits.faces import Chord, border, inside, unite
from gisgrid.planning.edits.noding import edge_of
from gisgrid.planning.edits.soundness import require_sound, require_wide
from gisgrid.planning.edits.stack import LEVELS, Redrawn, Stack, box_round
from gisgrid.planning.edits.workbench import Workbench

__all__ = ["Weigh", "cut_out", "ground_within", "split"]

Weigh = Callable[[Sequence[BaseGeometry]], Sequence[float]]
"""How much each of several pieces weighs: households, say."""


def split(stack: Stack, key: int, line: BaseGeometry, weigh: Weigh | None = None) -> Redrawn:
    """Split a grid along a line.

    Every piece becomes a grid, of the same parent, but for one that keeps the key. Parts that
    the line does not meet stay with it. Grids of the level below follow the piece they stand on.

    Parameters
    ----------
    stack : Stack
    key : int
    line : LineString
        Degrees; it may reach beyond the grid, and cross it several times.
    weigh : callable, optional
        Takes the pieces, gives a weight for each: the heaviest keeps the key, of equal ones
        the largest. Left out: the largest.

    Raises
    ------
    InputError
        The line does not cut the grid, crosses itself, or leaves a sliver.
    Conflict
        It cuts a grid of the level below.
    NotFound
        There is no such grid.
    """
    path = line_path(line)
    level = stack.level_of(key)
    bench = Workbench(stack, box_round([stack.shape(key)]))
    cut = bench.cut(level, [key], [path])
    pieces = _touching(cut.faces[key], cut.chords[key])
    if len(pieces) < 2:
        raise InputError(
            f"the line does not cut {level} {stack.name(key)} in two",
            where=place(path[0]),
            fix="draw it from border to border, or beyond",
        )
    require_wide(pieces, f"{level} {stack.name(key)}")
    weights = [0.0] * len(pieces) if weigh is None else [*weigh(pieces)]
    areas = shapely.area(pieces)
    order = sorted(range(len(pieces)), key=lambda k: (weights[k], areas[k]), reverse=True)
    for k in order[1:]:
        new = bench.begin(level, key, bench.parents.get(key))
        bench.give(level, pieces[k], key, new)
    require_sound(bench, level)
    return bench.redrawn()


def cut_out(stack: Stack, level: str, polygon: BaseGeometry, with_parents: bool = False) -> Redrawn:
    """Make a grid of the ground inside a polygon, and take it from all grids that have it.

    Parameters
    ----------
    stack : Stack
    level : str
    polygon : Polygon or MultiPolygon
        Degrees. What of it belongs to no grid is left out: the outer border stays.
    with_parents : bool
        The new grid comes under the parent of the grid that gives most. Where others give too,
        the border between the parents moves, if this says so.

    Returns
    -------
    Redrawn
        One grid added; grids that lie inside the polygon as a whole end.

    Raises
    ------
    InputError
        The polygon is not valid, meets no grid, or leaves slivers or grids in pieces.
    Conflict
        A border of a level above would move and may not, or a grid below would be cut.
    """
    paths = polygon_paths(polygon)
    met = _met(stack, level, polygon)
    bench = Workbench(
        stack,
        box_round([polygon, *(stack.shapes[level][key] for key in met)]),
        with_parents=with_parents,
    )
    cut = bench.cut(level, met, paths)
    taken = {key: ground_within(polygon, cut.faces[key]) for key in met}
    taken = {key: pieces for key, pieces in taken.items() if pieces}
    if not taken:
        raise InputError(
            f"the polygon holds no ground of any {level} grid",
            where=place(paths[0][0]),
            fix="draw it over grids",
        )
    sizes = {key: float(shapely.area(pieces).sum()) for key, pieces in taken.items()}
    most = max(sizes, key=sizes.__getitem__)
    new = bench.begin(level, most, bench.parents.get(most))
    for key, pieces in taken.items():
        require_wide(pieces, f"{level} {stack.name(key)}")
        if len(pieces) == len(cut.faces[key]):
            bench.end(key)
        bench.give(level, unite(pieces), key, new)
    require_sound(bench, level)
    return bench.redrawn()


def ground_within(polygon: BaseGeometry, pieces: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Those of some faces that lie inside a drawn polygon."""
    middles = shapely.get_coordinates(shapely.point_on_surface(np.array([*pieces], dtype=object)))
    return [
        piece for piece, held in zip(pieces, inside(polygon, middles).tolist(), strict=True) if held
    ]


def _met(stack: Stack, level: str, polygon: BaseGeometry) -> list[int]:
    if level not in LEVELS or level not in stack.shapes:
        raise InputError(f"there is no level {level!r} here", fix=f"one of {', '.join(LEVELS)}")
    near = stack.near(box_round([polygon])).shapes[level]
    shapely.prepare(polygon)
    return [key for key, shape in near.items() if shapely.intersects(polygon, shape)]


def _touching(faces: Sequence[BaseGeometry], chords: Sequence[Chord]) -> list[BaseGeometry]:
    """The faces of parts that a line cuts."""
    cuts = {edge_of(*step) for chord in chords for step in pairwise(chord)}
    return [face for face in faces if not cuts.isdisjoint(border(face))]

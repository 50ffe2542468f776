"""Grids under the knife: nodes put into every level, ground that changes hands, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.planning.edits.drawing import Coords, Point, place
from gisgrid.planning.edits.faces import (
    Chord,
    border,
    chords,
    edges_of,
    faces,
    inside,
    unite,
    without,
)
from gisgrid.planning.edits.inserting import insert_nodes
from gisgrid.planning.edits.noding import Edge, Noded, edge_of, node_path
from gisgrid.planning.edits.stack import LEVELS, Added, Box, Redrawn, Stack, box_round

__all__ = ["Cut", "Workbench", "one_place"]

# Ground is compared in square degrees: cut without computing a coordinate, it adds up to rounding.
_ROUNDING = 1e-9


class Cut:
    """Grids of one level that drawn lines run through, noded on every level.

    Attributes
    ----------
    paths : list of list of (lon, lat)
        The drawn lines with a vertex wherever they meet a border.
    chords : mapping of key to list of Chord
        What of the lines runs through each grid.
    faces : mapping of key to list of Polygon
        What they cut it into.
    """

    def __init__(self, paths: list[list[Point]], through: dict[int, list[Chord]]) -> None:
        self.paths = paths
        self.chords = through
        self.faces: dict[int, list[BaseGeometry]] = {}


class Workbench:
    """The grids near an edit while they change.

    Parameters
    ----------
    stack : Stack
    box : (west, south, east, north)
        Grids whose boxes meet it take part.
    with_parents : bool
        Whether borders of upper levels may move.
    """

    def __init__(self, stack: Stack, box: Box, *, with_parents: bool = False) -> None:
        self.stack = stack.near(box)
        self.shapes = {level: dict(grids) for level, grids in self.stack.shapes.items()}
        self.parents = dict(stack.parents)
        self.with_parents = with_parents
        # Grids that got or lost ground, and the grid that most of a new one's ground came from.
        self.reshaped: dict[int, str] = {}
        self.new: dict[int, int] = {}
        self.ended: list[int] = []

    def cut(self, level: str, keys: Iterable[int], paths: Sequence[Coords]) -> Cut:
        """Node drawn lines against grids of a level and what lies under them, and cut the grids.

        Only the nodes that the cuts end at are put into the grids, of all levels.
        """
        drawn = box_round([shapely.LineString(path) for path in paths])
        grids = {key: self.shapes[level][key] for key in keys}
        noded = self._node(level, [*grids.values()], paths, drawn)
        nodes = _merged(noded)
        through = {}
        for key, shape in grids.items():
            with_nodes = insert_nodes([shape], nodes)[0]
            through[key] = [chord for one in noded for chord in chords(one.path, with_nodes)]
        used = {point for found in through.values() for chord in found for point in chord}
        self.insert({edge: [p for p in points if p in used] for edge, points in nodes.items()})
        cut = Cut([one.path for one in noded], through)
        cut.faces = {key: faces(self.shapes[level][key], through[key]) for key in grids}
        return cut

    def _node(
        self, level: str, grids: list[BaseGeometry], paths: Sequence[Coords], drawn: Box
    ) -> list[Noded]:
        finer = LEVELS[LEVELS.index(level) + 1 :]
        under = [shape for name in finer for shape in self.shapes.get(name, {}).values()]
        edges = edges_of([*grids, *under], drawn)
        turned = (edges[:, 0, 0] > edges[:, 1, 0]) | (
            (edges[:, 0, 0] == edges[:, 1, 0]) & (edges[:, 0, 1] > edges[:, 1, 1])
        )
        edges[turned] = edges[turned][:, ::-1]
        once = np.unique(edges.reshape(-1, 4), axis=0).reshape(-1, 2, 2)
        return [node_path(path, once) for path in paths]

    def insert(self, nodes: Mapping[Edge, Sequence[Point]]) -> None:
        """Put new vertices into every grid of every level that has their edge."""
        for grids in self.shapes.values():
            keys = [*grids]
            for key, shape in zip(keys, insert_nodes([*grids.values()], nodes), strict=True):
                grids[key] = shape

    def begin(self, level: str, source: int, parent: int | None) -> int:
        """A key for a new grid without ground."""
        key = min([0, *self.parents, *self.shapes[level]]) - 1
        self.new[key] = source
        self.parents[key] = parent
        return key

    def end(self, key: int) -> None:
        """Say of a grid that it ends when it has given all its ground."""
        self.ended.append(key)

    def give(self, level: str, ground: BaseGeometry, source: int, target: int) -> None:
        """Ground goes from one grid to another, and from the parents of the one to the other's.

        Raises
        ------
        Conflict
            Upper borders would move and may not, levels do not fit each other there, or a grid
            below would be cut.
        """
        self._take_along(level, ground, source, target)
        self._exchange(level, ground, source, target)
        self.give_above(level, ground, source, target)

    def give_above(self, level: str, ground: BaseGeometry, source: int, target: int) -> None:
        """What `give` does to the levels above."""
        old, new = self.parents.get(source), self.parents.get(target)
        for upper in reversed(LEVELS[: LEVELS.index(level)]):
            if old == new:
                return
            if old is None or new is None:
                key = source if old is None else target
                raise Conflict(
                    f"grid {self.name(key)} has no parent, so the ground cannot change parents",
                    where=one_place(ground),
                    fix="give it a parent first",
                )
            if not self.with_parents:
                raise Conflict(
                    f"the border between {self.name(source)} and {self.name(target)} is also "
                    f"the border of {upper} {self.name(old)} and {upper} {self.name(new)}",
                    where=one_place(ground),
                    fix="allow the border above to move too (with_parents), or draw elsewhere",
                )
            self._exchange(upper, ground, old, new)
            old, new = self.parents.get(old), self.parents.get(new)

    def _exchange(self, level: str, ground: BaseGeometry, source: int, target: int) -> None:
        grids = self.shapes[level]
        for key in (source, target):
            if key not in grids and key not in self.new:
                raise NotFound(f"{level} {self.name(key)} is not among the grids here")
        left = without(grids[source], ground)
        try:
            grown = unite([grids[target], ground] if target in grids else [ground])
        except shapely.errors.GEOSException:
            # GEOS unites only what shares its vertices.
            raise self._misfit(level, ground, target) from None
        self._require_same_ground(level, ground, {source: left, target: grown})
        if left is None and source not in self.ended:
            raise InputError(
                f"{level} {self.name(source)} would have no ground left",
                where=one_place(ground),
                fix="merge the two instead",
            )
        grids[target] = grown
        self.reshaped[target] = level
        if left is None:
            del grids[source]
            self.reshaped.pop(source, None)
        else:
            grids[source] = left
            self.reshaped[source] = level

    def _require_same_ground(
        self, level: str, ground: BaseGeometry, after: Mapping[int, BaseGeometry | None]
    ) -> None:
        """Refuse an exchange in which the one did not lose, or the other not gain, the ground."""
        moved = _area(ground)
        for key, shape in after.items():
            old, new = _area(self.shapes[level].get(key)), _area(shape)
            if abs(abs(new - old) - moved) > _ROUNDING * max(old, new):
                raise self._misfit(level, ground, key)

    def _misfit(self, level: str, ground: BaseGeometry, key: int) -> Conflict:
        return Conflict(
            f"{level} {self.name(key)} does not share its vertices with the grids there",
            where=one_place(ground),
            fix="knit the plan first (gisgrid plan knit), or repair it (gisgrid check --propose)",
        )

    def _take_along(self, level: str, ground: BaseGeometry, source: int, target: int) -> None:
        """Children that stand on ground that changes hands come under the new owner."""
        below = LEVELS[LEVELS.index(level) + 1 :][:1]
        children = {
            key: shape
            for name in below
            for key, shape in self.shapes.get(name, {}).items()
            if self.parents.get(key) == source
        }
        if not children:
            return
        shapes = np.array([*children.values()], dtype=object)
        here = inside(ground, shapely.get_coordinates(shapely.point_on_surface(shapes)))
        lines = edges_of([ground])
        middles = shapely.points(lines.mean(axis=1))
        new = [edge_of((a, b), (c, d)) for (a, b), (c, d) in lines.tolist()]
        for (key, shape), moves in zip(children.items(), here.tolist(), strict=True):
            own = border(shape, box_round([ground]))
            shapely.prepare(shape)
            for k in np.flatnonzero(shapely.contains_properly(shape, middles)).tolist():
                if new[k] not in own:
                    raise Conflict(
                        f"the new border of {level} {self.name(source)} cuts {below[0]} "
                        f"{self.name(key)}",
                        where=place(lines[k].mean(axis=0)),
                        fix=f"draw it along borders of {below[0]} grids, or split that one first",
                    )
            if moves:
                self.parents[key] = target

    def name(self, key: int) -> str:
        """What errors call a grid."""
        return self.stack.name(key) if key not in self.new else "the new grid"

    def redrawn(self) -> Redrawn:
        """What differs from the stack."""
        before = {
            key: shape for grids in self.stack.shapes.values() for key, shape in grids.items()
        }
        changed: dict[int, BaseGeometry] = {}
        added: list[Added] = []
        for level, grids in self.shapes.items():
            for key, shape in grids.items():
                if key in self.new:
                    added.append(self._added(level, key, shape, before[self.new[key]]))
                elif shape is not before[key]:
                    kept = _like(before[key], shape)
                    if not _same(before[key], kept):
                        changed[key] = kept
        parents = {
            key: parent
            for key, parent in self.parents.items()
            if key not in self.new and key not in self.ended and parent not in self.new
            and parent != self.stack.parents.get(key)
        }  # fmt: skip
        return Redrawn(changed, tuple(added), tuple(self.ended), parents)

    def _added(self, level: str, key: int, shape: BaseGeometry, source: BaseGeometry) -> Added:
        children = tuple(child for child, parent in self.parents.items() if parent == key)
        return Added(level, _like(source, shape), self.parents[key], self.new[key], children)


def one_place(shape: BaseGeometry) -> str:
    """A place inside a polygon, as errors tell it."""
    return place(shapely.get_coordinates(shapely.point_on_surface(shape))[0])


def _area(shape: BaseGeometry | None) -> float:
    return 0.0 if shape is None else float(shapely.area(shape))


def _like(before: BaseGeometry, shape: BaseGeometry) -> BaseGeometry:
    if before.geom_type == "MultiPolygon" and shape.geom_type == "Polygon":
        return shapely.MultiPolygon([*shapely.get_parts(shape)])
    return shape


def _same(one: BaseGeometry, other: BaseGeometry) -> bool:
    if shapely.get_num_coordinates(one) != shapely.get_num_coordinates(other):
        return False
    return bool(shapely.equals_identical(*shapely.normalize([one, other])))


def _merged(noded: Sequence[Noded]) -> dict[Edge, list[Point]]:
    """The nodes of several lines in the order in which they lie on each edge."""
    found: dict[Edge, set[Point]] = {}
    for one in noded:
        for edge, points in one.nodes.items():
            found.setdefault(edge, set()).update(points)
    return {edge: sorted(points, key=partial(_along, edge)) for edge, points in found.items()}


def _along(edge: Edge, point: Point) -> float:
    (a, b), (c, d) = edge
    return (point[0] - a) * (c - a) + (point[1] - b) * (d - b)

"""Moving chosen buildings to a neighbour: the ground that is nearest to them goes along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisgrid.errors import InputError
from gisgrid.planning.edits.corridors import connect
from gisgrid.planning.edits.drawing import Point, place
from gisgrid.planning.edits.faces import border
from gisgrid.planning.edits.moving import move_part
from gisgrid.planning.edits.plane import Plane
from gisgrid.planning.edits.stack import Redrawn, Stack
from gisgrid.planning.edits.workbench import one_place

__all__ = ["Building", "move_buildings"]

# Walls are followed by places this far apart, in metres, and this far within.
_STEP_M = 4.0
_WITHIN_M = 0.2
# A border between buildings is drawn this straight, in metres, where no wall stands in the way.
_STRAIGHT_M = 1.0
# Where all the ground nearest to the buildings cannot go, so much about them does.
_ABOUT_M = 6.0


@dataclass(frozen=True)
class Building:
    """A building of the grid that others of it are taken from.

    Attributes
    ----------
    name : str
        What errors call it.
    point : (lon, lat)
        Its inner point, which decides whose it is.
    footprint : Polygon or MultiPolygon
    chosen : bool
        Whether it moves.
    """

    name: str
    point: Point
    footprint: BaseGeometry
    chosen: bool


def move_buildings(
    stack: Stack,
    source: int,
    target: int,
    buildings: Sequence[Building],
    with_parents: bool = False,
) -> Redrawn:
    """Move chosen buildings of a grid, with the ground nearest to them, to a neighbour.

    Where that does not reach the neighbour, a way there goes along, between the other buildings.
    Where it would cut the grid in two, only the ground close about the buildings goes.

    Parameters
    ----------
    stack : Stack
    source, target : int
        Of one level.
    buildings : sequence of Building
        All whose inner points the source covers.
    with_parents : bool
        Where the two have different parents: whether the parents' border moves too.

    Raises
    ------
    InputError
        No ground holds the chosen buildings and no others, reaches the target, and leaves the
        source in one piece. Otherwise as `move_part`.
    Conflict, NotFound
        As `move_part`.
    """
    shared = _shared(stack, source, target)
    refused: InputError | None = None
    for ground in _grounds(stack.shape(source), shared, buildings):
        try:
            moved = move_part(stack, source, target, ground, with_parents)
            _require_owned(stack, moved, target, buildings)
        except InputError as error:
            refused = refused or error
        else:
            return moved
    if refused is None:
        raise InputError(
            f"no way leads from the buildings to {stack.name(target)} between the others",
            where=place(next(one.point for one in buildings if one.chosen)),
            fix="choose the buildings between them too, or draw the part by hand (move-part)",
        )
    raise refused


def _shared(stack: Stack, source: int, target: int) -> BaseGeometry:
    """The border of two grids."""
    edges = border(stack.shape(source)) & border(stack.shape(target))
    if not edges:
        raise InputError(
            f"{stack.name(source)} and {stack.name(target)} share no border",
            where=one_place(stack.shape(source)),
            fix="choose two neighbours",
        )
    return shapely.union_all(shapely.linestrings([[*edge] for edge in sorted(edges)]))


def _grounds(
    source: BaseGeometry, shared: BaseGeometry, buildings: Sequence[Building]
) -> Iterator[BaseGeometry]:
    """Ground that may be moved, the most natural first; degrees."""
    west, south = shapely.bounds(source)[:2].tolist()
    plane = Plane((west, south))
    shapes = [one.footprint for one in buildings]
    flat = shapely.transform(np.array([source, shared, *shapes], dtype=object), plane.flat)
    grid, beside, walls = flat[0], flat[1], flat[2:]
    chosen = np.array([one.chosen for one in buildings])
    inner = plane.flat(np.array([one.point for one in buildings]))
    nearest = _nearest(walls, inner, chosen, grid)
    about = shapely.buffer(shapely.union_all(walls[chosen]), _ABOUT_M)
    for ground in (nearest, shapely.intersection(nearest, about)):
        own = shapely.get_parts(shapely.intersection(ground, grid))
        own = own[shapely.intersects(own, shapely.MultiPoint(inner[chosen]))]
        whole = connect(own, beside, grid, walls[~chosen])
        if whole is None:
            continue
        for moved in _with_leftovers(whole, grid, inner[~chosen]):
            # Up to the border as it is, not as it was computed.
            wide = _closed(shapely.union(moved, shapely.difference(ground, grid)))
            yield shapely.transform(wide, plane.degrees)


def _closed(ground: BaseGeometry) -> BaseGeometry:
    """Ground without the threads that are left where it was cut and put together again."""
    wider = shapely.buffer(ground, _WITHIN_M, join_style="mitre")
    return shapely.buffer(wider, -_WITHIN_M, join_style="mitre")


def _with_leftovers(
    ground: BaseGeometry, grid: BaseGeometry, others: NDArray[np.float64]
) -> Iterator[BaseGeometry]:
    """Ground, and if it cuts the grid, the same with the pieces on which no other building is."""
    yield ground
    rest = shapely.get_parts(shapely.difference(grid, ground))
    empty = ~shapely.intersects(rest, shapely.MultiPoint(others))
    beside = shapely.dwithin(rest, ground, _STRAIGHT_M)
    if len(rest) > 1 and not empty.all() and (empty & beside).any():
        yield shapely.union_all([ground, *shapely.buffer(rest[empty & beside], _WITHIN_M)])


def _nearest(
    walls: NDArray[np.object_],
    inner: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    grid: BaseGeometry,
) -> BaseGeometry:
    """The ground that is nearer to chosen buildings than to others, in metres."""
    within = shapely.buffer(walls, -_WITHIN_M)
    rings = shapely.segmentize(shapely.boundary(within), _STEP_M)
    points, of = shapely.get_coordinates(rings, return_index=True)
    sites, first = np.unique(np.vstack([inner, points]), axis=0, return_index=True)
    owner = np.concatenate([np.arange(len(inner)), of])[first]
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(sites), extend_to=grid, ordered=True)
    )
    ground = shapely.union_all(cells[chosen[owner]])
    straight = shapely.simplify(ground, _STRAIGHT_M)
    wrong = [_astray(walls, chosen, one) for one in (ground, straight)]
    return straight if straight.is_valid and wrong[1] <= wrong[0] + _WITHIN_M else ground


def _astray(walls: NDArray[np.object_], chosen: NDArray[np.bool_], ground: BaseGeometry) -> float:
    """How much of the buildings lies on the wrong side, in m²."""
    lost = shapely.difference(walls[chosen], ground)
    return float(
        shapely.area(lost).sum() + shapely.area(shapely.intersection(walls[~chosen], ground)).sum()
    )


def _require_owned(
    stack: Stack, moved: Redrawn, target: int, buildings: Sequence[Building]
) -> None:
    """Refuse ground with a wrong building on it, or without a right one."""
    after = moved.changed[target]
    points = np.array([one.point for one in buildings])
    there = shapely.intersects_xy(after, points[:, 0], points[:, 1])
    for one, held in zip(buildings, there.tolist(), strict=True):
        if held != one.chosen:
            raise InputError(
                f"building {one.name} cannot be parted from the others",
                where=place(one.point),
                fix="choose those about it too" if held else "draw the part by hand (move-part)",
            )

"""Ground cut into the cells that micro-grids are made of: one for each building, street by street.

Lines and borders are noded and polygonized into blocks; a block with several buildings is divided
among them, each place going to the nearest. All lines are noded together before any cell is made,
so that neighbours share their vertices to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.planning.edits.plane import Plane
from gisgrid.planning.proposals.adjacency import shared_edges
from gisgrid.planning.proposals.halfway import halfway_lines
from gisgrid.planning.proposals.noding import LATTICE, given_again, polygons_between
from gisgrid.planning.proposals.placing import first_at, nearest_to

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from gisgrid.planning.proposals.ground import Ground, Homes

__all__ = ["Cells", "cut_into_cells", "dissolved"]

# Narrower pieces (twice the area by the border's length, metres) join the one beside them.
_NARROW_M: Final = 1.0


@dataclass(frozen=True)
class Cells:
    """The pieces that micro-grids are made of.

    Attributes
    ----------
    shapes : array of Polygon, shape (n,)
        WGS 84 degrees; a coverage of the ground, vertex for vertex.
    households : int64 array, shape (n,)
        Of the homes inside.
    block : int64 array, shape (n,)
        The block that each lies in: ground that no line divides, whoever has it now.
    present : int64 array, shape (n,)
        The present micro-grid that each lies in, -1 for none.
    vertices : float64 array, shape (k, 2)
        Those that grids keep where they have them: of the ground, its lines and present grids.
    """

    shapes: NDArray[np.object_]
    households: NDArray[np.int64]
    block: NDArray[np.int64]
    present: NDArray[np.int64]
    vertices: NDArray[np.float64]


def cut_into_cells(ground: Ground) -> Cells:
    """Cut ground into cells.

    Homes outside the ground are left out; one on the border of two present grids is the first
    one's. Pieces of a block that hold no home join the cell beside them that they share most
    border with; a block without homes is a cell of its own.
    """
    region, now = ground.region, ground.present
    borders = [region] if now is None else [region, *now.shapes]
    outline = shapely.boundary(np.array(borders, dtype=object))
    near = ground.lines.shapes[shapely.intersects(ground.lines.shapes, region)]
    blocks = polygons_between([outline[0], *near], region)
    parts = blocks if now is None else polygons_between([*outline, *near], region)
    walls = halfway_lines(parts, ground.homes)
    shapes = polygons_between([*shapely.boundary(parts), *walls], region) if walls else parts
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes))
    block = nearest_to(blocks, inner)
    present = np.full(len(shapes), -1) if now is None else first_at(now.shapes, inner)
    order = np.argsort(np.where(present < 0, len(borders), present), kind="stable")
    shapes, block, present = shapes[order], block[order], present[order]
    shapes = given_again(shapes, shapely.get_coordinates([*borders, *near]))
    homes = _households(shapes, ground.homes, region)
    return _whole(Cells(shapes, homes, block, present, _corners(borders, near)))


def _corners(borders: Sequence[BaseGeometry], lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """The vertices of borders, and those of lines that do not run along or end on one."""
    bends = np.unique(shapely.get_coordinates(lines), axis=0)
    outline = shapely.union_all(shapely.boundary(np.array(borders, dtype=object)))
    shapely.prepare(outline)
    apart = ~shapely.dwithin(outline, shapely.points(bends), 2.0 * LATTICE)
    return np.vstack([shapely.get_coordinates(borders), bends[apart]])


def dissolved(shapes: NDArray[np.object_], group: NDArray[np.int64]) -> NDArray[np.object_]:
    """The union of the polygons of each group, numbered from 0."""
    order = np.argsort(group, kind="stable")
    parts = np.split(shapes[order], np.flatnonzero(np.diff(group[order])) + 1)
    return np.array(
        [part[0] if len(part) == 1 else shapely.coverage_union_all(part) for part in parts],
        dtype=object,
    )


def _households(
    shapes: NDArray[np.object_], homes: Homes, region: BaseGeometry
) -> NDArray[np.int64]:
    at = nearest_to(shapes, homes.points)
    # Cells may lack a step of the lattice along the border, where homes may lie.
    shapely.prepare(region)
    inside = shapely.dwithin(region, shapely.points(homes.points), 2.0 * LATTICE)
    counts = np.bincount(at[inside], weights=homes.households[inside], minlength=len(shapes))
    return counts.astype(np.int64)


def _whole(cells: Cells) -> Cells:
    """Cells without narrow ones, and without homeless ones in blocks that have homes."""
    plane = Plane(_corner(cells.shapes))
    flat = shapely.transform(cells.shapes, plane.flat)
    narrow = 2.0 * shapely.area(flat) / shapely.length(flat) < _NARROW_M
    lived_in = np.bincount(cells.block, weights=cells.households > 0) > 0
    weak = narrow | ((cells.households == 0) & lived_in[cells.block])
    edges = shared_edges(cells.shapes)
    one, other = np.concatenate([[edges.one, edges.other], [edges.other, edges.one]], axis=1)
    length = np.tile(np.hypot(*np.diff(plane.flat(edges.ends), axis=1)[:, 0].T), 2)
    within = cells.block[one] == cells.block[other]
    usable = (cells.present[one] == cells.present[other]) & (within | narrow[one])
    # The border shared in all, not edge by edge; across a line only for want of anything else.
    pairs, of = np.unique(np.column_stack([one, other])[usable], axis=0, return_inverse=True)
    worth = np.where(within, length * 1e6, length)[usable]
    merit = np.bincount(of, weights=worth, minlength=len(pairs)).astype(np.float64)
    group = absorbed(weak, pairs, merit)
    kept, group = np.unique(group, return_inverse=True)
    households = np.bincount(group, weights=cells.households, minlength=len(kept)).astype(np.int64)
    shapes = dissolved(cells.shapes, group)
    block, present = cells.block[kept], cells.present[kept]
    return Cells(shapes, households, block, present, cells.vertices)


def absorbed(
    weak: NDArray[np.bool_], pairs: NDArray[np.int64], merit: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The piece that each piece becomes part of: its own number, or a neighbour's that is not weak.

    Parameters
    ----------
    weak : bool array, shape (n,)
        Pieces that shall join another; those that reach none stay.
    pairs : int64 array, shape (m, 2)
        Who may join whom.
    merit : float64 array, shape (m,)
        The highest one is taken.
    """
    group = np.arange(len(weak))
    waiting = weak.copy()
    source, target = pairs.T if len(pairs) else np.empty((2, 0), dtype=np.int64)
    while (open_ := waiting[source] & ~waiting[target]).any():
        at = np.flatnonzero(open_)
        at = at[np.lexsort((merit[at], source[at]))]
        best = at[np.flatnonzero(np.diff(source[at], append=-1))]
        group[source[best]] = group[target[best]]
        waiting[source[best]] = False
    return group


def _corner(shapes: NDArray[np.object_]) -> tuple[float, float]:
    west, south = shapely.total_bounds(shapes)[:2].tolist()
    return west, south

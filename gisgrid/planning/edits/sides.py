"""Which side of a new border each piece of two grids lies on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from gisgrid.planning.edits.drawing import Point
from gisgrid.planning.edits.faces import edges_of
from gisgrid.planning.edits.noding import edge_of
from gisgrid.planning.edits.workbench import Cut

__all__ = ["ground_to_give"]

Step = tuple[Point, Point]


def ground_to_give(cut: Cut, one: int, other: int) -> dict[int, list[BaseGeometry]] | None:
    """The ground that each of two grids gives to the other when a line becomes their border.

    Parameters
    ----------
    cut : Cut
        Of the two grids by the line.
    one, other : int

    Returns
    -------
    dict of key to list of Polygon, or None
        None where the line does not part the two together into its two sides. Each grid keeps
        the side that leaves most ground where it is; parts that the line does not meet stay.
    """
    owners = [key for key in (one, other) for _ in cut.faces[key]]
    faces = [face for key in (one, other) for face in cut.faces[key]]
    sides = _sides(cut, faces)
    if sides is None:
        return None
    areas = shapely.area(np.array(faces, dtype=object))
    stays = sum(
        area if (owner == one) == side else -area
        for owner, side, area in zip(owners, sides, areas, strict=True)
        if side is not None
    )
    keeps = {one: stays >= 0.0, other: stays < 0.0}
    return {
        key: [
            face
            for owner, side, face in zip(owners, sides, faces, strict=True)
            if owner == key and side is not None and side != keeps[key]
        ]
        for key in (one, other)
    }


def _sides(cut: Cut, faces: list[BaseGeometry]) -> list[bool | None] | None:
    """Whether each face lies to the left of the line; None for those that it does not bound."""
    drawn = {step for chords in cut.chords.values() for chord in chords for step in pairwise(chord)}
    cuts = {edge_of(*step) for step in drawn}
    region = _regions(faces, cuts)
    found: dict[int, set[bool]] = {}
    for k, face in enumerate(faces):
        for step in _steps(face):
            if edge_of(*step) in cuts:
                # Faces run anticlockwise: their ground lies to the left of their edges.
                found.setdefault(region[k], set()).add(step in drawn)
    if any(len(sides) > 1 for sides in found.values()) or len(set().union(*found.values())) < 2:
        return None
    return [next(iter(found.get(at, {None}))) for at in region]


def _regions(faces: list[BaseGeometry], cuts: set[Step]) -> list[int]:
    """The number of the region of each face: faces that only an old border parts are one."""
    first: dict[Step, int] = {}
    links: list[tuple[int, int]] = []
    for k, face in enumerate(faces):
        for step in _steps(face):
            edge = edge_of(*step)
            if edge not in cuts and first.setdefault(edge, k) != k:
                links.append((first[edge], k))
    rows, columns = np.array(links, dtype=np.int64).reshape(-1, 2).T
    size = (len(faces), len(faces))
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=size)
    return [int(at) for at in connected_components(graph, directed=False)[1]]


def _steps(face: BaseGeometry) -> list[Step]:
    edges = edges_of([shapely.orient_polygons(face)])
    return [((a, b), (c, d)) for (a, b), (c, d) in edges.tolist()]

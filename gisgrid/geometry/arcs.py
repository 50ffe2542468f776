"""Polygons as shared arcs: every border once, however many polygons and levels meet in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Arcs", "shared_arcs"]

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Arcs:
    """Arcs on a lattice, and polygons as rings of them.

    Attributes
    ----------
    quantum : float
        Step of the lattice, in the unit of the coordinates.
    points : ndarray of int64, shape (p, 2)
        The arcs' vertices, one arc after the other, in steps.
    arc_lengths : ndarray of int64, shape (a,)
        Number of vertices of each arc.
    refs : ndarray of int64, shape (r,)
        The rings' arcs, one ring after the other: ``i`` forwards, ``-1 - i`` backwards.
        The end of each is the start of the next; the last one ends where the first begins.
    ring_lengths : ndarray of int64, shape (k,)
        Number of arcs of each ring.
    polygon_lengths : ndarray of int64, shape (n,)
        Number of rings of each polygon, shells and holes alike: fill them by the even-odd
        rule. 0 where a polygon is smaller than a step.
    """

    quantum: float
    points: Ints
    arc_lengths: Ints
    refs: Ints
    ring_lengths: Ints
    polygon_lengths: Ints


def shared_arcs(polygons: NDArray[Any], quantum: float) -> Arcs:
    """Split the rings of polygons at the places where their borders part.

    Parameters
    ----------
    polygons : ndarray of shapely Polygon or MultiPolygon, shape (n,)
        Of one level or of several; only equal vertices are shared.
    quantum : float
        Step of the lattice onto which vertices are rounded, in the unit of the coordinates.

    Returns
    -------
    Arcs
        An edge that several polygons use is stored once.
    """
    rings, owner, xy = _rings(polygons, quantum)
    chains: list[Ints] = []
    ring_lengths = np.zeros(len(rings), dtype=np.int64)
    if rings:
        nodes = _nodes(rings, len(xy))
        for position, ring in enumerate(rings):
            pieces = _split(ring, nodes)
            ring_lengths[position] = len(pieces)
            chains.extend(pieces)
    refs, arcs = _unique(chains)
    return Arcs(
        quantum=quantum,
        points=xy[np.concatenate(arcs)] if arcs else np.zeros((0, 2), dtype=np.int64),
        arc_lengths=np.array([len(arc) for arc in arcs], dtype=np.int64),
        refs=refs,
        ring_lengths=ring_lengths,
        polygon_lengths=np.bincount(owner, minlength=len(polygons)).astype(np.int64),
    )


def _rings(polygons: NDArray[Any], quantum: float) -> tuple[list[Ints], Ints, Ints]:
    """Return open rings of vertex numbers, the polygon of each ring, and the vertices."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    lines, ring_part = shapely.get_rings(parts, return_index=True)
    coords, ring = shapely.get_coordinates(lines, return_index=True)
    steps = np.rint(coords / quantum).astype(np.int64)
    moved = np.ones(len(steps), dtype=bool)
    moved[:-1] = (ring[1:] == ring[:-1]) & (steps[1:] != steps[:-1]).any(axis=1)
    # The last vertex of a ring repeats the first: `moved` ends every run of equal vertices, so
    # it is dropped with them.
    moved[-1:] = False
    steps, ring = steps[moved], ring[moved]
    keys, number = np.unique((steps[:, 0] << 32) + steps[:, 1], return_inverse=True)
    first = np.zeros(len(keys), dtype=np.intp)
    first[number] = np.arange(len(number))
    pieces = np.split(number.astype(np.int64), np.flatnonzero(np.diff(ring)) + 1)
    kept = [
        (piece, at) for piece, at in zip(pieces, np.unique(ring), strict=False) if len(piece) > 2
    ]
    owner = part_owner[ring_part[np.array([at for _, at in kept], dtype=np.intp)]]
    return [piece for piece, _ in kept], owner.astype(np.int64), steps[first]


def _nodes(rings: list[Ints], count: int) -> NDArray[np.bool_]:
    """Mark vertices where borders part, and one vertex of every ring that has none."""
    start = np.concatenate(rings)
    end = np.concatenate([np.roll(ring, -1) for ring in rings])
    edges = np.unique((np.minimum(start, end) << 32) + np.maximum(start, end))
    degree = np.bincount(np.concatenate([edges >> 32, edges & 0xFFFFFFFF]), minlength=count)
    nodes: NDArray[np.bool_] = degree != 2
    for ring in rings:
        if not nodes[ring].any():
            nodes[ring.min()] = True
    return nodes


def _split(ring: Ints, nodes: NDArray[np.bool_]) -> list[Ints]:
    """Split an open ring into chains from node to node."""
    at = np.flatnonzero(nodes[ring])
    turned = np.concatenate([ring[at[0] :], ring[: at[0] + 1]])
    cuts = np.append(at - at[0], len(ring))
    return [turned[a : b + 1] for a, b in pairwise(cuts.tolist())]


def _unique(chains: list[Ints]) -> tuple[Ints, list[Ints]]:
    """Number equal chains once, whichever way they are walked.

    Between nodes a border has no choice: its first step names it.
    """
    seen: dict[tuple[int, int], int] = {}
    arcs: list[Ints] = []
    refs = np.empty(len(chains), dtype=np.int64)
    for position, chain in enumerate(chains):
        forward = (int(chain[0]), int(chain[1]))
        backward = (int(chain[-1]), int(chain[-2]))
        key = min(forward, backward)
        if key not in seen:
            seen[key] = len(arcs)
            arcs.append(chain if key == forward else chain[::-1])
        refs[position] = seen[key] if key == forward else -1 - seen[key]
    return refs, arcs

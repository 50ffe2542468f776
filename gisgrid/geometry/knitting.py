"""Borders that lie on each other made the same, vertex for vertex, within a tolerance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.errors import CoverageError
from gisgrid.geometry.crs import FloatArray, GeometryArray
from gisgrid.geometry.validity import invalid_rings

__all__ = ["knit"]

Indices = NDArray[np.int64]

_METRES_PER_DEGREE = 111_320.0


class _Rings(NamedTuple):
    """All rings of all polygons: places that differ, and which ones each ring runs through."""

    places: FloatArray
    rank: Indices
    run: Indices
    starts: Indices


def knit(levels: Sequence[GeometryArray], tolerance_m: float) -> list[GeometryArray]:
    """Make polygons share their vertices where their borders lie within a tolerance.

    Vertices closer together than the tolerance become the one of them that the first level has;
    each edge gets the vertices that lie on it within the tolerance. No border moves by more than
    that. Borders further apart stay as they are.

    Parameters
    ----------
    levels : sequence of arrays of valid shapely polygons
        WGS 84 degrees, within some tens of kilometres.
    tolerance_m : float

    Returns
    -------
    list of arrays of MultiPolygon
        As given, with the coordinates of vertices that they had among them.

    Raises
    ------
    CoverageError
        A polygon is too narrow somewhere for the tolerance.
    """
    multi = [_as_multi(polygons) for polygons in levels]
    whole = np.concatenate(multi)
    kind, points, offsets = shapely.to_ragged_array(whole)
    rank = np.repeat(
        np.arange(len(multi)), [shapely.get_num_coordinates(one).sum() for one in multi]
    )
    places, run = np.unique(points, axis=0, return_inverse=True)
    ranks = np.full(len(places), len(multi), dtype=np.int64)
    np.minimum.at(ranks, run, rank)
    rings = _Rings(places, ranks, run.astype(np.int64), offsets[0].astype(np.int64))
    flat = _flat(places)
    knitted, starts = _without_repeats(*_with_vertices(rings, flat, tolerance_m))
    if (np.diff(starts) < 4).any():
        ring = int(np.flatnonzero(np.diff(starts) < 4)[0])
        _refuse(places[knitted[starts[ring]]], tolerance_m)
    made: GeometryArray = shapely.from_ragged_array(kind, places[knitted], (starts, *offsets[1:]))  # type: ignore[arg-type]
    for fault in invalid_rings(made):
        _refuse(fault.place or places[0], tolerance_m)
    return np.split(made, np.cumsum([len(one) for one in multi])[:-1])


def _as_multi(polygons: GeometryArray) -> GeometryArray:
    made: GeometryArray = np.empty(len(polygons), dtype=object)
    parts, position = shapely.get_parts(polygons, return_index=True)
    shapely.multipolygons(parts, indices=position, out=made)
    return made


def _flat(places: FloatArray) -> FloatArray:
    """Degrees as metres from the first place: true to what a tolerance asks."""
    across = np.cos(np.radians(places[:, 1].mean()))
    flat: FloatArray = (places - places[0]) * np.array([across, 1.0]) * _METRES_PER_DEGREE
    return flat


def _with_vertices(rings: _Rings, flat: FloatArray, tolerance_m: float) -> tuple[Indices, Indices]:
    """The rings through vertices that are shared, with those that lie on their edges."""
    shared = _shared(flat, rings.rank, tolerance_m)
    ends = np.column_stack([rings.run[:-1], rings.run[1:]])
    within = np.ones(len(ends), dtype=np.bool_)
    within[rings.starts[1:-1] - 1] = False
    segments = np.flatnonzero(within & (ends[:, 0] != ends[:, 1]))
    edges, edge_of = np.unique(np.sort(ends[segments], axis=1), axis=0, return_inverse=True)
    on_edge, vertex = _on_edges(edges, flat, shared, tolerance_m)
    first = np.searchsorted(on_edge, np.arange(len(edges)))
    count = np.bincount(on_edge, minlength=len(edges))
    many = count[edge_of]
    at = np.repeat(segments + 1, many)
    step = np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    backward = np.repeat(ends[segments, 0] > ends[segments, 1], many)
    edge = np.repeat(edge_of, many)
    new = vertex[first[edge] + np.where(backward, count[edge] - 1 - step, step)]
    longer = np.insert(shared[rings.run], at, new)
    return longer, rings.starts + np.searchsorted(at, rings.starts, side="left")


def _shared(flat: FloatArray, rank: Indices, tolerance_m: float) -> Indices:
    """For each place the one that stands for it, within the tolerance: the first level's."""
    tree = shapely.STRtree(_points(flat))
    one, other = tree.query(_points(flat), predicate="dwithin", distance=tolerance_m)
    close = one != other
    one, other = one[close], other[close]
    order = np.lexsort((np.hypot(*(flat[one] - flat[other]).T), one))
    one, other = one[order], other[order]
    shared = np.arange(len(flat))
    crowded = np.unique(one)
    stands = np.ones(len(flat), dtype=np.bool_)
    stands[crowded] = False
    bounds = np.searchsorted(one, np.append(crowded, len(flat)))
    spans = dict(zip(crowded.tolist(), pairwise(bounds.tolist()), strict=True))
    # From the first level on, so that upper borders stay where they are.
    for place in crowded[np.argsort(rank[crowded], kind="stable")].tolist():
        near = other[slice(*spans[place])]
        held = near[stands[near]]
        if len(held):
            shared[place] = held[0]
        else:
            stands[place] = True
    return shared


def _on_edges(
    edges: Indices, flat: FloatArray, shared: Indices, tolerance_m: float
) -> tuple[Indices, Indices]:
    """Pairs of an edge and a vertex that lies on it, in order of edges and along them."""
    vertices = np.unique(shared)
    lines = np.asarray(shapely.linestrings(flat[edges]), dtype=object)
    edge, found = shapely.STRtree(_points(flat[vertices])).query(
        lines, predicate="dwithin", distance=tolerance_m
    )
    vertex = vertices[found]
    origin, along = flat[edges[edge, 0]], flat[edges[edge, 1]] - flat[edges[edge, 0]]
    square = np.einsum("ij,ij->i", along, along)

    def position(place: Indices) -> FloatArray:
        found: FloatArray = np.einsum("ij,ij->i", flat[place] - origin, along) / square
        return found

    low, high = (position(shared[edges[edge, side]]) for side in (0, 1))
    here = position(vertex)
    between = (here > low) & (here < high)
    order = np.lexsort((here[between], edge[between]))
    return edge[between][order], vertex[between][order]


def _without_repeats(run: Indices, starts: Indices) -> tuple[Indices, Indices]:
    kept = np.ones(len(run), dtype=np.bool_)
    kept[1:] = run[1:] != run[:-1]
    kept[starts[:-1]] = True
    before = np.concatenate([[0], np.cumsum(kept)])
    return run[kept], before[starts]


def _points(places: FloatArray) -> GeometryArray:
    return np.asarray(shapely.points(places), dtype=object)


def _refuse(place: FloatArray | tuple[float, float], tolerance_m: float) -> None:
    raise CoverageError(
        f"a grid is too narrow for a tolerance of {tolerance_m:g} m",
        where="lon {:.7f}, lat {:.7f}".format(*place),
        fix="choose a smaller tolerance, or mend the grid there",
    )

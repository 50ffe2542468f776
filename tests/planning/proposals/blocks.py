"""Made-up ground: a rectangle of streets and buildings, with a river through it where asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisgrid.planning.proposals import (
    Cells,
    Ground,
    Homes,
    Lines,
    Present,
    Proposal,
    cut_into_cells,
)
from gisgrid.planning.proposals.graph import cell_graph, pieces

WEST, SOUTH = 121.4, 31.2
STEP = 0.001
"""About a hundred metres: the side of a block."""


def ground(
    seed: int, columns: int = 5, rows: int = 4, per_block: int = 4, households: int = 25
) -> Ground:
    """Blocks between streets, with so many buildings each, of about so many households."""
    rng = np.random.default_rng(seed)
    region = shapely.box(WEST, SOUTH, WEST + columns * STEP, SOUTH + rows * STEP)
    corners = np.array([WEST, SOUTH]) + STEP * np.stack(
        np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1
    ).reshape(-1, 2)
    corners = np.repeat(corners, per_block, axis=0)
    middle = corners + STEP * rng.uniform(0.15, 0.85, corners.shape)
    half = STEP * rng.uniform(0.02, 0.1, corners.shape)
    outlines = shapely.box(*(middle - half).T, *(middle + half).T)
    counts = rng.poisson(households, len(middle)).astype(np.int64)
    homes = Homes(middle, counts, np.arange(len(middle)), np.asarray(outlines, dtype=object))
    return Ground(region, homes, streets(columns, rows))


def streets(columns: int, rows: int) -> Lines:
    """Minor streets and, through the middle, a main road; they reach beyond the ground."""
    high, wide = SOUTH + (rows + 0.1) * STEP, WEST + (columns + 0.1) * STEP
    upright = [
        shapely.LineString([(WEST + k * STEP, SOUTH - 0.1 * STEP), (WEST + k * STEP, high)])
        for k in range(1, columns)
    ]
    across = [
        shapely.LineString([(WEST - 0.1 * STEP, SOUTH + k * STEP), (wide, SOUTH + k * STEP)])
        for k in range(1, rows)
    ]
    classes = ["minor"] * (len(upright) + len(across))
    classes[len(upright) // 2] = "main"
    return Lines(np.array([*upright, *across], dtype=object), tuple(classes))


def with_line(
    place: Ground, line: BaseGeometry, kind: str, barriers: frozenset[str] = frozenset()
) -> Ground:
    """The same ground with another line."""
    shapes = np.append(place.lines.shapes, np.array([line], dtype=object))
    lines = Lines(shapes, (*place.lines.classes, kind), barriers=barriers)
    return replace(place, lines=lines)


def with_present(place: Ground, proposal: Proposal, *locked: int) -> Ground:
    """The same ground where a proposal was taken over."""
    marks = np.isin(np.arange(len(proposal.shapes)), locked)
    return replace(place, present=Present(proposal.shapes, marks))


def with_households(place: Ground, households: NDArray[np.int64]) -> Ground:
    return replace(place, homes=replace(place.homes, households=households))


def kind(proposals: list[Proposal], name: str) -> Proposal:
    """The proposal of a kind."""
    (found,) = [one for one in proposals if name in one.kinds]
    return found


def require_sound(
    place: Ground, proposal: Proposal, cells: Cells | None = None, *, contiguous: bool = True
) -> None:
    """Refuse what no proposal may be, asked of the shapes and not of the proposer's own sums."""
    shapes = proposal.shapes
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    together = shapely.coverage_union_all(shapes)
    assert shapely.area(shapely.symmetric_difference(together, place.region)) < 1e-12
    inside = shapely.covers(place.region, shapely.points(place.homes.points))
    assert proposal.households.sum() == place.homes.households[inside].sum()
    at = shapely.STRtree(shapes).query(
        shapely.points(place.homes.points[inside]), predicate="intersects"
    )
    homes, times = np.unique(at[0], return_counts=True)
    alone = homes[times == 1]
    if len(alone) == inside.sum():
        held = np.bincount(
            at[1], weights=place.homes.households[inside][at[0]], minlength=len(shapes)
        )
        assert held.tolist() == proposal.households.tolist()
    if contiguous:
        graph = cell_graph(cells or cut_into_cells(place), place.lines)
        whole = pieces(graph, proposal.label)
        assert whole.max() + 1 == len(shapes)

"""Overlaps, gaps and slivers of one level, as findings."""

from __future__ import annotations

import numpy as np
import shapely

from gisgrid.geometry.checking.ground import GroundFaults
from gisgrid.geometry.checking.pieces import Piece, sift
from gisgrid.geometry.checking.values import Below, Finding, Level, Tolerances
from gisgrid.geometry.checking.wording import amount, grid_names, named
from gisgrid.geometry.crs import GeometryArray

__all__ = ["gap_findings", "overlap_findings"]


def overlap_findings(
    level: Level, faults: GroundFaults, tolerances: Tolerances
) -> tuple[list[Finding], list[Below]]:
    """Ground that two grids share: an error beyond the tolerance."""
    sifted = sift(faults.shared, tolerances.overlap_m2, tolerances.width_m)
    limit = amount(tolerances.overlap_m2)
    findings = []
    for k, piece in sifted.listed:
        a, b = (level.label(i) for i in faults.pairs[k].tolist())
        zh, en = piece.words()
        sliver = piece.width_m < tolerances.sliver_width_m
        what_zh, what_en = ("狭长重叠", "overlap in a sliver") if sliver else ("重叠", "overlap")
        words = (
            f"{a} 与 {b} {what_zh} {zh},容差 {limit} m²",
            f"{a} and {b} {what_en} of {en}, tolerance {limit} m²"
            if sliver
            else f"{a} and {b} {what_en} by {en}, tolerance {limit} m²",
        )
        kind, cause = ("sliver", "overlap") if sliver else ("overlap", "")
        findings.append(piece.finding(kind, "error", (a, b), words, level.name, cause))
    return findings, sifted.below("overlap", level.name)


def gap_findings(
    level: Level, faults: GroundFaults, tolerances: Tolerances, parents: GeometryArray | None
) -> tuple[list[Finding], list[Below]]:
    """Enclosed ground that no grid owns.

    A hole of the parents too is no fault. Without parents a hole that a single grid leaves open is
    drawn on purpose, and a very large one is a lake.
    """
    gaps = faults.gaps
    around = _neighbours(level, gaps)
    largest = np.inf
    if parents is None:
        shared = np.array([len(grids) > 1 for grids in around], dtype=np.bool_)
        gaps = gaps[shared]
        around = [grids for grids in around if len(grids) > 1]
        largest = tolerances.largest_gap_m2
    else:
        gaps = _within(gaps, parents)
    sifted = sift(gaps, tolerances.gap_m2, tolerances.width_m)
    findings = [
        _gap(level, around[k], piece, tolerances)
        for k, piece in sifted.listed
        if piece.area_m2 <= largest
    ]
    return findings, sifted.below("gap", level.name)


def _gap(level: Level, grids: tuple[str, ...], piece: Piece, tolerances: Tolerances) -> Finding:
    sliver = piece.width_m < tolerances.sliver_width_m
    near_zh, near_en = grid_names(grids)
    of_zh, of_en = named(level.name)
    zh, en = piece.words()
    what_zh, what_en = ("狭长空隙", "a sliver of a gap") if sliver else ("空隙", "a gap")
    words = (
        f"{near_zh} 之间有{what_zh} {zh},不属于任何{of_zh}",
        f"{what_en} between {near_en}: {en} in no {of_en}",
    )
    kind, cause = ("sliver", "gap") if sliver else ("gap", "")
    return piece.finding(kind, "warning", grids, words, level.name, cause)


def _neighbours(level: Level, gaps: GeometryArray) -> list[tuple[str, ...]]:
    """The grids around each gap."""
    gap, grid = shapely.STRtree(level.polygons).query(gaps, predicate="intersects")
    found: list[list[str]] = [[] for _ in gaps]
    for k, position in zip(gap.tolist(), grid.tolist(), strict=True):
        found[k].append(level.label(position))
    return [tuple(sorted(codes)) for codes in found]


def _within(gaps: GeometryArray, parents: GeometryArray) -> GeometryArray:
    """The part of each gap that the parents claim; an empty shape where they leave it open too."""
    gap, parent = shapely.STRtree(parents).query(gaps, predicate="intersects")
    held = shapely.intersection(gaps[gap], parents[parent])
    return np.array([shapely.union_all(held[gap == k]) for k in range(len(gaps))], dtype=object)

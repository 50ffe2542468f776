"""How the grids of one level lie in those of the level above, as findings."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.geometry.checking.pieces import Piece, sift
from gisgrid.geometry.checking.values import Below, Finding, Level, Tolerances
from gisgrid.geometry.checking.wording import amount, named
from gisgrid.geometry.crs import GeometryArray
from gisgrid.geometry.nesting import parents_by_area

__all__ = ["outside_findings", "unfilled_findings"]


def outside_findings(
    children: Level, parents: Level, tolerances: Tolerances
) -> tuple[list[Finding], list[Below]]:
    """Grids that lie outside the parent that holds their largest share, one finding for each.

    Parameters
    ----------
    children, parents : Level
        Of valid polygons, None where a row has none.
    """
    rows, shapes = _present(children)
    above, outer = _present(parents)
    parent, _, outside = parents_by_area(shapes, outer, [parents.codes[k] for k in above.tolist()])
    spilling = np.flatnonzero(outside > 0.0)
    spills, held = shapes[spilling], parent[spilling]
    inside = held >= 0
    spills[inside] = shapely.difference(spills[inside], outer[held[inside]])
    sifted = sift(spills, tolerances.nesting_m2, tolerances.width_m)
    findings = []
    for k, piece in sifted.listed:
        codes = [children.label(int(rows[spilling[k]]))]
        if inside[k]:
            codes.append(parents.label(int(above[held[k]])))
        words = _outside_words(codes, piece, parents.name, tolerances)
        findings.append(
            piece.finding("outside-parent", "warning", tuple(codes), words, children.name)
        )
    return findings, sifted.below("outside-parent", children.name)


def _outside_words(
    codes: list[str], piece: Piece, above: str, tolerances: Tolerances
) -> tuple[str, str]:
    zh, en = piece.words()
    if len(codes) == 1:
        above_zh, above_en = named(above)
        return (
            f"{codes[0]} 不在任何上级{above_zh}之内:{zh}",
            f"{codes[0]} lies in no {above_en} above it: {en}",
        )
    limit = amount(tolerances.nesting_m2)
    return (
        f"{codes[0]} 超出上级 {codes[1]} {zh},容差 {limit} m²",
        f"{codes[0]} lies outside its parent {codes[1]} by {en}, tolerance {limit} m²",
    )


def unfilled_findings(
    children: Level, parents: Level, tolerances: Tolerances
) -> tuple[list[Finding], list[Below]]:
    """Parents with ground that no grid of the level below covers, one finding for each.

    Parameters
    ----------
    children, parents : Level
        Of valid polygons, None where a row has none.
    """
    rows, outer = _present(parents)
    empty = _uncovered(outer, _present(children)[1])
    sifted = sift(empty, tolerances.nesting_m2, tolerances.width_m)
    limit = amount(tolerances.nesting_m2)
    below_zh, below_en = named(children.name)
    findings = []
    for k, piece in sifted.listed:
        code = parents.label(int(rows[k]))
        zh, en = piece.words()
        words = (
            f"{code} 有 {zh} 不在任何下级{below_zh}之内,容差 {limit} m²",
            f"{code}: no {below_en} below it covers {en}, tolerance {limit} m²",
        )
        findings.append(piece.finding("parent-not-filled", "warning", (code,), words, parents.name))
    return findings, sifted.below("parent-not-filled", parents.name)


def _uncovered(outer: GeometryArray, inner: GeometryArray) -> GeometryArray:
    """The part of each polygon that none of others covers."""
    shape_of, other = shapely.STRtree(inner).query(outer, predicate="intersects")
    covers = [shapely.union_all(inner[other[shape_of == k]]) for k in range(len(outer))]
    return np.asarray(shapely.difference(outer, np.array(covers, dtype=object)), dtype=object)


def _present(level: Level) -> tuple[NDArray[np.int64], GeometryArray]:
    """The rows that have a shape, and their shapes."""
    rows = np.flatnonzero(~shapely.is_missing(level.polygons))
    return rows, level.polygons[rows]

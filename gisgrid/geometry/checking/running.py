"""The checks put together: a level, two levels that nest, a whole district."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import shapely

from gisgrid.geometry.checking.covering import gap_findings, overlap_findings
from gisgrid.geometry.checking.ground import ground_faults
from gisgrid.geometry.checking.nesting import outside_findings, unfilled_findings
from gisgrid.geometry.checking.rows import (
    code_findings,
    household_findings,
    piece_findings,
    ring_findings,
)
from gisgrid.geometry.checking.values import KINDS, Checked, Finding, Level, Tolerances
from gisgrid.geometry.validity import invalid_rings, repair

__all__ = ["check", "check_level", "check_nesting", "joined", "worsened"]

_DEFAULTS = Tolerances()


def check(
    levels: Sequence[Level],
    tolerances: Tolerances = _DEFAULTS,
    *,
    reasons: Mapping[str, str] | None = None,
) -> Checked:
    """Check levels that nest, each by itself and each against the one above.

    Parameters
    ----------
    levels : sequence of Level
        From the top down, in WGS 84 degrees.
    tolerances : Tolerances
    reasons : mapping of code to str, optional
        Why a grid may have fewer or more households than is usual.

    Returns
    -------
    Checked
    """
    parts = []
    above: Level | None = None
    for level in levels:
        parts.append(check_level(level, tolerances, parents=above, reasons=reasons))
        if above is not None:
            parts.append(check_nesting(level, above, tolerances))
        above = level
    return joined(parts, tolerances)


def check_level(
    level: Level,
    tolerances: Tolerances = _DEFAULTS,
    *,
    parents: Level | None = None,
    reasons: Mapping[str, str] | None = None,
) -> Checked:
    """Check the grids of one level: codes, rings, overlaps, gaps, pieces apart, households.

    Beside an invalid ring its proposed repair is what the other checks look at.

    Parameters
    ----------
    level : Level
    tolerances : Tolerances
    parents : Level, optional
        The level above, which says where ground must belong to somebody.
    reasons : mapping of code to str, optional
        As in `check`.

    Returns
    -------
    Checked
    """
    faults = invalid_rings(level.polygons)
    polygons, repairs = repair(level.polygons) if faults else (level.polygons, [])
    solid = replace(level, polygons=polygons)
    ground = ground_faults(polygons)
    overlaps, small_overlaps = overlap_findings(solid, ground, tolerances)
    outer = None if parents is None else sound(parents).polygons
    gaps, small_gaps = gap_findings(solid, ground, tolerances, outer)
    # The parts of a repaired polygon were drawn by nobody.
    drawn = polygons.copy()
    drawn[[fault.position for fault in faults]] = None
    pieces, small_pieces = piece_findings(replace(level, polygons=drawn), tolerances)
    odd, accepted = household_findings(solid, tolerances, reasons or {})
    findings = [
        *code_findings(level),
        *ring_findings(level, faults, repairs, tolerances.overlap_m2),
        *overlaps,
        *gaps,
        *pieces,
        *odd,
    ]
    return Checked(
        findings=_in_order(findings),
        tolerances=tolerances,
        below=(*small_overlaps, *small_gaps, *small_pieces),
        accepted=tuple(accepted),
        grids={level.name: len(level.codes)},
    )


def check_nesting(children: Level, parents: Level, tolerances: Tolerances = _DEFAULTS) -> Checked:
    """Check how the grids of one level lie in those of the level above.

    Parameters
    ----------
    children, parents : Level
        Invalid polygons are taken as their proposed repair.
    tolerances : Tolerances

    Returns
    -------
    Checked
    """
    inner, outer = sound(children), sound(parents)
    outside, small_spills = outside_findings(inner, outer, tolerances)
    unfilled, small_rests = unfilled_findings(inner, outer, tolerances)
    return Checked(
        findings=_in_order([*outside, *unfilled]),
        tolerances=tolerances,
        below=(*small_spills, *small_rests),
    )


def joined(parts: Sequence[Checked], tolerances: Tolerances) -> Checked:
    """Several outcomes as one."""
    return Checked(
        findings=_in_order([one for part in parts for one in part.findings]),
        tolerances=tolerances,
        below=tuple(one for part in parts for one in part.below),
        accepted=tuple(one for part in parts for one in part.accepted),
        grids={name: count for part in parts for name, count in part.grids.items()},
    )


def worsened(before: Checked, after: Checked) -> tuple[Finding, ...]:
    """What is wrong after a change and was not before, or by more than the tolerance of gaps."""
    known = {_key(one): one.area_m2 for one in before.findings}
    return tuple(
        one
        for one in after.findings
        if _key(one) not in known or one.area_m2 > known[_key(one)] + after.tolerances.gap_m2
    )


def _key(one: Finding) -> tuple[str, str, tuple[str, ...]]:
    return (one.kind, one.level, one.codes)


def sound(level: Level) -> Level:
    """A level with the proposed repairs of its invalid polygons in their place."""
    if shapely.is_valid(level.polygons).all():
        return level
    return replace(level, polygons=repair(level.polygons)[0])


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors first, then by kind, the largest first."""
    rank = {kind: k for k, kind in enumerate(KINDS)}
    return tuple(
        sorted(
            findings,
            key=lambda one: (one.severity, rank[one.kind], -one.area_m2, one.codes),
        )
    )

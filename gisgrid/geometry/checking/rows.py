"""What is wrong with single grids: codes, rings, pieces apart, households."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gisgrid.geometry.checking.pieces import sift
from gisgrid.geometry.checking.values import Below, Finding, Level, Tolerances
from gisgrid.geometry.checking.wording import amount, named
from gisgrid.geometry.metric import areas_m2
from gisgrid.geometry.validity import Fault, Repair

__all__ = ["code_findings", "household_findings", "piece_findings", "ring_findings"]

# GEOS' reasons in words of a planner; one that is not here is shown as GEOS says it.
_REASONS: Final = {
    "Self-intersection": ("边界自相交", "its border crosses itself"),
    "Ring Self-intersection": ("边界触及自身", "its border touches itself"),
    "Hole lies outside shell": ("洞在外边界之外", "a hole lies outside its outer border"),
    "Holes are nested": ("洞中有洞", "a hole lies within another"),
    "Nested shells": ("一部分在另一部分之内", "a part lies within another"),
    "Interior is disconnected": ("洞把内部切断", "holes cut its inside apart"),
    "Duplicate Rings": ("有重复的边界环", "a ring is drawn twice"),
    "Too few points in geometry component": ("边界点过少", "its border has too few points"),
    "Invalid Coordinate": ("有无效坐标", "a coordinate is no number"),
    "Empty polygon": ("没有图形", "it has no shape"),
    "No geometry": ("没有图形", "it has no shape"),
}


def code_findings(level: Level) -> list[Finding]:
    """Rows without a code, and codes that several rows have."""
    positions: dict[str, list[int]] = defaultdict(list)
    for position, code in enumerate(level.codes):
        positions[code].append(position)
    missing = positions.pop("", [])
    repeated = {code: rows for code, rows in positions.items() if len(rows) > 1}
    return [_missing(level, row) for row in missing] + [
        _repeated(level, code, rows) for code, rows in repeated.items()
    ]


def _missing(level: Level, row: int) -> Finding:
    zh, en = named(level.name)
    return Finding(
        "missing-code",
        "error",
        (),
        f"第 {row + 1} 行的{zh}没有编码",
        f"the {en} in row {row + 1} has no code",
        level=level.name,
        place=_inside(level.polygons[row]),
        shape=level.polygons[row],
    )


def _repeated(level: Level, code: str, rows: list[int]) -> Finding:
    listed = ", ".join(str(row + 1) for row in rows)
    shapes = [level.polygons[row] for row in rows if level.polygons[row] is not None]
    return Finding(
        "duplicate-code",
        "error",
        (code,),
        f"编码 {code} 重复 {len(rows)} 次:第 {listed} 行",
        f"code {code} stands in {len(rows)} rows: {listed}",
        level=level.name,
        place=_inside(level.polygons[rows[-1]]),
        shape=shapely.geometrycollections(shapes) if shapes else None,
    )


def _inside(shape: BaseGeometry | None) -> tuple[float, float] | None:
    if shape is None or shapely.is_empty(shape):
        return None
    # A centroid can be had of invalid shapes too.
    lon, lat = shapely.get_coordinates(shapely.centroid(shape))[0].tolist()
    return (lon, lat) if np.isfinite([lon, lat]).all() else None


def ring_findings(
    level: Level, faults: list[Fault], repairs: list[Repair], tolerance_m2: float
) -> list[Finding]:
    """Shapes that are no valid polygons, with what their repair would change.

    A border that touches itself says no doubt what it encloses: it is an error only where the
    repair changes more than the tolerance.

    Parameters
    ----------
    level : Level
    faults, repairs : lists
        As `invalid_rings` and `repair` give them for the level's polygons.
    tolerance_m2 : float
    """
    mended = {one.position: one for one in repairs}
    return [_ring(level, one, mended.get(one.position), tolerance_m2) for one in faults]


def _ring(level: Level, fault: Fault, mended: Repair | None, tolerance_m2: float) -> Finding:
    zh, en = _REASONS.get(fault.reason, (fault.reason, fault.reason))
    name, place = level.label(fault.position), fault.place
    changed = np.inf
    if mended is not None and mended.after_m2 > 0.0:
        changed = abs(mended.after_m2 - mended.before_m2)
        shown = amount(changed) if changed > tolerance_m2 else f"≤ {amount(tolerance_m2)}"
        zh += f",建议的修复使面积改变 {shown} m²"
        en += f"; the proposed repair changes its area by {shown} m²"
    return Finding(
        "invalid-ring",
        "error" if changed > tolerance_m2 else "warning",
        (name,),
        f"{name}:{zh}",
        f"{name}: {en}",
        level=level.name,
        place=place or _inside(level.polygons[fault.position]),
        shape=level.polygons[fault.position] if place is None else shapely.Point(place),
        area_m2=changed if np.isfinite(changed) else 0.0,
        cause=fault.reason,
    )


def piece_findings(level: Level, tolerances: Tolerances) -> tuple[list[Finding], list[Below]]:
    """Parts of a grid that lie apart from its largest, among other grids.

    A part that meets no other grid is an island, and no fault.

    Parameters
    ----------
    level : Level
        Of valid polygons.
    """
    parts, grid = shapely.get_parts(level.polygons, return_index=True)
    several = np.bincount(grid, minlength=len(level.polygons))[grid] > 1
    parts, grid = parts[several], grid[several]
    if len(parts) == 0:
        return [], []
    order = np.lexsort((-areas_m2(parts), grid))
    # After the first of each grid, its largest.
    apart = order[1:][np.diff(grid[order]) == 0]
    parts, grid = parts[apart], grid[apart]
    part_of, other = shapely.STRtree(level.polygons).query(parts, predicate="intersects")
    enclosed = np.zeros(len(parts), dtype=np.bool_)
    enclosed[part_of[other != grid[part_of]]] = True
    parts, grid = parts[enclosed], grid[enclosed]
    sifted = sift(parts, tolerances.gap_m2, tolerances.width_m)
    findings = []
    for k, piece in sifted.listed:
        name, size = level.label(int(grid[k])), amount(piece.area_m2)
        words = (
            f"{name} 有一块 {size} m² 的地与其余部分不相连",
            f"{name} has a piece of {size} m² apart from the rest of it",
        )
        findings.append(piece.finding("pieces-apart", "warning", (name,), words, level.name))
    return findings, sifted.below("pieces-apart", level.name)


def household_findings(
    level: Level, tolerances: Tolerances, reasons: Mapping[str, str]
) -> tuple[list[Finding], list[Finding]]:
    """Grids with too few or too many households, and those of them with a reason.

    Parameters
    ----------
    level : Level
    tolerances : Tolerances
    reasons : mapping of code to str
        Why a grid may differ.
    """
    if level.households is None:
        return [], []
    least, most = tolerances.households
    with np.errstate(invalid="ignore"):
        odd = np.flatnonzero((level.households < least) | (level.households > most)).tolist()
    findings: tuple[list[Finding], list[Finding]] = ([], [])
    for row in odd:
        name = level.label(row)
        count = int(level.households[row])
        zh, en = ("少于", f"fewer than {least}") if count < least else ("多于", f"more than {most}")
        reason = reasons.get(level.codes[row], "").strip()
        because_zh, because_en = (
            (f"(理由:{reason})", f" (reason: {reason})") if reason else ("", "")
        )
        one = Finding(
            "households",
            "warning",
            (name,),
            f"{name} 有 {count:,} 户,{zh} {least if count < least else most} 户{because_zh}",
            f"{name} has {count:,} households, {en}{because_en}",
            level=level.name,
            place=_inside(level.polygons[row]),
            shape=level.polygons[row],
            reason=reason,
        )
        findings[bool(reason)].append(one)
    return findings

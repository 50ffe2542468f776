"""The outcome of a check in a few lines: what stays within the tolerances, and the verdict."""

from __future__ import annotations

from typing import Final

from gisgrid.geometry.checking.values import Below, Checked, Tolerances
from gisgrid.geometry.checking.wording import KIND_NAMES, amount, named

__all__ = ["summary"]

Words = tuple[str, str]

# The tolerance that a kind is measured against.
_LIMITS: Final = {
    "overlap": "overlap_m2",
    "gap": "gap_m2",
    "pieces-apart": "gap_m2",
    "outside-parent": "nesting_m2",
    "parent-not-filled": "nesting_m2",
}


def summary(checked: Checked) -> list[Words]:
    """Lines in Chinese and in English, the verdict last."""
    lines = [_below(one, checked.tolerances) for one in checked.below]
    if checked.accepted:
        count = len(checked.accepted)
        lines.append((f"{count} 个网格的户数已说明理由", f"{count} household counts are accepted"))
    return [*lines, _verdict(checked)]


def _below(one: Below, tolerances: Tolerances) -> Words:
    kind_zh, kind_en = KIND_NAMES[one.kind]
    level_zh, level_en = named(one.level)
    total, largest = amount(one.area_m2), amount(one.largest_m2)
    limit = amount(getattr(tolerances, _LIMITS[one.kind]))
    wide_zh, wide_en = "", ""
    if tolerances.width_m > 0.0:
        wide = amount(tolerances.width_m)
        wide_zh, wide_en = f"或宽 {wide} m", f" or {wide} m wide"
    return (
        f"{level_zh}:{one.count:,} 处{kind_zh}在容差({limit} m²{wide_zh})之内,"
        f"共 {total} m²,最大 {largest} m²",
        f"{level_en}: {one.count:,} × {kind_en} within the tolerance ({limit} m²{wide_en}), "
        f"{total} m² in all, {largest} m² the largest",
    )


def _verdict(checked: Checked) -> Words:
    t = checked.tolerances
    overlap, gap, nesting = map(amount, (t.overlap_m2, t.gap_m2, t.nesting_m2))
    wide_zh, wide_en = "", ""
    if t.width_m > 0.0:
        wide = amount(t.width_m)
        wide_zh, wide_en = f"、宽度 {wide} m", f", width {wide} m"
    zh = f"容差:重叠 {overlap} m²、空隙 {gap} m²、嵌套 {nesting} m²{wide_zh}"
    en = f"tolerances: overlap {overlap} m², gap {gap} m², nesting {nesting} m²{wide_en}"
    counts_zh = f"错误 {checked.errors:,} 个,警告 {checked.warnings:,} 个"
    counts_en = f"errors {checked.errors:,}, warnings {checked.warnings:,}"
    if checked.errors:
        return f"未通过:{counts_zh};{zh}", f"does not pass: {counts_en}; {en}"
    return f"通过:{counts_zh};{zh}", f"passes: {counts_en}; {en}"

"""Findings in the words of a planner, Chinese first."""

from __future__ import annotations

from typing import Final

__all__ = ["KIND_NAMES", "LEVEL_NAMES", "amount", "grid_names", "named"]

LEVEL_NAMES: Final = {
    "area": ("街镇", "area"),
    "unit": ("村居单元", "unit"),
    "micro": ("微网格", "micro-grid"),
    "police": ("警务区", "police area"),
}
KIND_NAMES: Final = {
    "invalid-ring": ("无效边界", "invalid ring"),
    "overlap": ("重叠", "overlap"),
    "gap": ("空隙", "gap"),
    "sliver": ("狭长碎片", "sliver"),
    "outside-parent": ("超出上级", "outside its parent"),
    "parent-not-filled": ("上级未填满", "parent not filled"),
    "pieces-apart": ("分块不相连", "pieces apart"),
    "households": ("户数", "households"),
    "duplicate-code": ("编码重复", "duplicate code"),
    "missing-code": ("缺少编码", "missing code"),
}
_OTHER: Final = ("网格", "grid")
_MOST_NAMES: Final = 4


def named(level: str) -> tuple[str, str]:
    """What the grids of a level are called, in both languages."""
    return LEVEL_NAMES.get(level, _OTHER)


def amount(value: float) -> str:
    """A number to three digits, whole from 100 on."""
    return f"{value:,.0f}" if value >= 99.95 else f"{value:.3g}"


def grid_names(codes: tuple[str, ...]) -> tuple[str, str]:
    """A few codes, and how many more there are, in both languages."""
    shown, more = codes[:_MOST_NAMES], len(codes) - _MOST_NAMES
    zh, en = "、".join(shown), ", ".join(shown)
    if more <= 0:
        return zh, en
    return f"{zh} 等 {len(codes)} 个", f"{en} and {more} more"

"""The owners of a point, as commands print them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gisgrid.locate import Resolution

__all__ = ["owner_lines", "owners_document"]

_LEVEL_NAMES = {"area": "街镇 area", "unit": "村居 unit", "micro": "微网格 micro"}


def owners_document(found: Resolution) -> dict[str, Any]:
    """For a program."""
    return {
        "status": found.status,
        "nested": found.nested,
        "missing": list(found.missing),
        "grids": [{"level": g.level, "code": g.code, "name": g.name} for g in found.grids],
        "police": {"code": found.police.code, "name": found.police.name} if found.police else None,
    }


def owner_lines(found: Resolution) -> list[str]:
    """For a reader."""
    lines = [] if found.grids else ["界外 outside: 没有网格覆盖此点 no grid covers this point"]
    for grid in found.grids:
        border = "   在边界上 on its border" if grid.border else ""
        lines.append(f"{_LEVEL_NAMES[grid.level]:<14} {grid.code}  {grid.name}{border}")
    lines += [f"{_LEVEL_NAMES[level]:<14} 缺 none" for level in found.missing]
    if found.police:
        lines.append(f"派出所 police  {found.police.code}  {found.police.name}")
    if not found.nested:
        lines.append("注意 各级网格互不嵌套 note: the levels do not nest here")
    return lines

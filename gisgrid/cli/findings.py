"""What ``gisgrid check`` says: findings as a table, a map, and what a repair would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from gisgrid.cli.mapping import write_page
from gisgrid.cli.options import talk

if TYPE_CHECKING:
    from gisgrid.geometry.checking import Checked, Level, Tolerances
    from gisgrid.settings import Settings
    from gisgrid.store.drafts import Repaired

__all__ = ["draw_findings", "print_findings", "print_repair", "write_repair"]

_SEVERITIES: Final = {"error": "错误 error", "warning": "警告 warning"}


def print_findings(checked: Checked) -> None:
    from rich.console import Console
    from rich.table import Table

    from gisgrid.geometry.checking import KIND_NAMES, summary

    console = Console(highlight=False, markup=False)
    # A pipe has no width; what reads it wants whole lines.
    if not console.is_terminal:
        console.width = 240
    if checked.findings:
        table = Table()
        for title in ("严重程度 severity", "类型 kind", "位置 place", "说明 what is wrong"):
            table.add_column(title)
        for one in checked.findings:
            place = "" if one.place is None else "{:.6f}, {:.6f}".format(*one.place)
            zh, en = KIND_NAMES[one.kind]
            words = f"{one.message_zh}\n{one.message_en}"
            table.add_row(_SEVERITIES[one.severity], f"{zh}\n{en}", place, words)
        console.print(table)
    for one in checked.accepted:
        console.print(f"{one.message_zh}\n  {one.message_en}", soft_wrap=True)
    for zh, en in summary(checked):
        console.print(f"{zh}\n  {en}", soft_wrap=True)


def print_repair(repaired: Repaired) -> None:
    """What the drawn repair changes, grid by grid."""
    done = repaired.edit
    typer.echo(f"修复建议 proposed repair   方案 plan {done.plan_id}   修改 edit {done.number}")
    for level in repaired.levels:
        border_zh, border_en = _border_words(level.border_moved_m2)
        typer.echo(
            f"  {level.level:<7} 重画 redrawn {level.redrawn:,}   "
            f"填补空隙 gaps filled {level.gaps_filled:,}   {border_zh} {border_en}"
        )
        for one in level.grids:
            typer.echo(
                f"    {one.code:<14} +{one.gained_m2:,.1f} m²  -{one.lost_m2:,.1f} m²   "
                f"户 households +{one.gained_households:,} -{one.lost_households:,}"
            )


def _border_words(moved_m2: float) -> tuple[str, str]:
    if moved_m2 == 0.0:
        return "外边界不变", "the outer border stays"
    moved = f"{moved_m2:,.3g} m²"
    return f"外边界变动 {moved}", f"the outer border moves by {moved}"


def draw_findings(
    target: Path, levels: list[Level], checked: Checked, name: str, settings: Settings
) -> None:
    from gisgrid.maps import MapText
    from gisgrid.maps.findings import findings_map

    text = MapText(f"网格检查 {name}".strip(), "Check of grids", approval=settings.map_approval)
    page = findings_map(
        levels,
        checked,
        text,
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
    )
    talk.print(write_page(target, page), markup=False)


def write_repair(target: Path, levels: list[Level], tolerances: Tolerances) -> None:
    """Write the proposed polygons with what each would gain and lose."""
    import geopandas as gpd
    import pandas as pd

    from gisgrid.files import write_frame
    from gisgrid.geometry.repairing import propose_repair

    frames = []
    for level in levels:
        made = propose_repair(level.polygons, fill_m2=tolerances.largest_gap_m2)
        gained = dict.fromkeys(range(len(level.codes)), 0.0)
        lost = dict(gained)
        for one in made.changes:
            gained[one.position], lost[one.position] = one.gained_m2, one.lost_m2
        columns = {
            "level": level.name,
            "code": list(level.codes),
            "gained_m2": list(gained.values()),
            "lost_m2": list(lost.values()),
        }
        frames.append(gpd.GeoDataFrame(columns, geometry=made.polygons, crs="EPSG:4326"))
        border_zh, border_en = _border_words(made.border_moved_m2)
        count, gaps = f"{len(made.changes):,}", f"{made.gaps_filled:,}"
        zh = f"修复建议 {level.name}:改变 {count} 个网格,填补 {gaps} 处空隙,{border_zh}"
        en = f"proposed: {count} grids change, {gaps} gaps are filled, {border_en}"
        talk.print(f"{zh}\n  {en}", markup=False)
    written = write_frame(target, pd.concat(frames, ignore_index=True))
    talk.print(f"写出 written    {written.rows:>12,}   → {target}", markup=False)

"""What the user should know of how imported grids lie in the level above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gisgrid.imports.report import Notice
from gisgrid.store.parents import PARENT_LEVEL

if TYPE_CHECKING:
    import geopandas as gpd

    from gisgrid.store.parents import Placed

__all__ = ["household_notices", "nesting_notices"]


def nesting_notices(placed: Placed, level: str, tolerance_m2: float) -> list[Notice]:
    """Say how many grids lie outside their parent by more than a tolerance, or have none."""
    above = PARENT_LEVEL.get(level)
    spilling = int((placed.outside_m2 > tolerance_m2).sum())
    orphans = int(pd.isna(placed.frame["parent"]).sum()) if above else 0
    notices = []
    if spilling:
        size = f"{tolerance_m2:g}"
        zh = f"{spilling:,} 个网格超出上级网格 {size} 平方米以上(不嵌套)"
        en = f"{spilling:,} grids lie outside their parent by more than {size} m² (do not nest)"
        notices.append(Notice("outside-parent", spilling, zh, en))
    if orphans:
        zh = f"{orphans:,} 个网格尚无上级网格:请先发布 {above} 级边界"
        en = f"{orphans:,} grids have no parent yet: publish boundaries of the level {above} first"
        notices.append(Notice("no-parent", orphans, zh, en))
    return notices


def household_notices(frame: gpd.GeoDataFrame, least: int, most: int) -> list[Notice]:
    """Say how many micro-grids declare a number of households outside the usual range."""
    households = frame["households"].dropna()
    odd = int(((households < least) | (households > most)).sum())
    if not odd:
        return []
    zh = f"{odd:,} 个微网格的户数不在 {least}–{most} 户之间(可因地制宜)"
    en = f"{odd:,} micro-grids have fewer than {least} or more than {most} households"
    return [Notice("households", odd, zh, en)]

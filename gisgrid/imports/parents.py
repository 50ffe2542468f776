"""The parent of each imported grid, and what the user should know of how they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gisgrid.geometry.nesting import parents_by_area
from gisgrid.imports.report import Notice
from gisgrid.store.coverages import coverage_frame

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd
    from sqlalchemy import Connection

__all__ = ["PARENT_LEVEL", "find_parents", "household_notices"]

PARENT_LEVEL: Final = {"unit": "area", "micro": "unit"}


def find_parents(
    connection: Connection, frame: gpd.GeoDataFrame, level: str, at: datetime, tolerance_m2: float
) -> tuple[gpd.GeoDataFrame, list[Notice]]:
    """Give each grid without a stated parent the one that holds most of its area.

    Parameters
    ----------
    frame : GeoDataFrame
        parent (code or None) and geometry of valid polygons.
    tolerance_m2 : float
        Area in m² by which a grid may lie outside its parent without a notice.
    """
    above = PARENT_LEVEL.get(level)
    if above is None:
        return frame, []
    parents = coverage_frame(connection, above, at)
    if parents.empty:
        stated = frame["parent"].notna()
        return frame, [_no_parents(int((~stated).sum()), above)] if not stated.all() else []
    position, _, outside = parents_by_area(
        frame.geometry.to_numpy(dtype=object),
        parents.geometry.to_numpy(dtype=object),
        parents["code"].tolist(),
    )
    found = np.where(position >= 0, parents["code"].to_numpy(dtype=object)[position], None)
    stated = frame["parent"].notna().to_numpy()
    frame = frame.assign(parent=np.where(stated, frame["parent"].to_numpy(dtype=object), found))
    notices: list[Notice] = []
    spilling = int(((outside > tolerance_m2) & (position >= 0)).sum())
    if spilling:
        notices.append(_spilling(spilling, tolerance_m2))
    orphans = int(pd.isna(frame["parent"]).sum())
    if orphans:
        notices.append(_no_parents(orphans, above))
    return frame, notices


def household_notices(frame: gpd.GeoDataFrame, least: int, most: int) -> list[Notice]:
    """Say how many micro-grids declare a number of households outside the usual range."""
    households = frame["households"].dropna()
    odd = int(((households < least) | (households > most)).sum())
    if not odd:
        return []
    return [
        Notice(
            "households",
            odd,
            f"{odd:,} 个微网格的户数不在 {least}–{most} 户之间(可因地制宜)",
            f"{odd:,} micro-grids have fewer than {least} or more than {most} households",
        )
    ]


def _spilling(count: int, tolerance_m2: float) -> Notice:
    return Notice(
        "outside-parent",
        count,
        f"{count:,} 个网格超出上级网格 {tolerance_m2:g} 平方米以上(不嵌套)",
        f"{count:,} grids lie outside their parent by more than {tolerance_m2:g} m² (do not nest)",
    )


def _no_parents(count: int, above: str) -> Notice:
    return Notice(
        "no-parent",
        count,
        f"{count:,} 个网格没有上级网格:请先导入 {above} 级边界",
        f"{count:,} grids have no parent: import the boundaries of the level {above} first",
    )

"""A small town of squares, nested in three levels, for tests that need boundaries of known shape.

Micro-grids are squares of 0.01 degree; four of them make a unit, two units side by side an area.
Two areas lie side by side, so the town is eight squares wide and two high.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, Engine

from gisgrid.store import plans
from gisgrid.store.publish import Published, publish

WEST, SOUTH, SIDE = 121.2, 31.3, 0.01

Row = tuple[str, str | None, shapely.Geometry]


def square(x: float, y: float, width: float = 1, height: float = 1) -> shapely.Polygon:
    """A rectangle whose corner and sides are counted in squares of the town."""
    # Corners are computed from their own position, so that neighbours share them exactly.
    west, east = WEST + x * SIDE, WEST + (x + width) * SIDE
    south, north = SOUTH + y * SIDE, SOUTH + (y + height) * SIDE
    return shapely.box(west, south, east, north)


def town_rows() -> dict[str, list[Row]]:
    """The grids of the town: (code, parent, shape) by level."""
    rows: dict[str, list[Row]] = {"area": [], "unit": [], "micro": [], "police": []}
    for a in range(2):
        area = f"A{a + 1}"
        rows["area"].append((area, None, square(4 * a, 0, 4, 2)))
        for u in range(2):
            unit = f"{area}U{u + 1}"
            rows["unit"].append((unit, area, square(4 * a + 2 * u, 0, 2, 2)))
            for m in range(4):
                shape = square(4 * a + 2 * u + m % 2, m // 2)
                rows["micro"].append((f"{unit}M{m + 1}", unit, shape))
    rows["police"] = [("P1", None, square(0, 0, 3, 2)), ("P2", None, square(3, 0, 5, 2))]
    return rows


def frame(rows: Iterable[Row], *, special: bool = False) -> gpd.GeoDataFrame:
    """Rows as plans take them; a grid is called after its code."""
    listed = list(rows)
    return gpd.GeoDataFrame(
        {
            "code": [code for code, _, _ in listed],
            "name": [f"网格{code}" for code, _, _ in listed],
            "parent": [parent for _, parent, _ in listed],
            "special": special,
            "households": pd.array([400] * len(listed), dtype="Int64"),
        },
        geometry=[shape for _, _, shape in listed],
        crs="EPSG:4326",
    )


def publish_rows(
    connection: Connection,
    level: str,
    rows: Iterable[Row],
    *,
    replaces: str = "listed",
    effective_at: datetime | None = None,
) -> Published:
    """Publish grids of one level."""
    plan_id = plans.add(
        connection,
        name="test",
        level=level,
        frame=frame(rows),
        replaces=replaces,
        effective_at=effective_at,
    )
    return publish(connection, plan_id, overlap_tolerance_m2=1.0)


def publish_town(engine: Engine, *, effective_at: datetime | None = None) -> None:
    """Publish the whole town, level by level from the top."""
    for level, rows in town_rows().items():
        with engine.begin() as connection:
            publish_rows(connection, level, rows, effective_at=effective_at)

"""A small district made by hand: two areas, four units, sixteen micro-grids, two police areas.

Each area is two squares side by side, each unit one square, each micro-grid a quarter of it. The
micro-grid 101001004 reaches over its border into 101002003, and 102002's last quarter is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, Engine, insert

from gisgrid.store import plans
from gisgrid.store.publish import Published, publish
from gisgrid.store.tables import address, hazard, patrol_point

WEST, SOUTH, STEP = 121.20, 31.30, 0.01
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
# Wide of the border between the units 101001 and 101002, by less than the tolerance.
REACH = 1e-9

NAMES = {
    "101": "马陆镇",
    "102": "外冈镇",
    "101001": "白银一坊",
    "101002": "洪德四坊",
}


def square(column: float, row: float, wide: float = 1.0, high: float = 1.0) -> Any:
    """A rectangle of the lattice."""
    return shapely.box(
        WEST + column * STEP,
        SOUTH + row * STEP,
        WEST + (column + wide) * STEP,
        SOUTH + (row + high) * STEP,
    )


def level(name: str) -> gpd.GeoDataFrame:
    """The grids of one level, as a plan takes them."""
    rows: list[tuple[str, str | None, Any]]
    if name == "police":
        rows = [("P1", None, square(0, 0, 3, 1)), ("P2", None, square(0, 1, 3, 1))]
    elif name == "area":
        rows = [("101", None, square(0, 0, 2, 1)), ("102", None, square(0, 1, 2, 1))]
    elif name == "unit":
        rows = [
            (f"10{row + 1}00{column + 1}", f"10{row + 1}", square(column, row))
            for row in (0, 1)
            for column in (0, 1)
        ]
    else:
        rows = list(_micros())
    codes = [code for code, _, _ in rows]
    return gpd.GeoDataFrame(
        {
            "code": codes,
            "name": [NAMES.get(code, f"网格{code}") for code in codes],
            "parent": [parent for _, parent, _ in rows],
            "special": False,
            "households": pd.array([400] * len(rows), dtype="Int64"),
        },
        geometry=[shape for _, _, shape in rows],
        crs="EPSG:4326",
    )


def _micros() -> Iterator[tuple[str, str | None, Any]]:
    for row in (0, 1):
        for column in (0, 1):
            unit = f"10{row + 1}00{column + 1}"
            for number in range(4):
                x, y = column + number % 2 / 2, row + number // 2 / 2
                shape = square(x, y, 0.5, 0.5)
                if unit == "101001" and number == 3:
                    shape = square(x, y, 0.5 + REACH / STEP, 0.5)
                if not (unit == "102002" and number == 3):
                    yield f"{unit}{number + 1:03d}", unit, shape


def put(connection: Connection, name: str, frame: gpd.GeoDataFrame, **more: Any) -> Published:
    """Publish the grids of one level."""
    plan = plans.add(connection, name=f"{name} plan", level=name, frame=frame, **more)
    return publish(connection, plan, overlap_tolerance_m2=1.0)


def found_district(engine: Engine) -> None:
    """Publish all levels, and put some places into them."""
    with engine.begin() as connection:
        for name in ("area", "unit", "micro", "police"):
            put(connection, name, level(name), effective_at=BEGAN)
        for table, rows in _places().items():
            connection.execute(insert(table), rows)


def _places() -> dict[Any, list[dict[str, Any]]]:
    def at(column: float, row: float) -> str:
        return f"SRID=4326;POINT({WEST + column * STEP} {SOUTH + row * STEP})"

    return {
        address: [
            {"source_id": "a1", "point": at(0.25, 0.25), "households": 30, "text": "白银路1号"},
            {"source_id": "a2", "point": at(0.75, 0.75), "households": 12, "text": "白银路2号"},
            {"source_id": "a3", "point": at(1.25, 1.25), "households": 9, "text": "外冈路3号"},
        ],
        hazard: [
            {"source_id": "h1", "point": at(0.25, 0.25), "category": "fire", "confidential": False},
            {"source_id": "h2", "point": at(0.25, 0.26), "category": "tip", "confidential": True},
        ],
        patrol_point: [{"source_id": "p1", "point": at(0.25, 0.25), "name": "巡逻点"}],
    }

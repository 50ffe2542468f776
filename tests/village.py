"""A village to paint in: the town of squares with streets and houses in its first unit.

Every micro-grid of the unit A1U1 has 25 houses in 5 rows and 5 columns, with 14 to 18 households
each. Streets run along the borders of the micro-grids and between the houses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import Engine, insert

from gisgrid.imports.loading import PointLoader
from gisgrid.store.copying import as_multi, ewkb
from gisgrid.store.tables import address, building, dividing_line, hazard
from tests.towns import SIDE, SOUTH, WEST

UNIT: Final = "A1U1"
MICROS: Final = ("A1U1M1", "A1U1M2", "A1U1M3", "A1U1M4")
ACROSS: Final = 10  # houses in a row through the unit, which is two squares wide


def house(column: float, row: float) -> tuple[float, float]:
    """Where the door of a house is, or a place between houses."""
    return WEST + (column + 0.5) * SIDE / 5, SOUTH + (row + 0.5) * SIDE / 5


def households(column: int, row: int) -> int:
    """How many households live in a house."""
    return 14 + (3 * column + 5 * row) % 5


def found_village(engine: Engine) -> None:
    """Put houses, streets and hazards into the published town."""
    doors = [(column, row) for row in range(ACROSS) for column in range(ACROSS)]
    points = np.array([house(*door) for door in doors])
    with engine.begin() as connection:
        homes = {
            "text": [f"村路{column * 10 + row}号" for column, row in doors],
            "households": np.array([households(*door) for door in doors]),
        }
        _load(connection, address, "a", points, homes)
        half = 0.03 * SIDE
        outlines = shapely.box(*(points - half).T, *(points + half).T)
        _load(connection, building, "b", points, {"geom": ewkb(as_multi(outlines))})
        spots = points[::7] + 0.01 * SIDE
        columns = {"category": ["fire"] * len(spots), "state": ["open"] * len(spots)}
        _load(connection, hazard, "h", spots, columns)
        connection.execute(insert(dividing_line), [*_streets()])


def _load(connection: Any, table: Any, prefix: str, points: Any, columns: dict[str, Any]) -> None:
    size = len(points)
    loader = PointLoader(connection, table, list(columns))
    names = np.array([f"{prefix}{k}" for k in range(size)], dtype=object)
    good = np.ones(size, dtype=np.bool_)
    frame = gpd.GeoDataFrame(columns)
    loader.add(np.arange(1, size + 1), names, *points.T, {n: frame[n] for n in columns}, good)
    loader.merge(None)


def _streets() -> Iterator[dict[str, Any]]:
    for k in range(11):
        at = k * SIDE / 5
        kind = "main" if k % 5 == 0 else "minor"
        for way, line in (
            ("x", [(WEST + at, SOUTH), (WEST + at, SOUTH + 2 * SIDE)]),
            ("y", [(WEST, SOUTH + at), (WEST + 2 * SIDE, SOUTH + at)]),
        ):
            # One street in two: the others are half-way lines between houses.
            if way == "y" or k % 5 == 0:
                geom = shapely.MultiLineString([line])
                yield {"source_id": f"{way}{k}", "class": kind, "geom": f"SRID=4326;{geom.wkt}"}

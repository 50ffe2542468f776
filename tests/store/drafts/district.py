"""A nested honeycomb in a database: 48 micro-grids in 12 units in 2 areas, with addresses.

Neighbours, parents and children share every vertex of the borders that they share.
"""

from __future__ import annotations

import numpy as np
import shapely
from sqlalchemy import Engine, insert

from gisgrid.bench.honeycomb import make_coverage
from gisgrid.store.tables import address
from tests.towns import Row, publish_rows

COLUMNS, ROWS = 7, 7
ADDRESSES = 600


def district_rows() -> dict[str, list[Row]]:
    """The grids by level, as plans take them."""
    coverage = make_coverage(COLUMNS * ROWS - 1, seed=4)
    units: dict[str, list[shapely.Geometry]] = {}
    micros: list[Row] = []
    for number, shape in enumerate(coverage.polygons):
        row, column = divmod(number, COLUMNS)
        unit = f"A{row // 4 + 1}U{row // 2}{column // 2}"
        units.setdefault(unit, []).append(shape)
        micros.append((f"M{number:03d}", unit, shape))
    unit_rows: list[Row] = [
        (code, code[:2], shapely.coverage_union_all(shapes)) for code, shapes in units.items()
    ]
    areas: list[Row] = [
        (code, None, shapely.coverage_union_all([s for _, up, s in unit_rows if up == code]))
        for code in ("A1", "A2")
    ]
    return {"area": areas, "unit": unit_rows, "micro": micros}


def publish_district(engine: Engine) -> None:
    """Publish all levels, and put addresses with households into them."""
    rows = district_rows()
    for level, listed in rows.items():
        with engine.begin() as connection:
            publish_rows(connection, level, listed)
    ground = shapely.unary_union([shape for _, _, shape in rows["area"]])
    west, south, east, north = ground.bounds
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(west, east, 3 * ADDRESSES), rng.uniform(south, north, 3 * ADDRESSES)
    shapely.prepare(ground)
    inside = np.flatnonzero(shapely.contains_xy(ground, lon, lat))[:ADDRESSES]
    values = [
        {
            "source_id": f"a{k}",
            "point": f"SRID=4326;POINT({lon[k]} {lat[k]})",
            "households": int(rng.integers(0, 9)),
        }
        for k in inside
    ]
    with engine.begin() as connection:
        connection.execute(insert(address), values)

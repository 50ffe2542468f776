"""A town with streets: standard addresses, roads and other names, for tests of texts.

Its grids are those of `tests.towns`, named as towns and committees are.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Engine, delete, insert

from gisgrid.store import plans
from gisgrid.store.addresses import add_alias
from gisgrid.store.publish import publish
from gisgrid.store.tables import (
    address,
    address_alias,
    address_review,
    dividing_line,
    hazard,
    import_run,
    patrol_point,
    reject,
)
from tests.towns import SIDE, SOUTH, WEST, frame, town_rows

PAVED: Final = "paved"
NAMES: Final = {
    "A1": "马陆镇",
    "A2": "安亭镇",
    "A1U1": "白银一坊社区居委会",
    "A1U2": "惠民社区居委会",
    "A2U1": "塘庄村村委会",
    "A2U2": "老街社区居委会",
}

# What every text begins with; then the west and the south of the first one, in squares of the
# town: each lies a twentieth of a square farther east.
ROWS: Final = {
    "上海市嘉定区马陆镇": {
        "白银路288弄{}号": (range(1, 13), 0.1, 0.5),
        "白银路{}号": ((12, 14, 300), 0.1, 0.9),
        "惠民家园{}号": (range(1, 6), 2.2, 0.5),
        "沐峰路6弄{}号": (range(1, 8), 2.2, 1.5),
    },
    "上海市嘉定区安亭镇": {
        "塘庄村{}号": ((1, 3, 151), 4.2, 0.5),
        "德达路153号{}幢": (range(1, 4), 6.2, 0.5),
    },
}

# Class, name and corners in squares of the town.
LINES: Final = (
    ("main", "白银路", [(0, 1), (4, 1)]),
    ("minor", "沐峰路", [(2.1, 0), (2.1, 2)]),
    ("minor", "德达路", [(6, 0), (6, 2)]),
    ("river", "横河", [(0, 0.2), (8, 0.2)]),
    ("wall", "", [(0, 0.3), (8, 0.3)]),
)


def lonlat(x: float, y: float) -> tuple[float, float]:
    """A place in squares of the town, in degrees."""
    return WEST + x * SIDE, SOUTH + y * SIDE


def standard_rows() -> list[tuple[str, float, float]]:
    """Every standard address: text, lon, lat."""
    return [
        (beginning + pattern.format(number), *lonlat(x + 0.05 * step, y))
        for beginning, streets in ROWS.items()
        for pattern, (numbers, x, y) in streets.items()
        for step, number in enumerate(numbers)
    ]


def pave(engine: Engine) -> None:
    """Name the grids of the town, and build its streets and houses."""
    with engine.begin() as connection:
        for level in ("area", "unit"):
            named = frame(row for row in town_rows()[level])
            named["name"] = [NAMES[code] for code in named["code"]]
            plan_id = plans.add(connection, name="names", level=level, frame=named)
            publish(connection, plan_id, overlap_tolerance_m2=1.0)
        for number, (text, lon, lat) in enumerate(standard_rows(), 1):
            build(connection, f"A{number:03d}", text, lon, lat)
        for number, (kind, name, corners) in enumerate(LINES):
            path = ", ".join(f"{lon!r} {lat!r}" for lon, lat in (lonlat(*one) for one in corners))
            row = {"source_id": f"L{number}", "class": kind, "name": name}
            geom = f"SRID=4326;MULTILINESTRING(({path}))"
            connection.execute(insert(dividing_line).values(geom=geom, **row))
        add_alias(
            connection, "槐穗新村", "上海市嘉定区马陆镇沐峰路6弄", kind="estate", source=PAVED
        )


def sweep(engine: Engine) -> None:
    """Take away what was brought since the streets were paved."""
    with engine.begin() as connection:
        for table in (hazard, patrol_point, address_review, reject, import_run):
            connection.execute(delete(table))
        connection.execute(delete(address_alias).where(address_alias.c.source != PAVED))


def build(connection: Connection, source_id: str, text: str, lon: float, lat: float) -> int:
    """Put a standard address; its row."""
    point = f"SRID=4326;POINT({lon!r} {lat!r})"
    row = insert(address).values(source_id=source_id, text=text, point=point)
    return int(connection.execute(row.returning(address.c.id)).scalar_one())

"""Random redraws of the town, and the rows of every table with owners, for tests of assignment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, insert, select, text

from gisgrid.store import grids, holds
from gisgrid.store.places import OWNED
from gisgrid.store.tables import building, campaign_item, case_file, facility
from tests.campaigns import found_task
from tests.towns import SIDE, Row, square, town_rows

# The grids of each level: code -> (parent, shape).
Drawing = dict[str, dict[str, tuple[str | None, Any]]]

# What the owner function gives, but of a place held by hand what is above the grid that holds it.
WRONG = """
    SELECT t.id FROM gisgrid.{table} AS t
    LEFT JOIN gisgrid.manual_assignment AS held
        ON held.place_table = '{table}' AND held.place_id = t.id AND held.ended_at IS NULL
    LEFT JOIN gisgrid.grid_version AS micro
        ON micro.grid_id = held.grid_id AND micro.valid @> clock_timestamp()
    LEFT JOIN gisgrid.grid_version AS unit
        ON unit.grid_id = micro.parent_id AND unit.valid @> clock_timestamp()
    LEFT JOIN gisgrid.grid_version AS area
        ON area.grid_id = unit.parent_id AND area.valid @> clock_timestamp()
    CROSS JOIN LATERAL (
        SELECT max(o.grid_id) FILTER (WHERE o.level = 'area') AS area,
               max(o.grid_id) FILTER (WHERE o.level = 'unit') AS unit,
               max(o.grid_id) FILTER (WHERE o.level = 'micro') AS micro,
               max(o.grid_id) FILTER (WHERE o.level = 'police') AS police,
               coalesce(bool_or(o.border) FILTER (WHERE o.level <> 'police'), false) AS border
        FROM gisgrid.owners_at(t.point, clock_timestamp()) AS o
    ) AS right_one
    WHERE (t.police_id, t.on_border) IS DISTINCT FROM (right_one.police, right_one.border)
       OR (t.assigned_how = 'manual') IS DISTINCT FROM (held.id IS NOT NULL)
       OR CASE
           WHEN held.id IS NULL THEN (t.area_id, t.unit_id, t.micro_id)
               IS DISTINCT FROM (right_one.area, right_one.unit, right_one.micro)
           ELSE micro.grid_id IS NULL OR (t.area_id, t.unit_id, t.micro_id)
               IS DISTINCT FROM (area.grid_id, unit.grid_id, micro.grid_id)
          END
"""


def wrong_rows(connection: Connection) -> dict[str, list[int]]:
    """The rows of each table whose owners are not those that they should be."""
    return {
        table.name: list(connection.scalars(text(WRONG.format(table=table.name))))
        for table in OWNED
    }


def written(connection: Connection) -> dict[str, dict[int, tuple[Any, Any]]]:
    """For each row of each table its owners, and the transaction and place that it was written."""
    owners = "area_id, unit_id, micro_id, police_id, on_border"
    query = "SELECT id, ROW({owners})::text, ROW(xmin, ctid)::text FROM gisgrid.{table}"
    return {
        table.name: {
            row[0]: (row[1], row[2])
            for row in connection.execute(text(query.format(owners=owners, table=table.name)))
        }
        for table in OWNED
    }


def put(connection: Connection, points: np.ndarray, name: str) -> None:
    """A row of every table in turn at each point; triggers assign them."""
    campaign_id, task_id = found_task(connection)
    for number, table in enumerate(OWNED):
        own: dict[str, Any] = {}
        if table is building:
            own["geom"] = f"SRID=4326;{shapely.multipolygons([square(0, 0)]).wkt}"
        if table is campaign_item:
            own |= {"campaign_id": campaign_id, "task_id": task_id}
        if table is case_file:
            own |= {"category": "dispute", "severity": 1, "source": "patrol"}
            own |= dict.fromkeys(("reported_at", "stage_since", "heard_at"), datetime.now(UTC))
        if table is facility:
            own["kind"] = "ramp"
        rows = [
            {
                "source_id": f"{name}{place}",
                "point": shapely.to_wkb(
                    shapely.set_srid(shapely.Point(lon, lat), 4326), hex=True, include_srid=True
                ),
                **({"number": f"{name}{place}"} if table is case_file else {}),
                **own,
            }
            for place, (lon, lat) in enumerate(points[number :: len(OWNED)])
        ]
        connection.execute(insert(table), rows)


def hold_some(
    connection: Connection, rng: np.random.Generator, count: int
) -> dict[tuple[str, str], str]:
    """Hold some of the places in some of the grids, by kind and id; whichever they are."""
    held = {}
    now = datetime.now(UTC)
    codes = [grid.code for grid in grids.listing(connection, now, level="micro")]
    for number in range(count):
        kind = list(holds.HELD_TABLES)[int(rng.integers(len(holds.HELD_TABLES)))]
        names = select(holds.HELD_TABLES[kind].c.source_id).order_by("source_id")
        if found := connection.scalars(names).all():
            name, code = str(rng.choice(found)), str(rng.choice(codes))
            holds.hold(connection, kind, name, grid=code, reason=f"理由 {number}")
            held[kind, name] = code
    return held


def on_borders(rng: np.random.Generator, shapes: list[Any], count: int) -> np.ndarray:
    """Some of the vertices and midpoints of shapes, and points a float away from these."""
    rings = [shapely.get_coordinates(shape) for shape in shapes]
    exact = np.vstack([*rings, *((ring[1:] + ring[:-1]) / 2 for ring in rings)])
    chosen = exact[rng.choice(len(exact), min(count, len(exact)), replace=False)]
    return np.vstack([chosen, np.nextafter(chosen, chosen + rng.choice([-1.0, 1.0], chosen.shape))])


def drawn() -> Drawing:
    """The town as it is published at first."""
    return {
        level: {code: (parent, shape) for code, parent, shape in rows}
        for level, rows in town_rows().items()
    }


def rows_of(drawing: Drawing, level: str) -> list[Row]:
    """The grids of a level as `tests.towns.publish_rows` takes them."""
    return [(code, parent, shape) for code, (parent, shape) in drawing[level].items()]


def move_vertex(drawing: Drawing, rng: np.random.Generator, number: int) -> list[str]:
    """Move a vertex in all grids of some levels that have it."""
    shapes = [shape for _, shape in drawing["micro"].values()]
    corners = np.unique(np.vstack([shapely.get_coordinates(shape) for shape in shapes]), axis=0)
    corner = corners[rng.integers(len(corners))]
    # Now and then by less than anyone can see.
    step = rng.uniform(-0.3, 0.3, 2) * SIDE if rng.random() < 0.8 else np.full(2, 1e-13)
    levels = [["micro"], ["micro", "unit", "area", "police"]][rng.integers(2)]

    def moved(points: np.ndarray) -> np.ndarray:
        return np.where((points == corner).all(axis=1)[:, None], points + step, points)

    new = {
        level: {code: (parent, shapely.transform(shape, moved))
                for code, (parent, shape) in drawing[level].items()}
        for level in levels
    }  # fmt: skip
    if not all(shape.is_valid for grids in new.values() for _, shape in grids.values()):
        return []
    drawing.update(new)
    return levels


def split(drawing: Drawing, rng: np.random.Generator, number: int) -> list[str]:
    """Cut a micro-grid; the other piece gets a code that comes first or last among all."""
    code = str(rng.choice(list(drawing["micro"])))
    parent, shape = drawing["micro"][code]
    west, south, east, north = shape.bounds
    middle = west + (east - west) * rng.uniform(0.3, 0.7)
    pieces = [
        shapely.intersection(shape, shapely.box(*sides))
        for sides in ((west, south, middle, north), (middle, south, east, north))
    ]
    drawing["micro"][code] = (parent, pieces[0])
    drawing["micro"][f"{rng.choice(['A0', 'Z'])}{number}"] = (parent, pieces[1])
    return ["micro"]


def merge(drawing: Drawing, rng: np.random.Generator, number: int) -> list[str]:
    """One micro-grid takes in a neighbour, which ends."""
    code = str(rng.choice(list(drawing["micro"])))
    parent, shape = drawing["micro"][code]
    for other, (_, beside) in list(drawing["micro"].items()):
        both = shapely.union(shape, beside)
        if other != code and both.geom_type == "Polygon":
            drawing["micro"][code] = (parent, both)
            del drawing["micro"][other]
            return ["micro"]
    return []


def give(drawing: Drawing, rng: np.random.Generator, number: int) -> list[str]:
    """A grid goes to another parent: its path, and those of the grids in it, are others."""
    level, above = [("micro", "unit"), ("unit", "area")][rng.integers(2)]
    code = str(rng.choice(list(drawing[level])))
    drawing[level][code] = (str(rng.choice(list(drawing[above]))), drawing[level][code][1])
    return [level]


def end(drawing: Drawing, rng: np.random.Generator, number: int) -> list[str]:
    """A grid ends and leaves a gap."""
    level = str(rng.choice(["micro", "police"]))
    if len(drawing[level]) < 3:
        return []
    del drawing[level][str(rng.choice(list(drawing[level])))]
    return [level]


REDRAWS: dict[str, Callable[[Drawing, np.random.Generator, int], list[str]]] = {
    "move": move_vertex,
    "split": split,
    "merge": merge,
    "give": give,
    "end": end,
}

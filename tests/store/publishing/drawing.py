"""Drawn plans, written straight into the tables: the grids as they shall be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shapely
from sqlalchemy import Connection, insert

from gisgrid.store import grids, revisions
from gisgrid.store.publish import Published, publish
from gisgrid.store.tables import draft_grid, plan


def multi(shape: Any) -> str:
    """A shape as the tables take it."""
    parts = shapely.multipolygons(shapely.get_parts(shape))
    return str(shapely.to_wkb(shapely.set_srid(parts, 4326), hex=True, include_srid=True))


def row(
    key: int, code: str, parent: int | None, shape: Any, *, level: str = "micro", **more: Any
) -> dict[str, Any]:
    """A grid of a drawn plan; it is called as the grids of the town are."""
    known = {"name": f"网格{code}", "special": False, "households": 400, "ended": False}
    place = {"key": key, "code": code, "parent_key": parent, "level": level, "geom": multi(shape)}
    return {**known, **place, **more}


def add_drawn(connection: Connection, *rows: Mapping[str, Any], **values: Any) -> int:
    """Store a drawn plan over the present revision."""
    known = {"name": "drawn", "base_revision": revisions.current(connection) or None, **values}
    statement = insert(plan).values(known).returning(plan.c.id)
    plan_id = int(connection.execute(statement).scalar_one())
    columns = ["range_reason", *{name for one in rows for name in one}]
    full = [{"plan_id": plan_id, **{name: one.get(name) for name in columns}} for one in rows]
    if full:
        connection.execute(insert(draft_grid), full)
    return plan_id


def put(connection: Connection, plan_id: int) -> Published:
    """Publish a plan."""
    return publish(connection, plan_id, overlap_tolerance_m2=1.0)


def ids(connection: Connection, *codes: str) -> list[int]:
    """The grids with these codes."""
    found = grids.ids_by_code(connection, codes)
    return [found[code] for code in codes]

"""Grids and hazards as features: selected by condition and key, for standard clients of maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from gisgrid.store.boxes import select_in_boxes
from gisgrid.store.filters import Property
from gisgrid.store.grids import select_grids
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import boundary_version, hazard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection, Row

    from gisgrid.store.filters import Kind

__all__ = [
    "GRID_KINDS",
    "HAZARD_KINDS",
    "found_between",
    "grid_properties",
    "hazard_extent",
    "hazard_properties",
    "hazards",
    "matching_codes",
]

# What a feature says of itself, in this order, and of which kind it is.
GRID_KINDS: Mapping[str, Kind] = {
    "code": "text",
    "name": "text",
    "parent": "text",
    "special": "boolean",
    "households": "integer",
    "valid_from": "instant",
}
HAZARD_KINDS: Mapping[str, Kind] = {
    "category": "text",
    "subject": "text",
    "severity": "integer",
    "state": "text",
    "origin": "text",
    "found_at": "instant",
    "fixed_at": "instant",
    "description": "text",
}


def grid_properties(level: str, at: datetime) -> dict[str, Property]:
    """What a filter of the grids of a level, valid at an instant, may name."""
    query, _ = select_grids(at, boundary_version.c.geom.label("geometry"))
    found = query.where(boundary_version.c.level == level).subquery("feature")
    kinds: dict[str, Kind] = {**GRID_KINDS, "geometry": "geometry"}
    return {name: Property(found.c[name], kind) for name, kind in kinds.items()}


def matching_codes(
    connection: Connection,
    properties: Mapping[str, Property],
    conditions: Iterable[ColumnElement[bool]],
) -> set[str]:
    """The codes of the grids of `grid_properties` that meet all conditions."""
    return set(connection.scalars(select(properties["code"].column).where(*conditions)))


def hazard_properties() -> dict[str, Property]:
    """What a filter of hazards may name."""
    own = {name: Property(hazard.c[name], kind) for name, kind in HAZARD_KINDS.items()}
    key = Property(hazard.c.source_id, "text")
    return {"id": key, **own, "geometry": Property(hazard.c.point, "geometry")}


def found_between(begin: datetime | None, end: datetime | None) -> ColumnElement[bool]:
    """Hazards found in a closed period, and those of which nobody knows when."""
    found = hazard.c.found_at
    bounds = [found >= begin] if begin is not None else []
    bounds += [found <= end] if end is not None else []
    return and_(True, *bounds) | found.is_(None)


def hazards(
    connection: Connection,
    *,
    conditions: Iterable[ColumnElement[bool]] = (),
    boxes: NDArray[np.float64] | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[Row[Any]]:
    """Hazards that may be shown, ordered by their source's id.

    Parameters
    ----------
    conditions : iterable of conditions
        Over `hazard_properties`; all must hold.
    boxes : ndarray of float64, shape (n, 4), optional
        Only those within one of these (west, south, east, north, degrees), which do not overlap.
    after : str
        Only those whose source id comes later, for paging by key.

    Returns
    -------
    list of rows
        id, source_id, lon, lat and the properties.
    """
    columns = [
        hazard.c.id,
        hazard.c.source_id,
        func.ST_X(hazard.c.point).label("lon"),
        func.ST_Y(hazard.c.point).label("lat"),
        *(hazard.c[name] for name in HAZARD_KINDS),
    ]
    query = select(*columns) if boxes is None else select_in_boxes(columns, hazard.c.point, boxes)
    query = query.where(visible_to(connection, hazard), *conditions)
    if after:
        query = query.where(hazard.c.source_id > after)
    return list(connection.execute(query.order_by(hazard.c.source_id).limit(limit)))


def hazard_extent(connection: Connection) -> list[float] | None:
    """West, south, east and north of the hazards that may be shown; None without any."""
    extent = func.ST_Extent(hazard.c.point)
    sides = (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)
    row = connection.execute(
        select(*(side(extent) for side in sides)).where(visible_to(connection, hazard))
    ).one()
    return None if row[0] is None else [float(side) for side in row]

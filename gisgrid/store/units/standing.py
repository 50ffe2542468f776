"""How the micro-grids of a unit stand in a plan: households, hazards, shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from sqlalchemy import func, literal, or_, select

from gisgrid.geometry.metric import areas_m2
from gisgrid.planning.measures import polsby_popper
from gisgrid.store.drafts.state import PlanState, frame
from gisgrid.store.holds.queries import is_open
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import address, hazard, manual_assignment
from gisgrid.store.units.seeing import unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection, Table

    from gisgrid.store.drafts.state import DrawnGrid

__all__ = ["GridStanding", "unit_standing"]


@dataclass(frozen=True)
class GridStanding:
    """How a micro-grid stands.

    Attributes
    ----------
    key : int
    code, name : str
    households : int
        Of the addresses that it owns, by where they lie or because they are held by hand.
    declared : int or None
    range_reason : str or None
        Why fewer or more households than usual are accepted.
    hazards : int
        The open ones that it owns, confidential ones left out.
    area_m2 : float
    compactness : float
        Polsby-Popper.
    pieces : int
        Parts that lie apart.
    """

    key: int
    code: str
    name: str
    households: int
    declared: int | None
    range_reason: str | None
    hazards: int
    area_m2: float
    compactness: float
    pieces: int


def unit_standing(connection: Connection, plan_id: int, code: str) -> list[GridStanding]:
    """How the micro-grids of a plan's unit stand, in the order of their codes.

    Raises
    ------
    InputError
        The grid is no unit.
    NotFound
        There is no such grid.
    """
    state = PlanState(connection, plan_id)
    unit = unit_of(state, code)
    grids = sorted(state.below([unit.key]), key=lambda grid: grid.code)
    if not grids:
        return []
    west, south, east, north = map(float, shapely.total_bounds([grid.shape for grid in grids]))
    around = frame(connection, plan_id, "micro", near=(west, south, east, north))
    households, hazards = (_owned(state, table, grids, around) for table in (address, hazard))
    shapes = np.array([grid.shape for grid in grids], dtype=object)
    measures = zip(areas_m2(shapes).tolist(), polsby_popper(shapes).tolist(), strict=True)
    return [
        GridStanding(
            key=grid.key,
            code=grid.code,
            name=grid.name,
            households=households[grid.key],
            declared=grid.households,
            range_reason=grid.range_reason,
            hazards=hazards[grid.key],
            area_m2=area,
            compactness=compactness,
            pieces=len(shapely.get_parts(grid.shape)),
        )
        for grid, (area, compactness) in zip(grids, measures, strict=True)
    ]


def _owned(
    state: PlanState, table: Table, grids: Sequence[DrawnGrid], around: gpd.GeoDataFrame
) -> dict[int, int]:
    """Households, or open hazards, by the key of the grid that owns them."""
    keys = [grid.key for grid in grids]
    places = _places(state.connection, table, keys, around)
    owner = _owners(around, places["point"])
    held = places["held"]
    # A grid that the plan ends holds nothing.
    holds = np.isin(held, [*state.by_key(np.unique(held[held > 0]).tolist())])
    owner[holds] = held[holds]
    return {key: int(places["weight"][owner == key].sum()) for key in keys}


def _places(
    connection: Connection, table: Table, keys: Sequence[int], around: gpd.GeoDataFrame
) -> dict[str, NDArray[Any]]:
    """The places near grids or held by them: their points, who holds them (0: nobody), weights."""
    point, hold = table.c.point, manual_assignment.c
    box = func.ST_MakeEnvelope(*map(float, around.total_bounds), 4326)
    weight: ColumnElement[Any] = literal(1)
    wanted = hazard.c.state == "open"
    if table is address:
        weight, wanted = address.c.households, address.c.households > 0
    query = (
        select(func.ST_X(point), func.ST_Y(point), func.coalesce(hold.grid_id, 0), weight)
        .select_from(table)
        .outerjoin(manual_assignment, is_open(table))
        .where(
            visible_to(connection, table),
            wanted,
            or_(point.bool_op("&&")(box), hold.grid_id.in_(keys)),
        )
    )
    rows = [tuple(row) for row in connection.execute(query)]
    lon, lat, held, count = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return {
        "point": np.column_stack([lon, lat]),
        "held": held.astype(np.int64),
        "weight": count.astype(np.int64),
    }


def _owners(around: gpd.GeoDataFrame, points: NDArray[np.float64]) -> NDArray[np.int64]:
    """The grid (key) that owns each point: of those that cover it the first path; 0 for none."""
    order = sorted(range(len(around)), key=lambda k: around["path"].iloc[k])
    shapes = around.geometry.to_numpy(dtype=object)[order]
    keys = around["key"].to_numpy(dtype=np.int64)[order]
    point, shape = shapely.STRtree(shapes).query(shapely.points(points), predicate="covered_by")
    first = np.full(len(points), len(shapes))
    np.minimum.at(first, point, shape)
    owner: NDArray[np.int64] = np.append(keys, 0)[first]
    return owner

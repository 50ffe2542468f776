"""The grids as a drawn plan has them: those that hold, overlaid by what the plan draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import and_, exists, func, literal, not_, or_, select, union_all

from gisgrid.errors import Conflict, NotFound
from gisgrid.store.tables import boundary_version, draft_grid, grid_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry
    from sqlalchemy import ColumnElement, Connection, Select, Subquery

__all__ = [
    "DrawnGrid",
    "PlanState",
    "changed_since",
    "drawn_grids",
    "frame",
    "no_such_grid",
    "recorded",
    "require_unchanged",
    "rows_of",
]

_FIELDS = (
    "key",
    "level",
    "code",
    "name",
    "parent_key",
    "special",
    "households",
    "range_reason",
)


@dataclass(frozen=True)
class DrawnGrid:
    """A grid as a plan has it.

    Attributes
    ----------
    key : int
        The grid's id, or below 0 for one that the plan makes.
    level, code, name : str
    parent_key : int or None
    special : bool
    households : int or None
        As declared.
    range_reason : str or None
        Why fewer or more households than usual are accepted.
    shape : Polygon or MultiPolygon
        In degrees, EPSG:4326.
    ended : bool
        The grid ends with the plan.
    """

    key: int
    level: str
    code: str
    name: str
    parent_key: int | None
    special: bool
    households: int | None
    range_reason: str | None
    shape: BaseGeometry
    ended: bool = False


@dataclass(frozen=True)
class PlanState:
    """The grids of a plan, read as they are asked for."""

    connection: Connection
    plan_id: int

    def grid(self, code: str) -> DrawnGrid:
        """The grid that has a code in the plan.

        Raises
        ------
        NotFound
            No grid of the plan has it.
        """
        return self.grids([code])[0]

    def grids(self, codes: Sequence[str]) -> list[DrawnGrid]:
        """Grids in the order of their codes as given.

        Raises
        ------
        NotFound
            No grid of the plan has one of the codes.
        """
        state = rows_of(self.plan_id)
        found = {grid.code: grid for grid in self._read(state, state.c.code.in_(list(codes)))}
        for code in codes:
            if code not in found:
                raise no_such_grid(self.plan_id, code)
        return [found[code] for code in codes]

    def by_key(self, keys: Iterable[int]) -> dict[int, DrawnGrid]:
        """Grids by their keys; those that the plan lacks are left out."""
        state = rows_of(self.plan_id)
        return {grid.key: grid for grid in self._read(state, state.c.key.in_(list(keys)))}

    def below(self, keys: Iterable[int]) -> list[DrawnGrid]:
        """The grids directly below others."""
        state = rows_of(self.plan_id)
        return self._read(state, state.c.parent_key.in_(list(keys)))

    def near(self, box: tuple[float, float, float, float], *levels: str) -> list[DrawnGrid]:
        """The grids of some levels whose own boxes meet a box (west, south, east, north)."""
        state = rows_of(self.plan_id)
        envelope = func.ST_MakeEnvelope(*map(float, box), 4326)
        return self._read(state, state.c.level.in_(levels), state.c.geom.bool_op("&&")(envelope))

    def _read(self, state: Subquery, *wanted: ColumnElement[bool]) -> list[DrawnGrid]:
        query = select(
            *(state.c[name] for name in _FIELDS), func.ST_AsBinary(state.c.geom).label("wkb")
        ).where(*wanted)
        return drawn_grids(self.connection.execute(query.order_by(state.c.key)).all())


def no_such_grid(plan_id: int, code: str) -> NotFound:
    """The error that no grid of a plan has a code."""
    return NotFound(
        "no grid of the plan has this code",
        where=f"plan {plan_id}, grid {code}",
        fix=f"gisgrid plan show {plan_id}",
    )


def frame(
    connection: Connection,
    plan_id: int,
    level: str,
    *,
    near: tuple[float, float, float, float] | None = None,
) -> gpd.GeoDataFrame:
    """The grids of one level as a plan has them.

    Parameters
    ----------
    near : tuple of float, optional
        Only grids whose own boxes meet this one (west, south, east, north, degrees).

    Returns
    -------
    GeoDataFrame
        EPSG:4326, ordered by code: as `gisgrid.store.coverages.coverage_frame`, but ``id`` is
        missing where the plan makes the grid and ``valid_from`` where it draws it; besides key,
        range_reason and drafted (whether the plan says anything of the grid).
    """
    state, parent, above = (rows_of(plan_id, name) for name in ("state", "parent", "above"))
    query = (
        select(
            *(state.c[name] for name in (*_FIELDS, "drafted", "valid_from")),
            parent.c.code.label("parent"),
            parent.c.name.label("parent_name"),
            above.c.code.label("above"),
            func.ST_AsBinary(state.c.geom).label("wkb"),
        )
        .outerjoin(parent, parent.c.key == state.c.parent_key)
        .outerjoin(above, above.c.key == parent.c.parent_key)
        .where(state.c.level == level)
        .order_by(state.c.code)
    )
    if near is not None:
        envelope = func.ST_MakeEnvelope(*map(float, near), 4326)
        query = query.where(state.c.geom.bool_op("&&")(envelope))
    rows = connection.execute(query).all()
    plain = ("key", "code", "name", "special", "valid_from")
    columns: dict[str, Any] = {
        "id": pd.array([row.key if row.key > 0 else None for row in rows], dtype="Int64")
    }
    columns |= {name: [getattr(row, name) for row in rows] for name in plain}
    columns["path"] = [
        tuple(code for code in (row.above, row.parent, row.code) if code is not None)
        for row in rows
    ]
    columns["households"] = pd.array([row.households for row in rows], dtype="Int64")
    # As objects, for a column of texts would make NaN of what is missing.
    for name in ("parent", "parent_name", "range_reason"):
        columns[name] = pd.Series([getattr(row, name) for row in rows], dtype=object)
    columns["drafted"] = [row.drafted for row in rows]
    return gpd.GeoDataFrame(columns, geometry=_shapes(rows), crs="EPSG:4326")


def changed_since(connection: Connection, plan_id: int, base_revision: int) -> list[str]:
    """Codes of grids that a plan draws and that were published anew after its revision."""
    keys = connection.scalars(
        select(draft_grid.c.key).where(draft_grid.c.plan_id == plan_id, draft_grid.c.key > 0)
    )
    return _published_since(connection, set(keys), base_revision)


def require_unchanged(
    connection: Connection, plan_id: int, keys: Iterable[int], base_revision: int
) -> None:
    """Refuse to draw on grids that others published anew after the plan's revision.

    Raises
    ------
    Conflict
        It names the grids.
    """
    codes = _published_since(connection, {key for key in keys if key > 0}, base_revision)
    if codes:
        raise Conflict(
            f"published anew after the plan's revision {base_revision}",
            where=f"plan {plan_id}, grid {', '.join(codes)}",
            fix=f"gisgrid plan rebase {plan_id}",
        )


def _published_since(connection: Connection, keys: set[int], base_revision: int) -> list[str]:
    touched = union_all(
        *(
            select(table.c.grid_id).where(
                table.c.grid_id.in_(keys),
                or_(table.c.revision > base_revision, table.c.ended_revision > base_revision),
            )
            for table in (grid_version, boundary_version)
        )
    ).subquery()
    label = grid_version.c
    named = (
        select(label.grid_id, label.code)
        .where(label.grid_id.in_(select(touched.c.grid_id)))
        .order_by(label.id)
    )
    # A grid may have had several codes; the last one is how it is called now.
    codes = {row.grid_id: row.code for row in connection.execute(named)} if keys else {}
    return sorted(codes.values())


def recorded(connection: Connection, keys: Iterable[int]) -> dict[int, DrawnGrid]:
    """Grids that hold, as the record has them, by key."""
    held = _held(grid_version.c.grid_id.in_(list(keys))).subquery()
    fields = [held.c[name] for name in _FIELDS]
    rows = connection.execute(select(*fields, func.ST_AsBinary(held.c.geom).label("wkb"))).all()
    return {grid.key: grid for grid in drawn_grids(rows)}


def drawn_grids(rows: Sequence[Any]) -> list[DrawnGrid]:
    """Grids from rows with the fields of `DrawnGrid`, the shape as ``wkb``; ended if they say."""
    return [
        DrawnGrid(
            **{name: getattr(row, name) for name in _FIELDS},
            shape=shape,
            ended=getattr(row, "ended", False),
        )
        for row, shape in zip(rows, _shapes(rows), strict=True)
    ]


def rows_of(plan_id: int, name: str = "state") -> Subquery:
    """The rows of a plan's state: `_FIELDS`, drafted, valid_from and geom."""
    drawn, label = draft_grid.c, grid_version.c
    held = _held(not_(exists().where(drawn.plan_id == plan_id, drawn.key == label.grid_id)))
    drafted = select(
        *(drawn[field] for field in _FIELDS),
        literal(True),
        literal(None, boundary_version.c.recorded_at.type),
        drawn.geom,
    ).where(drawn.plan_id == plan_id, not_(drawn.ended))
    return union_all(held, drafted).subquery(name)


def _held(wanted: ColumnElement[bool]) -> Select[Any]:
    """The grids that hold, in the columns of `rows_of`."""
    label, version = grid_version.c, boundary_version.c
    return (
        select(
            label.grid_id.label("key"),
            version.level,
            label.code,
            label.name,
            label.parent_id.label("parent_key"),
            label.special,
            label.households,
            label.range_reason,
            literal(False).label("drafted"),
            func.lower(version.valid).label("valid_from"),
            version.geom,
        )
        .join(
            boundary_version,
            and_(version.grid_id == label.grid_id, func.upper_inf(version.valid)),
        )
        .where(func.upper_inf(label.valid), wanted)
    )


def _shapes(rows: Sequence[Any]) -> NDArray[np.object_]:
    wkb = np.array([bytes(row.wkb) for row in rows], dtype=object)
    shapes: NDArray[np.object_] = shapely.from_wkb(wkb)
    return shapes

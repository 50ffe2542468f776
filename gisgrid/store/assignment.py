"""Assigning what is already in the tables, after the boundaries changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    MetaData,
    Select,
    Table,
    exists,
    func,
    select,
    update,
)

from gisgrid.store.copying import copy_in, copy_out, ewkb
from gisgrid.store.places import OWNED, owner_columns
from gisgrid.store.tables import LEVELS
from gisgrid.store.tables.base import geometry

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.locate import LevelIndex

__all__ = ["reassign"]

_OWNERS: Final = (*(f"{level}_id" for level in LEVELS), "on_border")


def reassign(
    connection: Connection, index: LevelIndex, touched: NDArray[np.object_]
) -> dict[str, int]:
    """Put right the owners of every row whose point may lie in an area that changed.

    Parameters
    ----------
    index : LevelIndex
        The boundaries as they are now.
    touched : array of shapely geometries
        Pieces of the changed area, degrees. Their bounding boxes choose the rows, so that a
        point on the very edge of a piece is looked at too.

    Returns
    -------
    dict of str to int
        For each table the rows whose owners changed; no other row is written.
    """
    if len(touched) == 0:
        return {table.name: 0 for table in OWNED}
    pieces = _pieces_table(connection, touched)
    changed = {table.name: _reassign_table(connection, table, pieces, index) for table in OWNED}
    pieces.drop(connection)
    return changed


def _pieces_table(connection: Connection, touched: NDArray[np.object_]) -> Table:
    pieces = Table(
        "touched",
        MetaData(),
        Column("piece", geometry("GEOMETRY")),
        Index("ix_touched_piece", "piece", postgresql_using="gist"),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    pieces.create(connection)
    copy_in(connection, pieces, {"piece": ewkb(touched)})
    return pieces


def _reassign_table(connection: Connection, table: Table, pieces: Table, index: LevelIndex) -> int:
    rows = copy_out(connection, _candidates(table, pieces), _types())
    owners = index.owners(_column(rows, "lon"), _column(rows, "lat"))
    new = owner_columns(owners)
    differs = np.zeros(len(rows), dtype=np.bool_)
    for level in LEVELS:
        old = rows[f"{level}_id"].fill_null(0).to_numpy()
        differs |= old != owners.ids(level)
    differs |= rows["on_border"].to_numpy() != owners.border
    if not differs.any():
        return 0
    mask = pa.array(differs)
    changes: dict[str, Any] = {"id": rows["id"].filter(mask)}
    changes |= {name: pa.array(values).filter(mask) for name, values in new.items()}
    _write(connection, table, changes, index.revision)
    return int(differs.sum())


def _candidates(table: Table, pieces: Table) -> Select[Any]:
    hit = exists().where(pieces.c.piece.bool_op("&&")(table.c.point))
    return select(
        table.c.id,
        func.ST_X(table.c.point).label("lon"),
        func.ST_Y(table.c.point).label("lat"),
        *(table.c[name] for name in _OWNERS),
    ).where(hit)


def _types() -> dict[str, Any]:
    types: dict[str, Any] = {"id": pa.int64(), "lon": pa.float64(), "lat": pa.float64()}
    types |= {f"{level}_id": pa.int64() for level in LEVELS}
    return types | {"on_border": pa.bool_()}


def _column(rows: pa.Table, name: str) -> NDArray[np.float64]:
    values: NDArray[np.float64] = rows[name].to_numpy()
    return values


def _write(connection: Connection, table: Table, changes: dict[str, Any], revision: int) -> None:
    staged = Table(
        "reassigned",
        MetaData(),
        Column("id", BigInteger),
        *(Column(f"{level}_id", BigInteger) for level in LEVELS),
        Column("on_border", Boolean),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    staged.create(connection)
    copy_in(connection, staged, changes)
    connection.execute(
        update(table)
        .where(table.c.id == staged.c.id)
        .values(
            **{name: staged.c[name] for name in _OWNERS},
            assigned_how="bulk",
            assigned_revision=revision,
        )
    )
    staged.drop(connection)

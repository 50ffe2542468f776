"""Everything that lies at a point: staged by COPY, then merged by its source id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    Table,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from gisgrid.locate import NESTED_LEVELS
from gisgrid.store.copying import copy_in
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import (
    LEVELS,
    address,
    building,
    campaign_item,
    case_file,
    dividing_line,
    facility,
    hazard,
    patrol_point,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.locate import Owners

__all__ = [
    "MANUAL",
    "OWNED",
    "TABLES",
    "TITLES",
    "Merged",
    "Stage",
    "exported_columns",
    "owner_columns",
    "stream",
]

# What a user calls it -> where it is kept.
TABLES: Final[Mapping[str, Table]] = {
    "address": address,
    "hazard": hazard,
    "patrol": patrol_point,
    "building": building,
    "line": dividing_line,
    "campaign_item": campaign_item,
    "facility": facility,
}

# What a place is called by, where it has a name of its own.
TITLES: Final[Mapping[str, Any]] = {
    "address": address.c.text,
    "hazard": hazard.c.subject,
    "patrol": patrol_point.c.name,
    "building": building.c.name,
    "facility": facility.c.name,
}

# The tables whose rows have an owner at every level.
OWNED: Final = (address, hazard, patrol_point, building, campaign_item, facility, case_file)

# How the owners of a place came to be that a person assigned to a grid.
MANUAL: Final = "manual"

# What an export leaves out: our own keys, and what it says in another way.
_NOT_EXPORTED: Final = frozenset(
    {
        *("id", "source_id", "import_id", "point", "geom", "building_id", "campaign_id"),
        *(f"{level}_id" for level in LEVELS),
        *("assigned_how", "assigned_revision", "confidential"),
    }
)


# Rows read at a time where there may be millions.
_PORTION: Final = 20_000


@dataclass(frozen=True)
class Merged:
    """What a merge did: rows that were new, rows that changed, rows left as they were."""

    inserted: int
    updated: int
    unchanged: int


def owner_columns(owners: Owners) -> dict[str, Any]:
    """Owners as columns of a table: null where there is none."""
    ids = {level: owners.ids(level) for level in LEVELS}
    columns = {f"{level}_id": pa.array(ids[level], mask=ids[level] == 0) for level in LEVELS}
    return columns | {"on_border": owners.border}


class Stage:
    """A temporary table that takes the rows of one import, gone when the transaction ends.

    Parameters
    ----------
    table : Table
        Where the rows are to go.
    columns : sequence of str
        The columns that the import brings; the others keep their defaults or their values.
    key : tuple of str
        What makes a row the same row when it is imported again.
    """

    def __init__(
        self,
        connection: Connection,
        table: Table,
        columns: Sequence[str],
        *,
        key: tuple[str, ...] = ("source_id",),
    ) -> None:
        self._connection = connection
        self._table = table
        self._key = key
        self._columns = tuple(columns)
        self._stage = Table(
            f"stage_{table.name}",
            MetaData(),
            Column("row", BigInteger, nullable=False),
            *(Column(name, table.c[name].type) for name in self._columns),
            prefixes=["TEMPORARY"],
            postgresql_on_commit="DROP",
        )
        self._stage.create(connection)

    def add(self, columns: Mapping[str, Any]) -> None:
        """Append rows: ``row`` (their number in the file) and the stage's columns."""
        copy_in(self._connection, self._stage, columns)

    def repeated(self) -> Iterator[list[tuple[int, str, int]]]:
        """Rows whose key stood in the file before, in portions: (row, key, row of the first)."""
        stage = self._stage.c
        key = [stage[name] for name in self._key]
        ranked = select(
            stage.row,
            stage[self._key[-1]].label("key"),
            func.first_value(stage.row).over(partition_by=key, order_by=stage.row).label("first"),
        ).subquery()
        query = (
            select(ranked.c.row, ranked.c.key, ranked.c.first)
            .where(ranked.c.row != ranked.c.first)
            .order_by(ranked.c.row)
        )
        found = self._connection.execute(query.execution_options(yield_per=_PORTION))
        for rows in found.partitions():
            yield [(row.row, str(row.key), row.first) for row in rows]

    def merge(self, constants: Mapping[str, Any]) -> Merged:
        """Insert the rows that are new and update those that differ.

        Parameters
        ----------
        constants : mapping of column name to value
            Written with every row that is new or changed, such as the import's id.
        """
        self._connection.execute(select(func.set_config("gisgrid.bulk", "on", true())))
        stage, target = self._stage.c, self._table
        rows = (
            select(
                *(stage[name] for name in self._columns),
                *(literal(value, target.c[name].type) for name, value in constants.items()),
            )
            .ext(distinct_on(*(stage[name] for name in self._key)))
            .order_by(*(stage[name] for name in self._key), stage.row)
        )
        statement = upsert(target).from_select([*self._columns, *constants], rows)
        changing = [name for name in self._columns if name not in self._key]
        new = self._values(statement.excluded, [*changing, *constants])
        merged = (
            statement.on_conflict_do_update(
                index_elements=list(self._key),
                set_=new,
                where=or_(*(target.c[name].is_distinct_from(new[name]) for name in changing)),
            )
            # xmax is the transaction that replaced a row version: none for a fresh row.
            .returning(literal_column("xmax = 0").label("fresh"))
            .cte("merged")
        )
        fresh = merged.c.fresh
        counts = select(
            func.count().filter(fresh), func.count().filter(and_(~fresh)), self._distinct_rows()
        ).select_from(merged)
        inserted, updated, rows_given = self._connection.execute(counts).one()
        self._connection.execute(select(func.set_config("gisgrid.bulk", "", true())))
        return Merged(inserted, updated, rows_given - inserted - updated)

    def _values(self, new: Any, names: Sequence[str]) -> dict[str, Any]:
        """What an update writes: the new values, but the grids of a place held by hand stay.

        They stay as long as its point does.
        """
        row, values = self._table.c, {name: new[name] for name in names}
        if "assigned_how" in values:
            held = and_(row.assigned_how == MANUAL, row.point == new.point)
            kept = ("assigned_how", *(f"{level}_id" for level in NESTED_LEVELS))
            values |= {name: case((held, row[name]), else_=new[name]) for name in kept}
        return values

    def _distinct_rows(self) -> Any:
        keys = select(*(self._stage.c[name] for name in self._key)).distinct().subquery()
        return select(func.count()).select_from(keys).scalar_subquery()


def exported_columns(kind: str) -> dict[str, bool]:
    """The columns of its own that a kind has in an export; whether each is of whole numbers."""
    columns = (column for column in TABLES[kind].c if column.name not in _NOT_EXPORTED)
    return {column.name: isinstance(column.type, Integer) for column in columns}


def stream(connection: Connection, kind: str) -> Iterator[tuple[pd.DataFrame, NDArray[np.object_]]]:
    """All places of a kind that may be shown, in portions.

    Parameters
    ----------
    connection : Connection
    kind : str
        A key of `TABLES` whose rows have owners.

    Yields
    ------
    frame : DataFrame
        id (the source's), the table's own columns, and area_id, unit_id, micro_id, police_id
        (0 where there is no owner).
    points : ndarray of shapely Point
        EPSG:4326.
    """
    table = TABLES[kind]
    own = exported_columns(kind)
    owners = [func.coalesce(table.c[f"{level}_id"], 0).label(f"{level}_id") for level in LEVELS]
    query = (
        select(
            table.c.source_id.label("id"),
            *(table.c[name] for name in own),
            *owners,
            func.ST_X(table.c.point).label("lon"),
            func.ST_Y(table.c.point).label("lat"),
        )
        .where(visible_to(connection, table))
        .order_by(table.c.id)
        .execution_options(yield_per=_PORTION)
    )
    whole = {name: "Int64" for name, is_whole in own.items() if is_whole}
    result = connection.execute(query)
    for rows in result.partitions():
        frame = pd.DataFrame(rows, columns=list(result.keys())).astype(whole)
        lon, lat = frame.pop("lon"), frame.pop("lat")
        yield frame, np.asarray(shapely.points(lon.to_numpy(), lat.to_numpy()))

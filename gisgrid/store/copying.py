"""Rows in and out by COPY, the fastest way PostgreSQL has."""

from __future__ import annotations

import io
import tempfile
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import psycopg2
import pyarrow as pa
import pyarrow.csv
import shapely
from psycopg2 import sql
from sqlalchemy import BigInteger, Boolean, Float
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Select, Table

__all__ = [
    "as_multi",
    "copy_in",
    "copy_numbers",
    "copy_out",
    "ewkb",
    "ewkb_points",
    "number_blocks",
]

# COPY out spools in memory up to this size, then on disk.
_SPOOL_BYTES = 64 * 1024 * 1024

# A point as PostGIS writes it, its bytes in the order that the first of them says.
_POINT: Final = np.dtype(
    [("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")]
)
_POINT_WITH_SRID: Final = 0x20000001
_HEX: Final = np.array([f"{byte:02X}" for byte in range(256)], dtype="S2")

# COPY's binary format: a signature before the rows, a mark after them.
_BINARY: Final = {BigInteger: ">i8", Float: ">f8", Boolean: "?"}
_BINARY_HEAD: Final = 19
_BINARY_TAIL: Final = 2


def ewkb(shapes: NDArray[np.object_]) -> NDArray[Any]:
    """Shapes in EPSG:4326 as the hexadecimal text that PostGIS reads."""
    return np.asarray(shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True))


def ewkb_points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> pa.Array:
    """Points in EPSG:4326 as `ewkb` writes them, without a shape being made of each."""
    points = np.empty(len(lon), _POINT)
    points["order"], points["kind"], points["srid"] = 1, _POINT_WITH_SRID, 4326
    points["x"], points["y"] = lon, lat
    digits = _HEX[points.view(np.uint8)].view(f"S{2 * _POINT.itemsize}")
    return pa.array(digits).cast(pa.string())


def as_multi(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons as multipolygons and lines as multilines, vertex for vertex; None stays None."""
    parts, position = shapely.get_parts(shapes, return_index=True)
    gather = shapely.multipolygons if 3 in shapely.get_type_id(parts) else shapely.multilinestrings
    gathered = np.full(len(shapes), None, dtype=object)
    if len(parts):
        gather(parts, indices=position, out=gathered)
    return gathered


@contextmanager
def _cursor(connection: Connection) -> Iterator[Any]:
    """A cursor for COPY, which fails as any other statement does."""
    with closing(connection.connection.cursor()) as cursor:
        try:
            yield cursor
        except psycopg2.Error as error:
            lost = bool(cursor.connection.closed)
            raise DBAPIError(
                "COPY", None, error, hide_parameters=True, connection_invalidated=lost
            ) from error


def copy_in(connection: Connection, table: Table, columns: Mapping[str, Any]) -> None:
    """Append rows to a table; None is NULL, an empty text stays empty.

    Parameters
    ----------
    columns : mapping of column name to array-like, each of shape (n,)
    """
    rows = pa.table({name: _arrow(values) for name, values in columns.items()})
    buffer = io.BytesIO()
    # Arrow quotes every text and leaves nulls bare, which is how COPY's CSV tells them apart.
    options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
    pa.csv.write_csv(rows, buffer, options)
    buffer.seek(0)
    statement = sql.SQL("COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv)").format(
        table=_qualified(table),
        columns=sql.SQL(", ").join(sql.Identifier(name) for name in rows.column_names),
    )
    with _cursor(connection) as cursor:
        cursor.copy_expert(statement, buffer)


def copy_numbers(connection: Connection, query: Select[Any]) -> NDArray[np.void]:
    """The rows of a query whose columns are numbers and booleans, none of them null.

    Such rows are all of one length in COPY's binary format, so nothing has to be parsed.

    Parameters
    ----------
    query : Select
        Its columns are of the types BigInteger, Float or Boolean.

    Returns
    -------
    structured ndarray, shape (n,)
        A field for each column, in the byte order of the network.
    """
    (rows,) = number_blocks(connection, query, None)
    return rows


def number_blocks(
    connection: Connection, query: Select[Any], size: int | None
) -> Iterator[NDArray[np.void]]:
    """The rows of `copy_numbers`, so many at a time, so that they are never all in memory.

    Parameters
    ----------
    size : int or None
        Most rows of a block; None gives one block with all of them.
    """
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for column in query.selected_columns:
        fields += [(f"{column.name} bytes", ">i4"), (column.name, _BINARY[type(column.type)])]
    row = np.dtype(fields)
    names = [column.name for column in query.selected_columns]
    with tempfile.TemporaryFile() as file:
        statement = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT binary)")
        with _cursor(connection) as cursor:
            cursor.copy_expert(statement.format(sql.SQL(_literal(connection, query))), file)
        left = (file.tell() - _BINARY_HEAD - _BINARY_TAIL) // row.itemsize
        file.seek(_BINARY_HEAD)
        if size is None:
            yield np.fromfile(file, row, left)[names]
            return
        while left:
            block = np.fromfile(file, row, min(left, size))
            left -= len(block)
            yield block[names]


def copy_out(connection: Connection, query: Select[Any], types: Mapping[str, Any]) -> pa.Table:
    """The rows of a query.

    Parameters
    ----------
    types : mapping of column name to pyarrow type
    """
    statement = f"COPY ({_literal(connection, query)}) TO STDOUT WITH (FORMAT csv, HEADER)"
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as spool:
        with _cursor(connection) as cursor:
            cursor.copy_expert(statement, spool)
        spool.seek(0)
        # PostgreSQL writes booleans as t and f, and a text may hold line ends.
        convert = pa.csv.ConvertOptions(
            column_types=dict(types), true_values=["t"], false_values=["f"]
        )
        parse = pa.csv.ParseOptions(newlines_in_values=True)
        # A row must fit into one block, and a text may be long.
        read = pa.csv.ReadOptions(block_size=_SPOOL_BYTES)
        return pa.csv.read_csv(
            spool, read_options=read, parse_options=parse, convert_options=convert
        )


def _literal(connection: Connection, query: Select[Any]) -> str:
    """The text of a query with its parameters in it, for COPY takes none."""
    found = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    # Written for a driver that puts parameters in: every % stands twice.
    return str(found) % ()


def _arrow(values: Any) -> pa.Array:
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    return pa.array(values, from_pandas=True)


def _qualified(table: Table) -> sql.Composable:
    return sql.Identifier(*(part for part in (table.schema, table.name) if part))

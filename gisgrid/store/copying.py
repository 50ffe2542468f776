"""Rows in and out by COPY, the fastest way PostgreSQL has."""

from __future__ import annotations

import io
import tempfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import shapely
from psycopg2 import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Select, Table

__all__ = ["as_multi", "copy_in", "copy_out", "ewkb"]

# COPY out spools in memory up to this size, then on disk.
_SPOOL_BYTES = 64 * 1024 * 1024


def ewkb(shapes: NDArray[np.object_]) -> NDArray[Any]:
    """Shapes in EPSG:4326 as the hexadecimal text that PostGIS reads."""
    return np.asarray(shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True))


def as_multi(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons as multipolygons and lines as multilines, vertex for vertex; None stays None."""
    parts, position = shapely.get_parts(shapes, return_index=True)
    gather = shapely.multipolygons if 3 in shapely.get_type_id(parts) else shapely.multilinestrings
    gathered = np.full(len(shapes), None, dtype=object)
    if len(parts):
        gather(parts, indices=position, out=gathered)
    return gathered


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
    with closing(connection.connection.cursor()) as cursor:
        cursor.copy_expert(statement, buffer)


def copy_out(connection: Connection, query: Select[Any], types: Mapping[str, Any]) -> pa.Table:
    """The rows of a query without parameters.

    Parameters
    ----------
    types : mapping of column name to pyarrow type
    """
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    statement = f"COPY ({compiled}) TO STDOUT WITH (FORMAT csv, HEADER)"
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as spool:
        with closing(connection.connection.cursor()) as cursor:
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


def _arrow(values: Any) -> pa.Array:
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    return pa.array(values, from_pandas=True)


def _qualified(table: Table) -> sql.Composable:
    return sql.Identifier(*(part for part in (table.schema, table.name) if part))

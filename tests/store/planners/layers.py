"""What QGIS sends to a layer, and what a planner sees in it."""

from __future__ import annotations

from typing import Any

import psycopg2
import shapely
from psycopg2 import extensions, sql

from gisgrid.store import planners
from gisgrid.store.server import PrivateServer

__all__ = ["Client", "ask", "change", "draw", "end", "log_in", "run", "shown"]

Client = extensions.connection

_SHAPE = "ST_Multi(ST_GeomFromWKB(%s, 4326))"


def log_in(server: PrivateServer, database: str | None, name: str, **options: str) -> Client:
    """Log a planner in over TLS."""
    host, _, port = str(server.status().listen).rpartition(":")
    known = {"sslmode": "require", "user": planners.role_of(name), "password": f"secret of {name}"}
    return psycopg2.connect(**{"host": host, "port": port, "dbname": database, **known, **options})


def run(client: Client, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement within the transaction of a client."""
    with client.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def ask(client: Client, query: str, *values: Any) -> Any:
    """One value, in a transaction of its own."""
    with client:
        return run(client, query, *values)[0][0]


def change(client: Client, layer: str, code: str, /, **fields: Any) -> None:
    """Change a grid of a layer; a shape goes as WKB."""
    sets = [sql.SQL("{} = {}").format(sql.Identifier(name), _holder(name)) for name in fields]
    statement = sql.SQL("UPDATE drafts.{} SET {} WHERE code = %s").format(
        sql.Identifier(layer), sql.SQL(", ").join(sets)
    )
    with client.cursor() as cursor:
        cursor.execute(statement, [*map(_value, fields.values()), code])
        assert cursor.rowcount == 1


def draw(client: Client, layer: str, /, **fields: Any) -> int:
    """Draw a new grid into a layer; the id that QGIS is told."""
    statement = sql.SQL("INSERT INTO drafts.{} ({}) VALUES ({}) RETURNING id").format(
        sql.Identifier(layer),
        sql.SQL(", ").join(map(sql.Identifier, fields)),
        sql.SQL(", ").join(map(_holder, fields)),
    )
    with client.cursor() as cursor:
        cursor.execute(statement, [*map(_value, fields.values())])
        return int(cursor.fetchone()[0])


def end(client: Client, layer: str, code: str) -> None:
    """Delete a grid of a layer."""
    statement = sql.SQL("DELETE FROM drafts.{} WHERE code = %s").format(sql.Identifier(layer))
    with client.cursor() as cursor:
        cursor.execute(statement, [code])
        assert cursor.rowcount == 1


def shown(client: Client, layer: str) -> dict[str, shapely.Geometry]:
    """The grids of a layer as a planner sees them, by code."""
    query = sql.SQL("SELECT code, ST_AsBinary(geom) FROM drafts.{}").format(sql.Identifier(layer))
    with client, client.cursor() as cursor:
        cursor.execute(query)
        return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in cursor}


def _holder(name: str) -> sql.Composable:
    return sql.SQL(_SHAPE if name == "geom" else "%s")


def _value(value: Any) -> Any:
    return shapely.to_wkb(value) if isinstance(value, shapely.Geometry) else value

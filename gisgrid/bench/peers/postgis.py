"""PostGIS: its plain join, and the fastest form that was found.

The planner flips between driving a join from the points (each looks its grid up) and from the
polygons (each gathers its points), though the second is several times faster: a polygon is then
prepared once for all its points. So that each form is what it says, only one side of each has an
index. Both count and sum in the database; no row is sent.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely
from psycopg2 import sql
from sqlalchemy import Column, Index, Integer, MetaData, Select, Table, func, select, text
from sqlalchemy.schema import CreateSchema, DropSchema

from gisgrid.bench.peers.task import Contender, first_owners
from gisgrid.errors import DatabaseError
from gisgrid.store.copying import copy_in, copy_out, ewkb
from gisgrid.store.engine import make_engine
from gisgrid.store.tables.base import geometry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.bench.peers.task import Task

__all__ = ["from_grids", "from_points"]


@dataclass(frozen=True)
class _Tables:
    """Points and grids in a schema of their own, one of them with an index."""

    schema: str
    points: Table
    grids: Table

    @classmethod
    def named(cls, schema: str, workers: int) -> _Tables:
        metadata = MetaData(schema=schema)
        points = Table(
            "point",
            metadata,
            Column("id", Integer, nullable=False),
            Column("geom", geometry("POINT"), nullable=False),
        )
        grids = Table(
            "grid",
            metadata,
            Column("position", Integer, nullable=False),
            Column("geom", geometry("POLYGON"), nullable=False),
            # Without it the planner counts workers by the size of the table.
            postgresql_with={"parallel_workers": workers},
        )
        return cls(schema, points, grids)

    def join(self, *columns: Any) -> Select[Any]:
        covers = func.ST_Covers(self.grids.c.geom, self.points.c.geom)
        return select(*columns).select_from(self.points.join(self.grids, covers))

    @property
    def counted(self) -> Select[Any]:
        return self.join(func.count(), func.sum(self.grids.c.position))

    @property
    def pairs(self) -> Select[Any]:
        return self.join(self.points.c.id, self.grids.c.position)


@contextmanager
def from_points(task: Task) -> Iterator[Contender]:
    """``points JOIN grids ON ST_Covers`` in one process: an index on the grids, none on the points.

    Raises
    ------
    DatabaseError
        The task names no database, or PostGIS cannot be used in it.
    """
    tables = _Tables.named("gisgrid_bench_plain", 0)
    with _loaded(task, tables, tables.grids, {"max_parallel_workers_per_gather": "0"}) as found:
        yield found


@contextmanager
def from_grids(task: Task) -> Iterator[Contender]:
    """The same join driven from the grids, by as many workers as the task has threads.

    The index is on the points, none on the grids. The leader only gathers, which with as many
    workers as cores was faster than letting it work too.

    Raises
    ------
    DatabaseError
        The task names no database, or PostGIS cannot be used in it.
    """
    workers = task.threads if task.threads > 1 else 0
    tables = _Tables.named("gisgrid_bench_fastest", workers)
    settings = {
        "max_parallel_workers_per_gather": str(workers),
        "parallel_leader_participation": "off",
        "parallel_setup_cost": "0",
        "parallel_tuple_cost": "0",
        "min_parallel_table_scan_size": "0",
    }
    with _loaded(task, tables, tables.points, settings) as found:
        yield found


@contextmanager
def _loaded(
    task: Task, tables: _Tables, indexed: Table, settings: Mapping[str, str]
) -> Iterator[Contender]:
    """A contender on tables that are filled, indexed and analysed, and dropped in the end."""
    if task.database is None:
        raise DatabaseError("this needs a database", fix="give the task one")
    engine = make_engine(task.database).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
            _drop(connection, tables)
            _fill(connection, tables, task)
            Index(f"{indexed.name}_geom", indexed.c.geom, postgresql_using="gist").create(
                connection
            )
            _vacuum(connection, tables)
            for name, value in {"jit": "off", **settings}.items():
                connection.execute(select(func.set_config(name, value, False)))
            try:
                yield Contender(
                    lambda: connection.execute(tables.counted).one(),
                    lambda _: _owners(connection, tables, len(task.lon)),
                    {**_versions(connection), "plan": _plan(connection, tables.counted)},
                )
            finally:
                _drop(connection, tables)
    finally:
        engine.dispose()


def _fill(connection: Connection, tables: _Tables, task: Task) -> None:
    connection.execute(CreateSchema(tables.schema))
    tables.points.metadata.create_all(connection)
    shapes = ewkb(task.coverage.polygons)
    copy_in(connection, tables.grids, {"position": np.arange(len(shapes)), "geom": shapes})
    places = ewkb(np.asarray(shapely.points(task.lon, task.lat)))
    copy_in(connection, tables.points, {"id": np.arange(len(places)), "geom": places})


def _vacuum(connection: Connection, tables: _Tables) -> None:
    with closing(connection.connection.cursor()) as cursor:
        for table in (tables.points, tables.grids):
            name = sql.Identifier(tables.schema, table.name)
            cursor.execute(sql.SQL("VACUUM ANALYZE {}").format(name))


def _owners(connection: Connection, tables: _Tables, count: int) -> NDArray[np.int32]:
    types = {"id": pa.int32(), "position": pa.int32()}
    pairs = copy_out(connection, tables.pairs, types)
    return first_owners(pairs["id"], pairs["position"], count)


def _drop(connection: Connection, tables: _Tables) -> None:
    connection.execute(DropSchema(tables.schema, cascade=True, if_exists=True))


def _versions(connection: Connection) -> dict[str, str]:
    found = connection.execute(
        select(func.current_setting("server_version"), func.postgis_lib_version())
    ).one()
    return {"postgresql": str(found[0]).split()[0], "postgis": str(found[1])}


def _plan(connection: Connection, query: Select[Any]) -> str:
    """The scans of a plan, the driving one first, and how many workers share them."""
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    found = connection.scalar(text(f"EXPLAIN (FORMAT JSON) {compiled}"))
    nodes = list(_nodes(found[0]["Plan"]))
    scans = [
        f"{node['Node Type']} {node['Relation Name']}" for node in nodes if "Relation Name" in node
    ]
    workers = sum(node.get("Workers Planned", 0) for node in nodes)
    return f"{' > '.join(scans)}, {workers} workers"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)

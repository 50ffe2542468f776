"""Ways to put right the micro-grids of a table of addresses after borders moved.

gisgrid looks at what lies near the borders that moved; plain SQL joins the whole table with the
grids. The planner flips between the two forms of that join, so each is forced: one side has no
index that the other form could use.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import BigInteger, Column, Index, MetaData, Table, func, select, text, update

from gisgrid.bench.results import GISGRID
from gisgrid.store import grids
from gisgrid.store.assignment import reassign
from gisgrid.store.copying import copy_numbers
from gisgrid.store.outlines import changes_of
from gisgrid.store.tables import address, boundary_version
from gisgrid.store.tables.base import geometry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Engine

__all__ = ["SCHEMA", "Way", "make_grid_copies", "plain_sql", "with_boxes"]

# Where the peers' copies of the grids are kept.
SCHEMA: Final = "gisgrid_bench_store"

_copies = MetaData(schema=SCHEMA)
_bare, _indexed = (
    Table(name, _copies, Column("id", BigInteger), Column("geom", geometry("MULTIPOLYGON")))
    for name in ("bare", "indexed")
)
Index("ix_indexed_geom", _indexed.c.geom, postgresql_using="gist")


@dataclass(frozen=True)
class Way:
    """One system that puts the table right, in a transaction that is then taken back.

    Attributes
    ----------
    system : str
    run : callable
        Puts right within the connection's transaction; gives how many rows it wrote.
    prepare : callable
        What comes before, in the same transaction, and is not timed.
    plan : str
        How it was told to go about it.
    """

    system: str
    run: Callable[[Connection], int]
    prepare: Callable[[Connection], object]
    plan: str

    def _prepare(self, connection: Connection) -> None:
        # Compiling a statement can take longer than running it.
        connection.execute(text("SET LOCAL jit = off"))
        self.prepare(connection)

    def timed(self, engine: Engine) -> float:
        """The seconds that one run takes; nothing of it is kept."""
        with engine.connect() as connection:
            self._prepare(connection)
            begin = time.perf_counter()
            self.run(connection)
            seconds = time.perf_counter() - begin
            connection.rollback()
        return seconds

    def outcome(self, engine: Engine) -> tuple[int, NDArray[np.int64]]:
        """How many rows a run writes, and the micro-grid of every address after it, by id."""
        with engine.connect() as connection:
            self._prepare(connection)
            written = self.run(connection)
            owners = micro_grids(connection)
            connection.rollback()
        return written, owners


def micro_grids(connection: Connection) -> NDArray[np.int64]:
    """The micro-grid of every address, 0 where there is none, by the address' id."""
    micro = func.coalesce(address.c.micro_id, 0, type_=BigInteger).label("micro")
    rows = copy_numbers(connection, select(address.c.id, micro))
    found: NDArray[np.int64] = rows["micro"][np.argsort(rows["id"])].astype(np.int64)
    return found


def with_boxes(revision: int, at: datetime) -> Way:
    """As a publish does it: the rows in boxes round what moved, through an index of grids."""

    def run(connection: Connection) -> int:
        return reassign(connection, at, changes_of(connection, revision))["address"]

    return Way(GISGRID, run, lambda _: None, "as a publish does it")


def make_grid_copies(connection: Connection, at: datetime) -> None:
    """Copies of the micro-grids for plain SQL: without an index, and with one."""
    connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
    connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    _copies.create_all(connection)
    version = boundary_version.c
    valid = select(version.grid_id, version.geom).where(
        version.level == "micro", version.valid.contains(at)
    )
    for copy in (_bare, _indexed):
        connection.execute(copy.insert().from_select(["id", "geom"], valid))
        connection.execute(text(f"ANALYZE {SCHEMA}.{copy.name}"))


def plain_sql(codes: list[str] | None = None) -> list[Way]:
    """``UPDATE address … FROM grids WHERE ST_Covers(…) AND it changed``, in both forms.

    Parameters
    ----------
    codes : list of str, optional
        The grids to join with, where it is known which changed; all of them otherwise.
    """
    from_points = Way(
        "postgis-from-points",
        lambda connection: _update(connection, _indexed, codes),
        lambda connection: connection.execute(text("DROP INDEX gisgrid.ix_address_point")),
        "no index on the points",
    )
    from_grids = Way(
        "postgis-from-grids",
        lambda connection: _update(connection, _bare, codes),
        lambda _: None,
        "no index on the grids",
    )
    return [from_grids] if codes else [from_points, from_grids]


def _update(connection: Connection, copy: Table, codes: list[str] | None) -> int:
    wanted: list[Any] = [
        func.ST_Covers(copy.c.geom, address.c.point),
        address.c.micro_id.is_distinct_from(copy.c.id),
    ]
    if codes:
        ids = grids.ids_by_code(connection, codes)
        wanted.append(copy.c.id.in_(ids.values()))
    return connection.execute(update(address).where(*wanted).values(micro_id=copy.c.id)).rowcount

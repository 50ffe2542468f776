"""The standard addresses on record as a book that texts are looked up in."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlalchemy import BigInteger, cast, func, select

from gisgrid.address.book import AddressBook
from gisgrid.address.records import Alias, Division
from gisgrid.store import clock, revisions
from gisgrid.store.addresses.crossings import read_roads
from gisgrid.store.changes import fingerprint
from gisgrid.store.copying import copy_out
from gisgrid.store.grids import select_grids, valid_grids
from gisgrid.store.tables import (
    address,
    address_alias,
    address_review,
    boundary_version,
    dividing_line,
)

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection

__all__ = ["book_state", "read_book"]

_COLUMNS = {
    "id": pa.int64(),
    "text": pa.string(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "unit": pa.string(),
}


def read_book(connection: Connection) -> AddressBook:
    """The standard addresses as they are now, with all that helps to find them by a text.

    Areas and units give the names of towns, villages and committees; dividing lines those of
    roads and where they meet; then the aliases that hold, and the texts that a person decided.

    Parameters
    ----------
    connection : Connection
        Of one snapshot, so that all is of one state: that of `book_state`.
    """
    at = clock.now(connection, UTC)
    rows = _addresses(connection, at)
    roads, crossings = read_roads(connection)
    ids = rows["id"].to_numpy()
    return AddressBook.build(
        ids,
        rows["text"].combine_chunks(),
        rows["lon"].to_numpy(),
        rows["lat"].to_numpy(),
        units=_each_once(rows["unit"]),
        divisions=_divisions(connection, at),
        aliases=_aliases(connection),
        roads=roads,
        crossings=crossings,
        decided=_decided(connection, ids),
    )


def book_state(connection: Connection) -> str:
    """A text that differs whenever `read_book` would give another book.

    It reads every address: about 0.3 µs each.
    """
    rows = fingerprint(connection, address, address_alias, dividing_line)
    return f"{revisions.current(connection)}-{rows}-{_decisions_state(connection)}"


def _addresses(connection: Connection, at: datetime) -> pa.Table:
    """Id, text, point and the code of the unit that owns it, by id."""
    unit = valid_grids(at, "unit")
    query = (
        select(
            address.c.id,
            address.c.text,
            func.ST_X(address.c.point).label("lon"),
            func.ST_Y(address.c.point).label("lat"),
            func.coalesce(unit.c.code, "").label("unit"),
        )
        .outerjoin(unit, unit.c.grid_id == address.c.unit_id)
        .where(address.c.text != "")
        .order_by(address.c.id)
    )
    return copy_out(connection, query, _COLUMNS)


def _each_once(codes: pa.ChunkedArray) -> list[str]:
    """Codes as texts of which every one is in memory once."""
    found = codes.combine_chunks().dictionary_encode()
    kinds: list[str] = found.dictionary.to_pylist()
    return [kinds[place] for place in found.indices.to_numpy().tolist()]


def _divisions(connection: Connection, at: datetime) -> list[Division]:
    query, valid = select_grids(at)
    level = boundary_version.c.level
    found = connection.execute(query.where(level.in_(["area", "unit"])).order_by(valid.c.code))
    return [Division(row.code, row.name, row.level, row.parent or "") for row in found]


def _aliases(connection: Connection) -> list[Alias]:
    own = address_alias.c
    query = select(own.name, own.means, own.kind).where(own.ended_at.is_(None)).order_by(own.id)
    return [Alias(**row._mapping) for row in connection.execute(query)]


def _decided(connection: Connection, ids: NDArray[np.int64]) -> dict[str, int]:
    """Where among the addresses each decided text leads; those whose address is gone do not."""
    own = address_review.c
    query = select(own.normal, own.address_id).where(own.state == "decided")
    rows = connection.execute(query).all()
    wanted = np.array([row.address_id for row in rows], dtype=np.int64)
    places = np.searchsorted(ids, wanted)
    there = np.isin(wanted, ids).tolist()
    return {
        row.normal: place
        for row, place, kept in zip(rows, places.tolist(), there, strict=True)
        if kept
    }


def _decisions_state(connection: Connection) -> str:
    """Like a fingerprint, but what is only sent in to the queue changes nothing."""
    own = address_review.c
    row = func.hashtextextended(func.concat(own.id, ":", own.address_id, ":", own.decided_at), 0)
    digest = func.coalesce(func.bit_xor(cast(row, BigInteger)), 0)
    query = select(func.concat(func.count(), ".", digest)).where(own.state == "decided")
    return str(connection.scalar(query))

"""Whether the rows of a table changed: what a shadow made from them is kept under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Table, Text, cast, func, literal_column, select

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["fingerprint", "moment_of"]


def fingerprint(connection: Connection, *tables: Table) -> str:
    """A text that differs whenever a row of the tables was added, changed or removed.

    Every row version has the number of the transaction that wrote it, so a digest of ids and
    numbers over the caller's snapshot is exact and takes no lock; a counter in a row would make
    all writers wait for each other, and a sequence moves before its transaction commits. It
    reads every row: about 0.3 µs each.
    """
    digests = []
    for table in tables:
        written_by = cast(literal_column(f"{table.name}.xmin"), Text)
        row = func.hashtextextended(func.concat(table.c.id, ":", written_by), 0)
        digest = func.coalesce(func.bit_xor(cast(row, BigInteger)), 0)
        digests.append(select(func.concat(func.count(), ".", digest)).scalar_subquery())
    return "-".join(connection.execute(select(*digests)).one())


def moment_of(connection: Connection) -> str:
    """A name of the state that a database snapshot shows: another one after every change.

    The time at which the server started is in it, for another server may use a name again.
    """
    found = connection.execute(
        select(cast(func.pg_current_snapshot(), Text), func.pg_postmaster_start_time())
    ).one()
    return f"{found[0]} {found[1].timestamp()}"

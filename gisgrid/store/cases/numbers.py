"""What people call the cases that records know by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from gisgrid.store.scope import visible_to
from gisgrid.store.tables import case_file

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

__all__ = ["numbers_of", "seen_numbers"]


def numbers_of(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """The numbers of those of the cases that may be seen, by their ids."""
    if not ids:
        return {}
    c = case_file.c
    query = select(c.id, c.number).where(c.id.in_(list(ids)), visible_to(connection, case_file))
    return {row.id: row.number for row in connection.execute(query)}


def seen_numbers(connection: Connection, numbers: Collection[str]) -> set[str]:
    """Those of the numbers whose cases may be seen."""
    if not numbers:
        return set()
    own = case_file.c.number
    query = select(own).where(own.in_(list(numbers)), visible_to(connection, case_file))
    return set(connection.scalars(query))

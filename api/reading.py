"""One snapshot of the record, from which one answer is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from gisgrid.store import clock, revisions
from gisgrid.store.notices import notice
from gisgrid.times import parse_instant

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.service import Service

__all__ = ["Reading", "open_reading"]


@dataclass(frozen=True)
class Reading:
    """A read-only snapshot and what every answer says of it.

    Attributes
    ----------
    connection : Connection
        Sees one state of the record, whatever is published meanwhile.
    revision : int
    at : datetime
        For when the answer holds, in the zone of the settings.
    asked : datetime or None
        The date that was asked for; None for now.
    notice : str
        Such as ``示例数据 / made-up data``; empty for none.
    """

    connection: Connection
    revision: int
    at: datetime
    asked: datetime | None
    notice: str


@contextmanager
def open_reading(service: Service, at: str | None = None) -> Iterator[Reading]:
    """Open a snapshot for as long as an answer is made.

    Routes open it themselves rather than by a dependency: a dependency would hold a connection
    while its route waits for a thread, and both are limited to the same number.

    Parameters
    ----------
    at : str, optional
        As `gisgrid.times.parse_instant` reads it; without it, now.

    Raises
    ------
    InputError
        ``at`` is no date.
    """
    zone = service.settings.zone
    asked = _asked(at, zone)
    snapshot = service.engine.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    with snapshot.connect() as connection:
        revision = revisions.current(connection)
        # Read after the snapshot was taken: a boundary that the snapshot shows began before it.
        when = asked or clock.now(connection, zone)
        yield Reading(connection, revision, when, asked, notice(connection))


def _asked(at: str | None, zone: tzinfo) -> datetime | None:
    if at is None or at.strip().lower() == "today":
        return None
    return parse_instant(at, zone).astimezone(zone)

"""One snapshot of the record, from which one answer is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from gisgrid.access import NOTHING, Sight
from gisgrid.store import clock, revisions
from gisgrid.store.engine import snapshot
from gisgrid.store.notices import notice
from gisgrid.store.scope import look_as
from gisgrid.times import parse_instant

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from api.service import Service

__all__ = ["Reading", "asked_instant", "open_reading", "open_snapshot"]


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

    @property
    def head(self) -> dict[str, Any]:
        """How every JSON answer begins: the revision, then date and notice where there are any."""
        head: dict[str, Any] = {"revision": self.revision}
        if self.asked is not None:
            head["at"] = self.asked.isoformat()
        if self.notice:
            head["notice"] = self.notice
        return head


@contextmanager
def open_reading(
    service: Service, at: str | None = None, *, sight: Sight = NOTHING
) -> Iterator[Reading]:
    """Open a snapshot for as long as an answer is made.

    Routes open it themselves rather than by a dependency: a dependency would hold a connection
    while its route waits for a thread, and both are limited to the same number.

    Parameters
    ----------
    at : str, optional
        As `gisgrid.times.parse_instant` reads it; without it, now.
    sight : Sight
        The rows of places and people that the one who asks may see: without it, none.

    Raises
    ------
    InputError
        ``at`` is no date.
    """
    zone = service.settings.zone
    with open_snapshot(service.engine, zone, asked_instant(at, zone)) as reading:
        look_as(reading.connection, sight)
        yield reading


@contextmanager
def open_snapshot(engine: Engine, zone: tzinfo, asked: datetime | None = None) -> Iterator[Reading]:
    """Open a snapshot of the present, or of the boundaries of an instant that was asked for."""
    with snapshot(engine) as connection:
        revision = revisions.current(connection)
        # Read after the snapshot was taken: a boundary that the snapshot shows began before it.
        when = asked or clock.now(connection, zone)
        yield Reading(connection, revision, when, asked, notice(connection))


def asked_instant(at: str | None, zone: tzinfo) -> datetime | None:
    """The instant that a request asks for, in the zone; None for now.

    Raises
    ------
    InputError
        It is no date.
    """
    if at is None or at.strip().lower() == "today":
        return None
    return parse_instant(at, zone).astimezone(zone)

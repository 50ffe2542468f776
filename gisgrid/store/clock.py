"""The database's clock: boundaries begin by it, so "now" is read from it and from no other."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import func, select

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["name_zone", "now"]


def name_zone(connection: Connection, zone: str) -> None:
    """Say in this transaction in which zone days begin, for triggers that have to know the day."""
    connection.execute(select(func.set_config("gisgrid.zone", zone, True)))


def now(connection: Connection, zone: tzinfo) -> datetime:
    """The present; whatever the caller's snapshot shows began before it."""
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(zone)

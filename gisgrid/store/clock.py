"""The database's clock: boundaries begin by it, so "now" is read from it and from no other."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import func, select

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["now"]


def now(connection: Connection, zone: tzinfo) -> datetime:
    """The present; whatever the caller's snapshot shows began before it."""
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(zone)

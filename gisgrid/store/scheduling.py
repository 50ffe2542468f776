"""Scheduled plans: when the next one is due, and putting in force what is."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from gisgrid.store import clock, revisions
from gisgrid.store.tables import plan

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.store.publish import Applied

__all__ = ["apply_due", "next_due"]


def next_due(connection: Connection) -> datetime | None:
    """When the next scheduled plan takes effect; in the past where that was missed."""
    query = select(func.min(plan.c.effective_at)).where(plan.c.state == "scheduled")
    due: datetime | None = connection.scalar(query)
    return due


def apply_due(connection: Connection, *, overlap_tolerance_m2: float) -> list[Applied]:
    """Put the scheduled plans in force whose day has come, in order, each from its day on.

    Where nothing is due, this costs one short query. Whoever comes second waits for the first
    and finds nothing left to do.

    Returns
    -------
    list of Applied
        What became of each of them.
    """
    due = next_due(connection)
    if due is None or due > clock.now(connection, UTC):
        return []
    # Loaded only when it is needed: every command asks what is due.
    from gisgrid.store.publish import put_due_in_force

    revisions.lock_for_publish(connection)
    return put_due_in_force(connection, overlap_tolerance_m2=overlap_tolerance_m2)

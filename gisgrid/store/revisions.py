"""Revisions: the number that rises with each publish, and the lock that publishing takes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select

from gisgrid.errors import Conflict, NotFound
from gisgrid.store.tables import revision

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["CHANNEL", "add", "current", "effective_at", "hold_still", "lock_for_publish", "of_plan"]

# NOTIFY's channel; the payload is the new revision's number.
CHANNEL: Final = "gisgrid_revision"

# The triggers of the migrations take the same lock, shared, by this number.
_PUBLISH_LOCK: Final = 7_461_202


def lock_for_publish(connection: Connection) -> None:
    """Keep assignments and other publishes out until this transaction ends.

    Raises
    ------
    Conflict
        The transaction would not see what was committed while it waited.
    """
    _require_read_committed(connection)
    connection.execute(select(func.pg_advisory_xact_lock(_PUBLISH_LOCK)))


def hold_still(connection: Connection) -> None:
    """Keep publishes out until this transaction ends, so that an import sees one revision.

    Raises
    ------
    Conflict
        The transaction would not see what was committed while it waited.
    """
    _require_read_committed(connection)
    connection.execute(select(func.pg_advisory_xact_lock_shared(_PUBLISH_LOCK)))


def _require_read_committed(connection: Connection) -> None:
    level = connection.scalar(select(func.current_setting("transaction_isolation")))
    if level != "read committed":
        raise Conflict(
            f"boundaries and places cannot be written in a {level} transaction",
            fix="use READ COMMITTED",
        )


def current(connection: Connection) -> int:
    """The number of the newest revision, 0 before the first publish."""
    return int(connection.scalar(select(func.coalesce(func.max(revision.c.number), 0))) or 0)


def effective_at(connection: Connection, number: int) -> datetime:
    """From when the boundaries of a revision hold.

    Raises
    ------
    NotFound
        There is no such revision.
    """
    query = select(revision.c.effective_at).where(revision.c.number == number)
    found: datetime | None = connection.scalar(query)
    if found is None:
        raise NotFound("there is no such revision", where=f"revision {number}")
    return found


def of_plan(connection: Connection, plan_id: int) -> int | None:
    """The revision that a plan was published as; None where it changed nothing."""
    number: int | None = connection.scalar(
        select(revision.c.number).where(revision.c.plan_id == plan_id)
    )
    return number


def add(
    connection: Connection,
    *,
    effective_at: datetime,
    plan_id: int | None = None,
    author: str = "",
    note: str = "",
) -> int:
    """Begin the next revision and announce it; listeners hear of it when the caller commits.

    The caller holds the publish lock, so numbers rise without gaps.
    """
    number = current(connection) + 1
    connection.execute(
        insert(revision).values(
            number=number, effective_at=effective_at, plan_id=plan_id, author=author, note=note
        )
    )
    connection.execute(select(func.pg_notify(CHANNEL, str(number))))
    return number

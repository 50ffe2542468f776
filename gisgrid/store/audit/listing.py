"""Reading the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from gisgrid.store.tables import audit_event

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Entry", "listing"]


@dataclass(frozen=True)
class Entry:
    """One row of the log.

    Attributes
    ----------
    position : int
    at : datetime
    actor, action, subject : str
        References, no names.
    digest, hash : str
        In hexadecimal; the digest is of what is kept elsewhere, and may be empty.
    """

    position: int
    at: datetime
    actor: str
    action: str
    subject: str
    digest: str
    hash: str


def listing(
    connection: Connection,
    *,
    before: int | None = None,
    limit: int = 100,
    actor: str | None = None,
    subject: str | None = None,
) -> list[Entry]:
    """The newest rows of the log first.

    Parameters
    ----------
    before : int, optional
        Only rows before this position: the last one of the page before.
    limit : int
        Most rows.
    actor, subject : str, optional
        Only those of one who acts, or of one thing.
    """
    log = audit_event.c
    query = (
        select(audit_event)
        .where(log.position.is_not(None))
        .order_by(log.position.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(log.position < before)
    if actor is not None:
        query = query.where(log.actor_ref == actor)
    if subject is not None:
        query = query.where(log.subject == subject)
    return [
        Entry(
            row.position,
            row.at,
            row.actor_ref,
            row.action,
            row.subject,
            row.digest,
            row.hash.hex(),
        )
        for row in connection.execute(query)
    ]

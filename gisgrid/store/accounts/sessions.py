"""Sessions of browsers: a random token in a cookie, its digest on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from gisgrid.errors import NotFound
from gisgrid.store.accounts.secrets import digest, new_secret
from gisgrid.store.tables import login_session

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = [
    "NewSession",
    "Session",
    "begin_session",
    "end_session",
    "end_sessions",
    "sessions_of",
]


@dataclass(frozen=True)
class NewSession:
    """A session that has begun; its token is for the cookie alone."""

    id: int
    account_id: int
    token: str


@dataclass(frozen=True)
class Session:
    """What is on record of a session."""

    id: int
    made_at: datetime
    seen_at: datetime
    expires_at: datetime


def begin_session(connection: Connection, account_id: int, *, hours: float) -> NewSession:
    """Begin a session of an account, which lasts so long at most."""
    token = new_secret()
    row = insert(login_session).values(
        account_id=account_id,
        token_sha256=digest(token),
        expires_at=func.clock_timestamp() + timedelta(hours=hours),
    )
    made = connection.execute(row.returning(login_session.c.id)).scalar_one()
    return NewSession(made, account_id, token)


def end_session(connection: Connection, account_id: int, session_id: int) -> None:
    """End one session of an account.

    Raises
    ------
    NotFound
        It has no such session.
    """
    table = login_session.c
    query = update(login_session).where(
        table.id == session_id, table.account_id == account_id, table.ended_at.is_(None)
    )
    if not connection.execute(query.values(ended_at=func.clock_timestamp())).rowcount:
        raise NotFound("there is no such session", where=f"session {session_id}")


def end_sessions(connection: Connection, account_id: int, *, but: int | None = None) -> None:
    """End the sessions of an account, save one."""
    table = login_session.c
    query = update(login_session).where(table.account_id == account_id, table.ended_at.is_(None))
    if but is not None:
        query = query.where(table.id != but)
    connection.execute(query.values(ended_at=func.clock_timestamp()))


def sessions_of(connection: Connection, account_id: int) -> list[Session]:
    """The sessions of an account that have neither ended nor expired, the newest first."""
    table = login_session.c
    query = (
        select(table.id, table.made_at, table.seen_at, table.expires_at)
        .where(
            table.account_id == account_id,
            table.ended_at.is_(None),
            table.expires_at > func.clock_timestamp(),
        )
        .order_by(table.id.desc())
    )
    return [Session(*row) for row in connection.execute(query)]

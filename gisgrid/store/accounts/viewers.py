"""Who comes by a key or a session: one query each, for it is asked again every second."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update

from gisgrid.access import Grant, Right, Viewer
from gisgrid.store.accounts.keys import parts
from gisgrid.store.accounts.roles import holds_now
from gisgrid.store.accounts.secrets import digest
from gisgrid.store.tables import account, account_role, api_key, login_session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

__all__ = ["Admission", "by_key", "by_session", "viewer_of_account"]

# A session is noted as seen so often at most: a row is written for it.
_NOTED_EVERY: Final = timedelta(minutes=1)
_RIGHTS: Final = frozenset(Right)
_ROLE: Final = (
    account.c.id.label("account"),
    account.c.name,
    account.c.department,
    account_role.c.role,
    account_role.c.whole,
    account_role.c.grid_id,
    account_role.c.police_id,
)


@dataclass(frozen=True)
class Admission:
    """Somebody who may come in.

    Attributes
    ----------
    viewer : Viewer
    expires_at : datetime
        When the key or the session ends by itself.
    per_second : int
        Requests a second that their key may make; 0 for no limit of its own.
    """

    viewer: Viewer
    expires_at: datetime
    per_second: int = 0


def viewer_of_account(connection: Connection, account_id: int) -> Viewer | None:
    """Who an account is, with all its rights; None where it is disabled or there is none."""
    rows = connection.execute(_enabled().where(account.c.id == account_id)).all()
    return _viewer(rows) if rows else None


def by_key(connection: Connection, token: str) -> Admission | None:
    """Who comes with an API key; None where it does not hold, whatever the reason."""
    found = parts(token)
    if found is None:
        return None
    prefix, secret = found
    extra = (api_key.c.id.label("key"), api_key.c.secret_sha256, api_key.c.rights)
    query = (
        _enabled(*extra, api_key.c.per_second, api_key.c.expires_at)
        .join(api_key, api_key.c.account_id == account.c.id)
        .where(
            api_key.c.prefix == prefix,
            api_key.c.revoked_at.is_(None),
            api_key.c.expires_at > func.clock_timestamp(),
        )
    )
    rows = connection.execute(query).all()
    if not rows or not hmac.compare_digest(bytes(rows[0].secret_sha256), digest(secret)):
        return None
    one = rows[0]
    rights = frozenset(Right(right) for right in one.rights if right in _RIGHTS)
    viewer = _viewer(rows, limited_to=rights, key_id=one.key)
    return Admission(viewer, one.expires_at, one.per_second)


def by_session(connection: Connection, token: str, *, idle: timedelta) -> Admission | None:
    """Who comes with the token of a session; None where it is over or was not seen for too long."""
    now, table = func.clock_timestamp(), login_session.c
    query = (
        _enabled(
            table.id.label("session"),
            table.expires_at,
            (table.seen_at < now - _NOTED_EVERY).label("unnoted"),
        )
        .join(login_session, table.account_id == account.c.id)
        .where(
            table.token_sha256 == digest(token),
            table.ended_at.is_(None),
            table.expires_at > now,
            table.seen_at > now - idle,
        )
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    one = rows[0]
    if one.unnoted:
        seen = update(login_session).where(table.id == one.session).values(seen_at=now)
        connection.execute(seen)
    return Admission(_viewer(rows, session_id=one.session), one.expires_at)


def _enabled(*extra: Any) -> Select[Any]:
    """Accounts that may come in, with a row for each role that they hold now."""
    return (
        select(*_ROLE, *extra)
        .select_from(account)
        .outerjoin(account_role, (account_role.c.account_id == account.c.id) & holds_now())
        .where(account.c.disabled_at.is_(None))
        .order_by(account_role.c.id)
    )


def _viewer(rows: Sequence[Row[Any]], **more: Any) -> Viewer:
    first = rows[0]
    grants = tuple(_grant(role, rows) for role in dict.fromkeys(row.role for row in rows) if role)
    return Viewer(first.account, first.name, grants, first.department, **more)


def _grant(role: str, rows: Sequence[Row[Any]]) -> Grant:
    own = [row for row in rows if row.role == role]
    return Grant(
        role,
        any(row.whole for row in own),
        frozenset(row.grid_id for row in own if row.grid_id is not None),
        frozenset(row.police_id for row in own if row.police_id is not None),
    )

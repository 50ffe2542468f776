"""Accounts and keys for tests that come in as somebody."""

from __future__ import annotations

import base64
import hmac
import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine
from starlette.testclient import TestClient

from gisgrid.access import Actor, Right
from gisgrid.store import accounts, grids

_numbers = itertools.count(1)

ACTOR = Actor("cli")
LATER = timedelta(days=1)


def account_with(
    connection: Connection,
    *roles: str,
    grids_: Iterable[str] = (),
    police: Iterable[str] = (),
    whole: bool = False,
    department: str = "",
    name: str = "",
) -> int:
    """An account of its own with roles in places named by their codes."""
    account_id = accounts.add(
        connection, name or f"tester-{next(_numbers)}", actor=ACTOR, department=department
    )
    ids = grids.ids_by_code(connection, [*grids_, *police])
    for role in roles:
        if whole:
            accounts.give(connection, account_id, role, actor=ACTOR, whole=True)
        for code in grids_:
            accounts.give(connection, account_id, role, actor=ACTOR, grid_id=ids[code])
        for code in police:
            accounts.give(connection, account_id, role, actor=ACTOR, police_id=ids[code])
    return account_id


def key_of(
    connection: Connection,
    account_id: int,
    *,
    rights: Iterable[Right] = tuple(Right),
    lasts: timedelta = LATER,
    per_second: int = 0,
) -> accounts.NewKey:
    """A key of an account."""
    return accounts.make_key(
        connection,
        account_id,
        rights=frozenset(rights),
        expires_at=datetime.now(UTC) + lasts,
        actor=ACTOR,
        per_second=per_second,
    )


def carrying(token: str, csrf: str = "") -> dict[str, str]:
    """The headers of a browser with a session: its cookie, and the token of a page of it."""
    return {"Cookie": f"gisgrid={token}", "X-CSRF-Token": csrf or csrf_of(token)}


def csrf_of(token: str) -> str:
    """What the pages of a session send along, as the browser's own pages have it."""
    made = hmac.digest(token.encode(), b"csrf", "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def session_of(connection: Connection, account_id: int) -> str:
    """The token of a new session of an account."""
    return accounts.begin_session(connection, account_id, hours=1).token


def both_ways(
    engine: Engine, role: str, *, grids: Iterable[str] = (), police: Iterable[str] = ()
) -> tuple[dict[str, str], dict[str, str]]:
    """Headers by the key, and by the session, of somebody new who has a role."""
    with engine.begin() as connection:
        account_id = account_with(connection, role, grids_=grids, police=police)
        key = key_of(connection, account_id)
        return bearing(key.token), carrying(session_of(connection, account_id))


def bearing(token: str) -> dict[str, str]:
    """The header of a key."""
    return {"Authorization": f"Bearer {token}"}


def signed_in(
    client: TestClient | None,
    engine: Engine,
    role: str,
    *,
    grids: Iterable[str] = (),
    police: Iterable[str] = (),
    whole: bool = False,
    department: str = "",
) -> dict[str, str]:
    """Headers of somebody new who has a role; of a client too, if one is given."""
    with engine.begin() as connection:
        account_id = account_with(
            connection, role, grids_=grids, police=police, whole=whole, department=department
        )
        headers = bearing(key_of(connection, account_id).token)
    if client is not None:
        client.headers.update(headers)
    return headers

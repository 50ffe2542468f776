"""Accounts and keys for tests that come in as somebody."""

from __future__ import annotations

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

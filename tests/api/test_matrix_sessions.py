"""Every route, asked by browsers: a session does what a key of its account does, and no more.

A change that lacks the token of its session, and a session that does not hold, do nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Engine, func, literal_column, select, update

from gisgrid.access import EVERYTHING, ROLES
from gisgrid.store import accounts
from gisgrid.store.scope import look_as
from gisgrid.store.tables import login_session, metadata

from .lines import Door, Line
from .matrix import LINES
from .planting import OURS
from .signing import (
    ACTOR,
    account_with,
    carrying,
    csrf_of,
    key_of,
    session_of,
)
from .world import (
    PARTS,
    World,
    is_let_in_by_session,
    is_sent_away,
    leaks,
    listed,
    may,
    named,
    planted_world,
    said,
)

__all__ = ["planted_world"]


def test_a_session_with_the_token_of_its_pages_does_what_its_roles_may(world: World) -> None:
    wrong: dict[str, Any] = {}
    for line in LINES:
        names = [name for name in PARTS if may_by_session(line, name.split()[0])]
        for ask in line.asks if names else ():
            answer = world.send(line, ask, world.sessions[names[0]])
            words = said(world, ask, answer)
            if not is_let_in_by_session(line, answer) or leaks(world, line, words):
                wrong[named(line, ask)] = (answer.status_code, words[:200])
    assert not wrong, listed(wrong)


def may_by_session(line: Line, role: str) -> bool:
    """Whether a session may ask for it, and goes on afterwards."""
    ends = line.route in ("/logout", "/login")
    return not ends and (line.right is Door.SESSION or may(line, role, whole=False))


@pytest.mark.parametrize("token", ["none", "of another session"])
def test_a_session_without_the_token_of_its_pages_changes_nothing(world: World, token: str) -> None:
    engine = world.client.app.state.service.engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        account = account_with(connection, *ROLES, whole=True)
        mine, other = (session_of(connection, account) for _ in range(2))
    headers = carrying(mine, csrf_of(other))
    if token == "none":
        del headers["X-CSRF-Token"]
    before, wrong = rows(engine), {}
    for line in LINES:
        for ask in line.asks if line.method not in ("GET", "HEAD") else ():
            answer = world.send(line, ask, headers)
            if answer.status_code != 403:
                wrong[named(line, ask)] = (answer.status_code, answer.text[:200])
    assert not wrong, listed(wrong)
    assert rows(engine) == before


def rows(engine: Engine) -> dict[str, Any]:
    """How many rows each table has, and in which transaction one was written last."""
    last: ColumnElement[int] = func.max(literal_column("xmin::text::bigint"))
    with engine.connect() as connection:
        look_as(connection, EVERYTHING)
        return {
            table.name: tuple(
                connection.execute(select(func.count(), last).select_from(table)).one()
            )
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("kind", ["expired", "idle", "ended", "disabled", "changed", "of a key"])
def test_a_session_that_does_not_hold_opens_nothing(world: World, kind: str) -> None:
    headers = bad_session(world.client.app.state.service.engine, kind)  # type: ignore[attr-defined]
    wrong = {}
    for line in LINES:
        for ask in line.asks[:1] if line.right is not Door.OPEN else ():
            answer = world.send(line, ask, headers)
            words = said(world, ask, answer)
            if not is_sent_away(line, answer) or OURS in words or leaks(world, line, words):
                wrong[named(line, ask)] = (answer.status_code, words[:200])
    assert not wrong, listed(wrong)


def bad_session(engine: Engine, kind: str) -> dict[str, str]:
    """The headers of a session of somebody with every role, which does not hold."""
    with engine.begin() as connection:
        account = account_with(connection, *ROLES, whole=True)
        begun = accounts.begin_session(connection, account, hours=1)
        token, past = begun.token, func.now() - timedelta(days=1)
        row = update(login_session).where(login_session.c.id == begun.id)
        if kind == "expired":
            connection.execute(row.values(expires_at=past))
        elif kind == "idle":
            connection.execute(row.values(seen_at=past))
        elif kind == "ended":
            accounts.end_session(connection, account, begun.id)
        elif kind == "disabled":
            accounts.disable(connection, account, actor=ACTOR)
        elif kind == "changed":
            token = token[:-1] + ("A" if token[-1] != "A" else "B")
        else:
            token = key_of(connection, account).token
    return carrying(token)

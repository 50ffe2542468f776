"""The application over two planted towns, all who ask it, and what their answers say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from httpx2 import Response
from sqlalchemy import Engine, func, update
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.access import RIGHTS, ROLES
from gisgrid.settings import Settings
from gisgrid.store import accounts
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import api_key

from .lines import Ask, Door, Line
from .planting import LEAKED, Planted, picture, plant, plant_work
from .signing import (
    ACTOR,
    account_with,
    bearing,
    both_ways,
    key_of,
    signed_in,
)

# Whatever comes of a request that was let in: done, or refused for what it asks.
LET_IN: Final = frozenset({200, 201, 202, 204, 304, 307, 400, 409, 412, 413, 415, 422, 428})
# Who may see the one town, of the two: by its grid, or by the police area that covers it.
PARTS: Final = {
    **{role: {"grids": ["101"]} for role in ROLES},
    "member by police area": {"police": ["P1"]},
    "officer by police area": {"police": ["P1"]},
}


@dataclass(frozen=True)
class World:
    """The application over two towns, and the headers of all who ask it."""

    client: TestClient
    planted: Planted
    parts: dict[str, dict[str, str]]
    sessions: dict[str, dict[str, str]]
    wholes: dict[str, dict[str, str]]
    bad: dict[str, dict[str, str]]

    def send(self, line: Line, ask: Ask, headers: dict[str, str]) -> Response:
        """The answer to a request."""
        path = self.planted.fill(ask.path)
        if line.stream:
            return Response(self.client.portal.call(_first, self.client.app, path, headers))  # type: ignore[union-attr]
        body: dict[str, Any] = {}
        if ask.json is not None:
            body["json"] = self._filled(ask.json)
        if ask.data is not None:
            body["data"] = self._filled(ask.data)
        if ask.files:
            body["files"] = {"picture": ("x.jpg", picture(2), "image/jpeg")}
        asked = {"If-Match": "*", "Accept": "application/json, text/html", **headers}
        return self.client.request(line.method, path, headers=asked, follow_redirects=False, **body)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        return self.planted.fill(value) if isinstance(value, str) else value


async def _first(app: Any, path: str, headers: dict[str, str]) -> int:
    """The status of an answer that does not end: the client goes away when it has begun."""
    path, _, query = path.partition("?")
    asked, status = False, 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        **{"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "GET"},
        **{"http_version": "1.1", "scheme": "http", "server": ("testserver", 80)},
        **{"path": path, "raw_path": path.encode(), "query_string": query.encode()},
        **{"root_path": "", "client": ("testclient", 1), "state": {}},
        "headers": [(one.lower().encode(), value.encode()) for one, value in headers.items()],
    }
    await app(scope, receive, send)
    return status


@pytest.fixture(scope="module", name="world")
def planted_world(
    clone: Callable[[str], str],
    district_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    engine = make_engine(clone(district_template))
    planted = plant(engine)
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    parts, sessions = {}, {}
    for name, scope in PARTS.items():
        parts[name], sessions[name] = both_ways(engine, name.split()[0], **scope)
    wholes = {role: signed_in(None, engine, role, whole=True) for role in ROLES}
    app = create_app(settings, engine=engine)
    with TestClient(app, raise_server_exceptions=False) as client:
        plant_work(client, wholes["chief"], planted)
        yield World(client, planted, parts, sessions, wholes, _bad_keys(engine))
    engine.dispose()


def _bad_keys(engine: Engine) -> dict[str, dict[str, str]]:
    """Keys of somebody with every role, none of which holds."""
    with engine.begin() as connection:
        account = account_with(connection, *ROLES, whole=True)
        keys = {name: key_of(connection, account) for name in ("expired", "revoked", "changed")}
        gone = account_with(connection, *ROLES, whole=True)
        keys["disabled"] = key_of(connection, gone)
        accounts.disable(connection, gone, actor=ACTOR)
        accounts.revoke_key(connection, keys["revoked"].id, actor=ACTOR)
        past = update(api_key).where(api_key.c.id == keys["expired"].id)
        connection.execute(past.values(expires_at=func.now()))
    tokens = {name: key.token for name, key in keys.items()}
    tokens["changed"] = tokens["changed"][:-1] + ("A" if tokens["changed"][-1] != "A" else "B")
    return {name: bearing(token) for name, token in tokens.items()}


def named(line: Line, ask: Ask) -> str:
    return f"{line.method} {ask.path}"


def listed(wrong: dict[str, Any]) -> str:
    return "".join(f"\n{name}: {what}" for name, what in wrong.items())


def without(text: str, called: str, put: str = "") -> str:
    """A text without what a thing is called by, where that stands by itself."""
    return re.sub(rf"(?<!\w){re.escape(called)}(?!\w)", put, text) if called else text


def said(world: World, ask: Ask, answer: Response) -> str:
    """The words of an answer, but for those of the request."""
    text = answer.text.replace(world.planted.fill(ask.path), "")
    return without(text, world.planted.fill(ask.names))


def leaks(world: World, line: Line, words: str) -> bool:
    """Whether words tell of the other town."""
    theirs = (LEAKED, *(str(world.planted.ids[f"{one}_out"]) for one in ("case", "facility")))
    return not line.everybody and any(word in words for word in theirs)


def may(line: Line, role: str, *, whole: bool) -> bool:
    """Whether somebody with a key is let in."""
    if isinstance(line.right, Door):
        return line.right is not Door.SESSION
    return line.right in RIGHTS[role] and (whole or not line.whole)


def is_let_in(line: Line, answer: Response) -> bool:
    return answer.status_code in {*LET_IN, *line.also}


def is_sent_away(line: Line, answer: Response) -> bool:
    """Whether nobody was let in: pages lead to the one where people sign in."""
    to_login = answer.headers.get("location", "").startswith("/login?next=")
    # Open311 says 403 for a key that is missing, too.
    refused = 403 if line.route.startswith("/open311") else 401
    return answer.status_code == refused or (answer.status_code == 303 and to_login)


def is_let_in_by_session(line: Line, answer: Response) -> bool:
    """Whether a session was let in, even where there is nothing to end or a password is wrong."""
    if line.right is not Door.SESSION:
        # What the key of a role has taken away is there no more.
        return is_let_in(line, answer) or (line.method, answer.status_code) == ("DELETE", 404)
    return answer.status_code < 500 and "this needs a session" not in answer.text

"""Every route, asked by everybody: nobody gets what they may not have.

A route of the application that has no line in `tests.api.matrix` fails here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from httpx2 import Response
from sqlalchemy import Engine, func, update
from starlette.routing import Mount
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.access import RIGHTS, ROLES, Right
from gisgrid.settings import Settings
from gisgrid.store import accounts
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import api_key

from .lines import Ask, Door, Line
from .matrix import LINES
from .planting import LEAKED, OURS, SECRET, Planted, picture, plant, plant_work
from .signing import ACTOR, account_with, bearing, key_of, signed_in

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


@pytest.fixture(scope="module")
def world(
    clone: Callable[[str], str],
    district_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    engine = make_engine(clone(district_template))
    planted = plant(engine)
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    parts = {
        name: signed_in(None, engine, name.split()[0], **scope)  # type: ignore[arg-type]
        for name, scope in PARTS.items()
    }
    wholes = {role: signed_in(None, engine, role, whole=True) for role in ROLES}
    app = create_app(settings, engine=engine)
    with TestClient(app, raise_server_exceptions=False) as client:
        plant_work(client, wholes["chief"], planted)
        yield World(client, planted, parts, wholes, _bad_keys(engine))
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


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of every route, those beside the description too."""
    found = [context.original_route for context in iter_route_contexts(app.routes)]
    apis = [route for route in found if isinstance(route, APIRoute)]
    # Beside them only files that everybody may have.
    others = [route for route in found if route not in apis]
    assert [one.path for one in others if isinstance(one, Mount)] == ["/static/vendor", "/static"]
    assert len(others) == 2
    return {(method, route.path) for route in apis for method in route.methods or ()}


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


def test_every_route_has_a_line_and_every_line_a_route() -> None:
    found = routes(create_app(Settings()))
    lines = {(line.method, line.route) for line in LINES}
    assert sorted(found - lines) == [], "routes without a line in tests/api/matrix.py"
    assert sorted(lines - found) == []


def test_without_a_key_only_what_is_open_answers(world: World) -> None:
    wrong = {}
    for line in LINES:
        for ask in (*line.asks, *line.theirs):
            answer = world.send(line, ask, {})
            words = said(world, ask, answer)
            fine = (
                is_let_in(line, answer) if line.right is Door.OPEN else is_sent_away(line, answer)
            )
            if not fine or leaks(world, line, words) or OURS in words:
                wrong[named(line, ask)] = (answer.status_code, words[:200])
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("kind", ["expired", "revoked", "changed", "disabled"])
def test_a_key_that_does_not_hold_opens_nothing(world: World, kind: str) -> None:
    wrong = {}
    for line in LINES:
        for ask in line.asks:
            answer = world.send(line, ask, world.bad[kind])
            words = said(world, ask, answer)
            if not is_sent_away(line, answer) or OURS in words or leaks(world, line, words):
                wrong[named(line, ask)] = (answer.status_code, words[:200])
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("name", PARTS)
def test_a_role_in_one_town_has_its_rights_there_and_sees_nothing_elsewhere(
    world: World, name: str
) -> None:
    wrong: dict[str, Any] = {}
    role, headers = name.split()[0], world.parts[name]
    for line in LINES:
        if line.by_grid and "police" in name:
            continue
        allowed = may(line, role, whole=False)
        told = ""
        for ask in line.asks if allowed else (*line.asks, *line.theirs):
            answer = world.send(line, ask, headers)
            words = said(world, ask, answer)
            fine = is_let_in(line, answer) if allowed else answer.status_code == 403
            fine = fine or (line.right is Door.SESSION and is_sent_away(line, answer))
            secret = SECRET in words and Right.SEE_CONFIDENTIAL not in RIGHTS[role]
            if not fine or secret or leaks(world, line, words):
                wrong[named(line, ask)] = (answer.status_code, words[:200])
            told += answer.text if answer.status_code == 200 else ""
        if allowed and world.planted.fill(line.tells) not in told:
            wrong[f"{line.method} {line.route}"] = "does not tell of ours"
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("name", PARTS)
def test_what_lies_elsewhere_is_refused_in_the_words_of_what_does_not_exist(
    world: World, name: str
) -> None:
    wrong: dict[str, Any] = {}
    role, headers = name.split()[0], world.parts[name]
    for line in LINES:
        if not (line.theirs and may(line, role, whole=False)):
            continue
        assert line.guess is not None
        guess = plain(world, line, line.guess, headers)
        for ask in line.theirs:
            found = plain(world, line, ask, headers)
            if found[0] != 404 or found != guess:
                wrong[named(line, ask)] = (found, guess)
    assert not wrong, listed(wrong)


def plain(world: World, line: Line, ask: Ask, headers: dict[str, str]) -> tuple[Any, ...]:
    """All of an answer but how the thing is called that it was asked for."""
    answer = world.send(line, ask, headers)
    called = world.planted.fill(ask.names)
    kept = {name: value for name, value in answer.headers.items() if name not in _OF_THE_MOMENT}
    kept.pop("content-length", None)
    return answer.status_code, without(answer.text, called, "…"), kept


_OF_THE_MOMENT: Final = ("x-request-id", "content-security-policy")


def test_a_role_in_the_whole_district_sees_both_towns(world: World) -> None:
    """Else the refusals above would say nothing."""
    wrong: dict[str, Any] = {}
    for line in LINES:
        role = next((role for role in ROLES if may(line, role, whole=True)), None)
        if line.method != "GET" or role is None:
            continue
        told = ""
        for ask in (*line.asks, *(one for one in line.theirs if not one.mixed)):
            answer = world.send(line, ask, world.wholes[role])
            told += answer.text
            if not is_let_in(line, answer):
                wrong[named(line, ask)] = (answer.status_code, answer.text[:200])
        if world.planted.fill(line.tells.replace("_in}", "_out}")) not in told:
            wrong[f"{line.method} {line.route}"] = "does not tell of theirs"
    assert not wrong, listed(wrong)


def test_a_key_is_good_for_its_rights_only(world: World) -> None:
    engine = world.client.app.state.service.engine  # type: ignore[attr-defined]
    wrong: dict[str, Any] = {}
    for right in {line.right for line in LINES if isinstance(line.right, Right)}:
        with engine.begin() as connection:
            account = account_with(connection, *ROLES, whole=True)
            key = key_of(connection, account, rights=set(Right) - {right})
        for line in LINES:
            if line.right is right:
                for ask in line.asks:
                    answer = world.send(line, ask, bearing(key.token))
                    if answer.status_code != 403:
                        wrong[named(line, ask)] = answer.status_code
    assert not wrong, listed(wrong)


def test_a_picture_of_the_other_town_is_empty(world: World) -> None:
    # Limits so low that a single hazard in years shows; a reach that ends before the other town.
    asked = "radius=50&steps=0.0001,0.001,0.01,0.1,1,10"

    def tile(name: str, headers: dict[str, str]) -> bytes:
        path = f"/v1/hazards/tiles/{world.planted.ids[name]}.png?{asked}"
        answer = world.client.get(path, headers=headers)
        assert answer.status_code == 200
        return answer.content

    part, whole = world.parts["member"], world.wholes["member"]
    nothing = tile("tile_far", whole)
    assert tile("tile_out", part) == nothing != tile("tile_out", whole)
    assert tile("tile_in", part) != nothing

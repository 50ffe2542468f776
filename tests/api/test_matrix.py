"""Every route, asked by everybody: nobody gets what they may not have.

A route of the application that has no line in `tests.api.matrix` fails here.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from httpx2 import Response
from starlette.routing import Mount

from api.app import create_app
from gisgrid.access import RIGHTS, ROLES, Right
from gisgrid.settings import Settings

from .lines import Ask, Door, Line
from .matrix import LINES
from .planting import OURS, SECRET
from .signing import (
    account_with,
    bearing,
    key_of,
)
from .world import (
    PARTS,
    World,
    is_let_in,
    is_let_in_by_session,
    is_sent_away,
    leaks,
    listed,
    may,
    named,
    planted_world,
    said,
    without,
)

__all__ = ["planted_world"]


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of every route, those beside the description too."""
    found = [context.original_route for context in iter_route_contexts(app.routes)]
    apis = [route for route in found if isinstance(route, APIRoute)]
    # Beside them only files that everybody may have.
    others = [route for route in found if route not in apis]
    assert [one.path for one in others if isinstance(one, Mount)] == ["/static/vendor", "/static"]
    assert len(others) == 2
    return {(method, route.path) for route in apis for method in route.methods or ()}


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
            if not allowed and line.route != "/logout":
                by_session = world.send(line, ask, world.sessions[name])
                if not same_refusal(line, by_session, answer):
                    wrong[f"session: {named(line, ask)}"] = by_session.status_code
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
            by_session = plain(world, line, ask, world.sessions[name])
            if found[0] != 404 or not found == guess == by_session:
                wrong[named(line, ask)] = (found, guess, by_session)
    assert not wrong, listed(wrong)


def same_refusal(line: Line, by_session: Response, by_key: Response) -> bool:
    """Whether a session was refused as the key of its account; some doors are for it alone."""
    if line.right is Door.SESSION:
        return is_let_in_by_session(line, by_session)
    return (by_session.status_code, by_session.text) == (by_key.status_code, by_key.text)


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

from __future__ import annotations

from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount
from starlette.testclient import TestClient

from api.access import current_viewer
from api.app import create_app
from gisgrid.errors import Conflict
from gisgrid.settings import Settings


def asks(dependant: Dependant) -> bool:
    """Whether a route depends on who the viewer is."""
    return dependant.call is current_viewer or any(map(asks, dependant.dependencies))


def routes_of(settings: Settings) -> list[Any]:
    return [context.original_route for context in iter_route_contexts(create_app(settings).routes)]


def test_every_route_asks_who_may_see_what(settings: Settings) -> None:
    found = routes_of(settings)
    routes = [route for route in found if isinstance(route, APIRoute)]
    assert {"/", "/docs", "/openapi.json", "/v1/resolve", "/maps/hazards", "/readyz"} <= {
        route.path for route in routes
    }
    assert [route.path for route in routes if not asks(route.dependant)] == []
    # Nothing but files that everybody may have stands beside them.
    others = [route for route in found if not isinstance(route, APIRoute)]
    assert [route.path for route in others if isinstance(route, Mount)] == [
        "/static/vendor",
        "/static",
    ]
    assert len(others) == 2


def test_whom_the_access_function_refuses_gets_nothing_from_any_route(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise Conflict("nobody comes in today")

    monkeypatch.setattr("api.access.viewer_of", refuse)
    addresses = {
        (method, route.path.replace("{code}", "101"))
        for route in routes_of(settings)
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert len(addresses) > 12
    # The last two are what the quick endpoint answers and what it leaves to the route behind.
    quick = {("GET", "/v1/resolve?lon=121.2&lat=31.3"), ("GET", "/v1/resolve?lat=31.3&lon=121.2")}
    answers = {
        (method, path): client.request(method, path).status_code
        for method, path in addresses | quick
    }
    assert set(answers.values()) == {409}, answers

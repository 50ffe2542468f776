from __future__ import annotations

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from api.access import current_viewer
from api.app import create_app
from gisgrid.settings import Settings


def asks(dependant: Dependant) -> bool:
    """Whether a route depends on who the viewer is."""
    return dependant.call is current_viewer or any(map(asks, dependant.dependencies))


def test_every_route_asks_who_may_see_what(settings: Settings) -> None:
    found = [context.original_route for context in iter_route_contexts(create_app(settings).routes)]
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

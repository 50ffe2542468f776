"""The OpenAPI document: what FastAPI makes of the routes, and what holds for all of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from fastapi.routing import APIRoute, iter_route_contexts

from api.access import Needs, is_open
from api.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fastapi.dependencies.models import Dependant
    from starlette.routing import BaseRoute

    from gisgrid.access import Right

__all__ = ["complete"]

_PROBLEM: Final = {"schema": {"$ref": "#/components/schemas/Problem"}}
# What FastAPI says of a refused request, where a route says nothing: ours are problems.
_FOREIGN: Final = ("HTTPValidationError", "ValidationError")
_FIELD: Final = re.compile(r"\{[^}]*\}")
_SAFE: Final = frozenset({"get", "head", "options"})
_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})


def complete(document: dict[str, Any], routes: Sequence[BaseRoute], cookie: str) -> dict[str, Any]:
    """Say of an OpenAPI document's answers what all routes have in common, and who gets them.

    Parameters
    ----------
    routes : sequence of BaseRoute
        Of the application: each says which right it asks for.
    cookie : str
        Name of the session's.
    """
    rights = _rights(routes)
    for path, method, operation in _operations(document):
        operation["security"] = _ways_in(path, method)
        if right := rights.get((path, method)):
            operation["x-right"] = right
        answers = operation["responses"]
        if "requestBody" in operation:
            answers.setdefault("400", {"description": "The body is no JSON or no form"})
        for status, answer in answers.items():
            # FastAPI gives every model under the media type of the route; problems have their own.
            if status >= "400" and _is_problem(answer.get("content", {})):
                answer["content"] = {MEDIA_TYPE: _PROBLEM}
    for name in _FOREIGN:
        document["components"]["schemas"].pop(name, None)
    document["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, gg_…"},
        "session": {"type": "apiKey", "in": "cookie", "name": cookie},
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRF-Token",
            "description": "What changes something by a session carries the token of its pages.",
        },
    }
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, one in item.items():
            if method in _METHODS:
                yield path, method, one


def _ways_in(path: str, method: str) -> list[dict[str, list[str]]]:
    """What a request has to show, one of these; nothing where the door is open."""
    # Any value will do where any may stand; an extension is one that there is.
    sample = _FIELD.sub("x", path.replace("{extension}", "json"))
    if is_open({"method": method.upper(), "path": sample}):
        return []
    session = ("session",) if method in _SAFE else ("session", "csrf")
    return [{"key": []}, {name: [] for name in session}]


def _rights(routes: Sequence[BaseRoute]) -> dict[tuple[str, str], str]:
    """The right that each operation needs, where it needs one."""
    found: dict[tuple[str, str], str] = {}
    for context in iter_route_contexts(routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            for right in _needed(route.dependant):
                found |= {
                    (route.path_format, one.lower()): str(right) for one in route.methods or ()
                }
    return found


def _needed(dependant: Dependant) -> Iterator[Right]:
    for one in dependant.dependencies:
        if isinstance(one.call, Needs):
            yield one.call.right
        yield from _needed(one)


def _is_problem(content: dict[str, Any]) -> bool:
    foreign = {"schema": {"$ref": f"#/components/schemas/{_FOREIGN[0]}"}}
    return not content or _PROBLEM in content.values() or foreign in content.values()

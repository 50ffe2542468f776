"""The OpenAPI document: what FastAPI makes of the routes, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from api.problems import MEDIA_TYPE

__all__ = ["complete"]

_PROBLEM: Final = {"schema": {"$ref": "#/components/schemas/Problem"}}
# What FastAPI says of a refused request, where a route says nothing: ours are problems.
_FOREIGN: Final = ("HTTPValidationError", "ValidationError")
_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Say of an OpenAPI document's answers what all routes have in common."""
    for operation in _operations(document):
        answers = operation["responses"]
        if "requestBody" in operation:
            answers.setdefault("400", {"description": "The body is no JSON or no form"})
        for status, answer in answers.items():
            # FastAPI gives every model under the media type of the route; problems have their own.
            if status >= "400" and _is_problem(answer.get("content", {})):
                answer["content"] = {MEDIA_TYPE: _PROBLEM}
    for name in _FOREIGN:
        document["components"]["schemas"].pop(name, None)
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (one for method, one in path.items() if method in _METHODS)


def _is_problem(content: dict[str, Any]) -> bool:
    foreign = {"schema": {"$ref": f"#/components/schemas/{_FOREIGN[0]}"}}
    return not content or _PROBLEM in content.values() or foreign in content.values()

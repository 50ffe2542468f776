"""How the routes of OGC refuse: a request that does not fit is a 400, as its standards ask."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from api.ogc.links import PREFIX
from api.problems import Problem, problem_of
from gisgrid.errors import InputError

__all__ = ["ogc_router"]


class _OgcRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route, with what it refuses as a 400; the rest of the API says 422."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except (RequestValidationError, InputError) as error:
                return problem_of(request, error, status=400)

        return answer


def ogc_router() -> APIRouter:
    """A router whose addresses begin with the landing page's."""
    return APIRouter(
        prefix=PREFIX,
        tags=["ogc"],
        route_class=_OgcRoute,
        responses={400: {"model": Problem}, 404: {"model": Problem}},
    )

"""``GET /v1/resolve`` for a plain point, without the framework: its machinery costs more than
five times the look-up.

This endpoint stands before the framework at the route's own path (see `api.app`). It answers the
obvious request, a longitude and a latitude in plain figures and nothing else, and leaves every
other to the route behind it (`api.resolve`), which reads all parameters, refuses bad ones and
describes itself in OpenAPI. Access, limits, problems, log and metrics are the same functions for
both, and so are the words of the answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from api.access import enter, known_admission, viewer_of
from api.answers import PRIVATE, etag, matches
from api.served import point_body
from gisgrid.access import Right
from gisgrid.geometry.crs import WGS84

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from api.service import Service

__all__ = ["QuickResolve", "plain_point"]

_FIGURES: Final = rb"(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)"
_PLAIN: Final = re.compile(rb"lon=%b&lat=%b" % (_FIGURES, _FIGURES))
_JSON: Final = (b"content-type", b"application/json")
_CACHE: Final = (b"cache-control", PRIVATE.encode())


class QuickResolve:
    """An ASGI endpoint for plain look-ups: ask `takes` first.

    Attributes
    ----------
    path : str
        The route's template, by which requests are counted.
    """

    path = "/v1/resolve"

    def __init__(self, service: Service) -> None:
        self.service = service

    def takes(self, scope: Scope) -> bool:
        """Whether a request is a plain look-up of somebody who is known and may look.

        Its point, and what it came in by, are noted in the scope.
        """
        if scope["path"] != self.path or scope["method"] not in ("GET", "HEAD"):
            return False
        point = plain_point(scope["query_string"])
        if point is None:
            return False
        is_known, admission = known_admission(scope, self.service)
        if not is_known or not viewer_of(scope, self.service, admission).may(Right.RESOLVE):
            return False
        scope["point"], scope["admission"] = point, admission
        return True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a look-up."""
        scope["route"] = self
        self.service.limiter.admit(scope)
        enter(scope, self.service, scope["admission"])
        served, point = self.service.served, scope["point"]
        body = point_body(served.opening, served.wording(*point), WGS84.name, *point)
        tag = etag(served.revision, body)
        headers = [(b"etag", tag.encode()), _CACHE]
        if _is_known(scope, tag):
            status, body = 304, b""
        else:
            status = 200
            headers += [(b"content-length", b"%d" % len(body)), _JSON]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def plain_point(query: bytes) -> tuple[float, float] | None:
    """The point of a query that is nothing but ``lon=…&lat=…`` in figures, on the globe.

    None for any other, which may be right or wrong: it is for the general route to say.
    """
    found = _PLAIN.fullmatch(query)
    if found is None:
        return None
    lon, lat = float(found[1]), float(found[2])
    return (lon, lat) if abs(lon) <= 180.0 and abs(lat) <= 90.0 else None


def _is_known(scope: Scope, tag: str) -> bool:
    """Whether the caller holds the answer already."""
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            return matches(value.decode("latin-1"), tag)
    return False

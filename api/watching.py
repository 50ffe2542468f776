"""What every request passes through: safe headers, one line in the log, one count in the metrics.

It also answers, by the table of `api.problems`, the errors that nothing else caught.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final

from fastapi import Request

from api.logs import shown_path
from api.problems import problem_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.headers import SafeHeaders
    from api.logs import Log
    from api.metrics import Metrics

__all__ = ["Watch"]

# As of a client that went away.
_NO_ANSWER: Final = 499


class Watch:
    """The one middleware of the application.

    It is on the way of every answer, so it is written to cost a few microseconds.
    """

    def __init__(self, app: ASGIApp, *, headers: SafeHeaders, log: Log, metrics: Metrics) -> None:
        self.app = app
        self.headers = headers
        self.log = log
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self.headers.add(message, scope)
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if status:
                # Too late for another answer; the server closes the connection.
                self.log.error("broken", error, path=shown_path(scope["path"]))
                raise
            await problem_of(Request(scope, receive), error)(scope, receive, watched)
        finally:
            self._note(scope, status, perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request and log it; one that was cancelled before an answer has no status."""
        method, status = scope["method"], status or _NO_ANSWER
        self.metrics.observe(_template(scope), method, status, seconds)
        fault = scope.get("state", {}).get("error") if status >= 500 else None
        self.log.request(method, scope["path"], status, seconds, fault)


def _template(scope: Scope) -> str | None:
    """The route that a request came to; the folder, for files; None where there is nothing."""
    route = scope.get("route")
    if route is not None:
        template: str = route.path
        return template
    # A mounted application is an endpoint at the path that it took from the front.
    return scope["root_path"] if "endpoint" in scope else None

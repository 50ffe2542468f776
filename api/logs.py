"""One line per request, and the end of every error that nothing else caught.

A line has the path and never the query: a query holds where somebody is. Errors are logged by
their type and the places in the code, without their message, which may hold what was asked.
"""

from __future__ import annotations

import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import Request
from sqlalchemy.exc import DBAPIError

from api.problems import problem_of
from gisgrid.errors import GisgridError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["AccessLog", "make_logger"]


def make_logger() -> Any:
    """A logger of our own to stderr; the process' own logging is left as it is."""
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        context_class=dict,
    )


class AccessLog:
    """Logs each request and answers what nothing else caught."""

    def __init__(self, app: ASGIApp, *, logger: Any) -> None:
        self.app = app
        self.logger = logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        request = Request(scope, receive)
        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            if status:
                # Too late for another answer; the server closes the connection.
                self.logger.error("broken", path=scope["path"], **describe(error))
                raise
            await problem_of(request, error)(scope, receive, watch)
        self._log(scope, status, time.perf_counter() - began)

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        error = scope.get("state", {}).get("error")
        facts = {
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        if status >= 500 and error is not None:
            self.logger.error("request", **facts, **describe(error))
        else:
            self.logger.info("request", **facts)


def describe(error: Exception) -> dict[str, str]:
    """An error without what was asked: its type, the server's code, and where it rose."""
    facts = {"error": type(error).__name__}
    if isinstance(error, DBAPIError):
        facts["sqlstate"] = str(getattr(error.orig, "pgcode", None) or "")
    if isinstance(error, GisgridError):
        facts["what"] = str(error)
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    facts["at"] = " < ".join(f"{one.filename}:{one.lineno}" for one in reversed(frames))
    return facts

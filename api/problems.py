"""From an error to an answer: one table, and RFC 9457 problem documents.

Nothing of a database's own message, of a server's place or of a traceback leaves: those are
logged. A problem has ``type``, ``title``, ``status``, ``detail``, ``instance`` (the path), where
it is known ``fix``, and for a request that does not fit ``errors``, one per parameter.
"""

from __future__ import annotations

import http
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from gisgrid import errors
from gisgrid.store.failures import busy

__all__ = [
    "KINDS",
    "MEDIA_TYPE",
    "Kind",
    "Problem",
    "add_handlers",
    "problem",
    "problem_of",
    "retry_of",
]

MEDIA_TYPE: Final = "application/problem+json"
_TYPE_PREFIX: Final = "urn:gisgrid:problem:"


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    fix: str | None = None
    errors: list[dict[str, str]] | None = None


@dataclass(frozen=True)
class Kind:
    """What a type of error is on the web.

    Attributes
    ----------
    hidden : str
        Said instead of the error's own words; empty where those may be read by anybody.
    fix : str
        The way out that is said then.
    """

    status: int
    slug: str
    title: str
    hidden: str = ""
    fix: str = ""


_WAIT = "try again in a moment; whoever runs the server sees more in its log"
_DOWN = "the database cannot be reached at the moment"
_RETRY: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "5"},
}
_FAULT = "something went wrong here; it has been logged"

# The nearest class in an error's family decides.
KINDS: Final[Mapping[type[Exception], Kind]] = {
    errors.InputError: Kind(422, "input", "The input cannot be used"),
    errors.CrsError: Kind(422, "crs", "The coordinate system is missing or unknown"),
    errors.CoordinateError: Kind(422, "coordinate", "The coordinate lies where none can lie"),
    errors.LimitExceeded: Kind(413, "limit", "The request is larger than the limit"),
    errors.MediaTypeError: Kind(415, "media-type", "The body is of a kind that is not read"),
    errors.VersionRequired: Kind(428, "version-required", "The change must name a version"),
    errors.NotFound: Kind(404, "not-found", "There is no such thing"),
    errors.Conflict: Kind(409, "conflict", "The state of the record forbids it"),
    errors.Busy: Kind(503, "under-way", "Another change is under way"),
    errors.PublishBlocked: Kind(409, "publish-blocked", "Findings stand in the way of publishing"),
    errors.StaleVersion: Kind(412, "stale-version", "Somebody else has changed it meanwhile"),
    errors.Forbidden: Kind(403, "forbidden", "Who asks may not do it"),
    errors.Unauthenticated: Kind(401, "unauthenticated", "Nobody has said who asks"),
    errors.TooManyRequests: Kind(429, "too-many", "Too many requests"),
    # No route takes a file or polygons: these are faults of the installation or the record.
    errors.FileError: Kind(500, "installation", "A file of the installation is missing", _FAULT),
    errors.CoverageError: Kind(500, "record", "The boundaries cannot be indexed", _FAULT),
    errors.DatabaseError: Kind(503, "database", "The database cannot be used", _DOWN, _WAIT),
    errors.UnsupportedVersion: Kind(503, "database-version", "The database is too old"),
    errors.SchemaOutdated: Kind(503, "schema", "The schema is not the code's"),
    # Nobody reads this; the log and the metrics know by it that it was no fault of the service.
    ClientDisconnect: Kind(499, "gone", "The client went away before it had sent all"),
    RequestValidationError: Kind(422, "request", "The request is not as it should be"),
    exc.OperationalError: Kind(503, "database", "The database cannot be used", _DOWN, _WAIT),
    exc.InterfaceError: Kind(503, "database", "The database cannot be used", _DOWN, _WAIT),
    exc.TimeoutError: Kind(503, "busy", "Too many requests at once", "try again in a moment"),
    Exception: Kind(500, "fault", "An internal fault", _FAULT),
}


def retry_of(error: Exception, status: int) -> dict[str, str]:
    """The headers that say when, or how, to ask again."""
    if isinstance(error, errors.TooManyRequests):
        # Whole seconds, and never too few.
        return {"Retry-After": str(max(1, math.ceil(error.retry_after)))}
    return dict(_RETRY.get(status, {}))


def kind_of(error: Exception) -> Kind:
    """What the table says of an error."""
    return next(KINDS[family] for family in type(error).__mro__ if family in KINDS)


def problem(
    request: Request,
    status: int,
    *,
    title: str,
    detail: str,
    type_: str = "about:blank",
    fix: str = "",
    faults: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document as an answer."""
    document: dict[str, Any] = {
        "type": type_,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
    }
    if fix:
        document["fix"] = fix
    if faults:
        document["errors"] = faults
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    more = {"Cache-Control": "no-store", **(headers or {})}
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=more)


def problem_of(request: Request, error: Exception, *, status: int | None = None) -> Response:
    """The problem document of an error, by the table, or under another status."""
    if isinstance(error, HTTPException):
        return _http_problem(request, error)
    request.state.error = error
    if isinstance(error, exc.DBAPIError):
        error = busy(error) or error
    kind = kind_of(error)
    detail, fix = kind.hidden, kind.fix
    faults = None
    if isinstance(error, RequestValidationError):
        faults = [_fault(one) for one in error.errors()]
        detail = "; ".join(f"{one['where']}: {one['what']}" for one in faults)
        fix = "see /docs for the parameters of this address"
    elif not kind.hidden and isinstance(error, errors.GisgridError):
        detail = f"{error.where}: {error.what}" if error.where else error.what
        fix = error.fix
    return problem(
        request,
        status or kind.status,
        title=kind.title,
        detail=detail,
        type_=_TYPE_PREFIX + kind.slug,
        fix=fix,
        faults=faults,
        headers=retry_of(error, kind.status),
    )


def add_handlers(app: FastAPI, shown: Callable[[Request, Response], Response]) -> None:
    """Answer every error of an application with a problem document, as `shown` shows it."""

    async def handle(request: Request, error: Exception) -> Response:
        return shown(request, problem_of(request, error))

    families: list[type[Exception]] = [HTTPException, *KINDS]
    for family in families:
        # `Exception` itself is caught by `api.watching`: Starlette would raise it again to the
        # server, whose log prints what the database was asked.
        if family is not Exception:
            app.add_exception_handler(family, handle)


def _http_problem(request: Request, error: HTTPException) -> Response:
    """What the framework itself refuses: no such address, a method that is not allowed."""
    title = http.HTTPStatus(error.status_code).phrase
    fix = "see /docs for the addresses there are" if error.status_code in (404, 405) else ""
    return problem(
        request,
        error.status_code,
        title=title,
        detail=f"{request.method} {request.url.path}: {error.detail}",
        fix=fix,
        headers=error.headers,
    )


def _fault(one: Any) -> dict[str, str]:
    """One fault of a request, without the value: it may be somebody's place."""
    where = ".".join(str(part) for part in one["loc"])
    what = "there is no such parameter" if one["type"] == "extra_forbidden" else one["msg"]
    return {"where": where, "what": what}

"""Routes of Open311: the key as a parameter, and errors as the standard writes them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.open311.writing import written
from api.plans.bodies import read_short, replayed
from api.problems import KINDS, kind_of, retry_of
from gisgrid.errors import GisgridError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Open311Route"]

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 200
# The standard knows 403 for a missing key and 400 for all that does not fit.
_STATUS: Final[Mapping[int, int]] = {401: 403, 405: 405, 415: 400, 422: 400, 428: 400}


class Open311Route(APIRoute):
    """A route that takes ``api_key`` for a key and answers errors as Open311 does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, between the two."""
        handle = super().get_route_handler()

        async def asked(request: Request) -> Response:
            try:
                return await handle(await _keyed(request))
            except Exception as error:
                return _refusal(request, error)

        return asked


async def _keyed(request: Request) -> Request:
    """The request, its body within bounds, with its ``api_key`` where other routes look for it."""
    key = request.query_params.get("api_key", "")
    if request.method == "POST":
        body = await read_short(request)
        if request.headers.get("content-type", "").lower().startswith(_FORM):
            try:
                fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
            except ValueError:
                fields = {}
            key = fields.get("api_key", [key])[0]
        request = replayed(request, body)
    if key and "authorization" not in request.headers:
        header = (b"authorization", b"Bearer " + key.encode())
        request.scope["headers"] = [*request.scope["headers"], header]
    return request


def _refusal(request: Request, error: Exception) -> Response:
    """An error in the form of the request: ``errors``, each with a code and a description."""
    status, said = _status_and_words(error)
    if status >= 500:
        request.state.error = error
    status = _STATUS.get(status, status)
    content = [{"code": status, "description": one} for one in said]
    extension = "json" if request.url.path.endswith(".json") else "xml"
    answer = written(content, "errors", extension, status=status)
    if status == 429:
        answer.headers.update(retry_of(error, status))
    return answer


def _status_and_words(error: Exception) -> tuple[int, list[str]]:
    if isinstance(error, HTTPException):
        return error.status_code, [str(error.detail)]
    if isinstance(error, RequestValidationError):
        faults = [(one["loc"], one["msg"]) for one in error.errors()]
        # Another extension is another resource, which there is not.
        if any(loc[-1] == "extension" for loc, _ in faults):
            return 404, ["ask for .json or .xml"]
        return 400, [f"{loc[-1]}: {message}" for loc, message in faults]
    kind = kind_of(error)
    if kind.hidden or not isinstance(error, GisgridError):
        return kind.status, [kind.hidden or KINDS[Exception].hidden]
    return kind.status, [f"{error.what} ({error.fix})" if error.fix else error.what]

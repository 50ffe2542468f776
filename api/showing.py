"""What a request shows: an API key or the cookie of a session, and that a page of ours sent it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.requests import cookie_parser

from api.keyring import Shown
from gisgrid.errors import Forbidden

if TYPE_CHECKING:
    from fastapi import Request, Response
    from starlette.types import Scope

    from api.service import Service
    from gisgrid.settings import Settings

__all__ = [
    "CSRF_FIELD",
    "cookie_name",
    "csrf_token",
    "drop_cookie",
    "require_own_page",
    "set_cookie",
    "shown_by",
]

CSRF_FIELD: Final = "csrf"
_HEADER: Final = "x-csrf-token"
_FORM: Final = "application/x-www-form-urlencoded"
_LARGEST_FORM: Final = 16 * 1024
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS: Final = frozenset({"same-origin", "none"})


def cookie_name(settings: Settings) -> str:
    """Of the session's cookie; the prefix binds it to this very host, which needs HTTPS."""
    return "__Host-gisgrid" if settings.is_https else "gisgrid"


def shown_by(scope: Scope, settings: Settings) -> Shown | None:
    """The key or the session that a request came with; of both, the key."""
    cookies = b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            return Shown(token.strip() if scheme.lower() == "bearer" else "", is_key=True)
        if name == b"cookie":
            cookies = value
    if not cookies:
        return None
    token = cookie_parser(cookies.decode("latin-1")).get(cookie_name(settings))
    return Shown(token, is_key=False) if token else None


def set_cookie(response: Response, token: str, settings: Settings) -> None:
    """Let a browser carry a session; it forgets it when it is closed."""
    response.set_cookie(
        cookie_name(settings),
        token,
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, settings: Settings) -> None:
    """Let a browser forget a session."""
    response.delete_cookie(
        cookie_name(settings), secure=settings.is_https, httponly=True, samesite="lax"
    )


def csrf_token(request: Request) -> str:
    """What pages send along with every change; empty without a session.

    It is derived from the session's own token, which no other site can read, so there is nothing
    to keep, and it is of no use in another session.
    """
    shown = request.scope.get("state", {}).get("shown")
    return _csrf(shown) if shown is not None and not shown.is_key else ""


async def require_own_page(request: Request, session: Shown | None) -> None:
    """Refuse a change that a page of another site asks for by somebody's browser.

    Parameters
    ----------
    request : Request
    session : Shown or None
        The session that it came with and that holds.

    Raises
    ------
    Forbidden
        Its browser says that it comes from another site, or it lacks the session's own token.
    """
    if request.method in _SAFE:
        return
    if _is_foreign(request, session):
        raise Forbidden("another site's page asked for it", where=request.url.path)
    if session is None:
        return
    sent = request.headers.get(_HEADER) or await _form_field(request)
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), _csrf(session).encode()):
        raise Forbidden(
            "the change lacks the token of its session",
            where=request.url.path,
            fix="send X-CSRF-Token as the page gives it, or load the page again",
        )


def _is_foreign(request: Request, session: Shown | None) -> bool:
    """Whether a browser says that a page of another site asks."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in _OURS
    # Browsers that are old, or come without HTTPS, say no more than where the page is from.
    origin = request.headers.get("origin")
    service: Service = request.app.state.service
    if origin is None:
        return False
    if origin == "null":
        # So say forms of our own pages, which tell nobody, and those of a page in a sandbox. The
        # demo asks for no session whose token would tell the two apart.
        return service.demo and session is None
    ours = {request.headers.get("host"), urlsplit(service.settings.public_url).netloc}
    return origin.partition("://")[2] not in ours


async def _form_field(request: Request) -> str:
    """The token within a form, which pages without scripts send."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "")
    if kind != _FORM or not length.isascii() or not length.isdigit():
        return ""
    if int(length[:12]) > _LARGEST_FORM:
        return ""
    found = (await request.form()).get(CSRF_FIELD, "")
    return found if isinstance(found, str) else ""


def _csrf(session: Shown) -> str:
    key = session.token.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hmac.digest(key, b"csrf", hashlib.sha256)).decode().rstrip("=")

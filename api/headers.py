"""Headers that keep pages safe: a content security policy with a nonce, and its companions."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.types import Message, Scope

__all__ = ["SafeHeaders", "page_nonce", "tile_origin"]

# Bytes as ASGI wants them: every answer passes here, and most take a few microseconds in all.
_ALWAYS: Final = (b"x-content-type-options", b"nosniff")
# They bind a page that a browser opens and mean nothing to data, which its own policy keeps from
# being opened as a page or in a frame.
_PAGE: Final = (
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), payment=()"),
)
_ONLY_HTTPS: Final = (b"strict-transport-security", b"max-age=31536000")
_ASK_AGAIN: Final = (b"cache-control", b"no-cache")
_DATA_POLICY: Final = (
    b"content-security-policy",
    b"default-src 'none'; frame-ancestors 'none'",
)


def tile_origin(url: str | None) -> str:
    """The source expression of a tile address: its scheme and host, ``*`` for a shard's label."""
    if not url:
        return ""
    parts = urlsplit(url)
    if not parts.netloc:
        return ""
    host = re.sub(r"^[^.]*\{[^}]*\}[^.]*\.", "*.", parts.netloc.rpartition("@")[2])
    # Anything else could end the directive and begin another.
    return f"{parts.scheme}://{host}" if re.fullmatch(r"(\*\.)?[\w.:-]+", host) else ""


def page_nonce(request: Request) -> str:
    """The nonce of the page that answers a request: made when first asked for."""
    return _nonce(request.scope)


def _nonce(scope: Scope) -> str:
    state = scope.setdefault("state", {})
    if "nonce" not in state:
        state["nonce"] = secrets.token_urlsafe(18)
    nonce: str = state["nonce"]
    return nonce


class SafeHeaders:
    """Adds the headers to answers as they begin.

    Parameters
    ----------
    tile_url : str or None
        Where a base map's tiles come from, when one is set.
    is_https : bool
        Browsers come by HTTPS, and shall come by nothing else for a year.
    """

    def __init__(self, tile_url: str | None = None, *, is_https: bool = False) -> None:
        self._page = (*_PAGE, _ONLY_HTTPS) if is_https else _PAGE
        self._images = " ".join(["img-src 'self' data:", tile_origin(tile_url)]).strip()

    def add(self, message: Message, scope: Scope) -> None:
        """Complete the headers of an ``http.response.start`` message."""
        headers = list(message["headers"])
        is_page = is_cached = False
        for name, value in headers:
            if name == b"cache-control":
                is_cached = True
            elif name == b"content-type":
                is_page = value.startswith(b"text/html")
        headers.append(_ALWAYS)
        if is_page:
            headers += self._page
        if not is_cached:
            headers.append(_ASK_AGAIN)
        # A 304 revives a stored page: a new policy would not know that page's nonce.
        if message["status"] != 304:
            headers.append(self._page_policy(_nonce(scope)) if is_page else _DATA_POLICY)
        message["headers"] = headers

    def _page_policy(self, nonce: str) -> tuple[bytes, bytes]:
        policy = "; ".join(
            [
                "default-src 'self'",
                f"script-src 'self' 'nonce-{nonce}'",
                f"style-src 'self' 'nonce-{nonce}'",
                self._images,
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'self'",
            ]
        )
        return b"content-security-policy", policy.encode("latin-1")

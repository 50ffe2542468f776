"""Headers that keep pages safe: a content security policy with a nonce, and its companions."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["SecurityHeaders", "tile_origin"]

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=()",
}
_DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"


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


class SecurityHeaders:
    """Adds the headers, and gives each request a nonce as ``request.state.nonce``.

    Parameters
    ----------
    app : ASGIApp
    tile_url : str or None
        Where a base map's tiles come from, when one is set.
    """

    def __init__(self, app: ASGIApp, *, tile_url: str | None = None) -> None:
        self.app = app
        self._images = " ".join(["img-src 'self' data:", tile_origin(tile_url)]).strip()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(18)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), message["status"], nonce)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _add(self, headers: MutableHeaders, status: int, nonce: str) -> None:
        for name, value in _ALWAYS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-cache")
        # A 304 revives a stored page: a new policy would not know that page's nonce.
        if status != 304:
            is_page = headers.get("content-type", "").startswith("text/html")
            policy = self._page_policy(nonce) if is_page else _DATA_POLICY
            headers["Content-Security-Policy"] = policy

    def _page_policy(self, nonce: str) -> str:
        return "; ".join(
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

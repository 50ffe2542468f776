"""Answers that name their revision and can be asked for again by ETag."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request, Response

if TYPE_CHECKING:
    from api.reading import Reading

__all__ = ["PRIVATE", "SHARED", "answer", "etag", "json_answer", "json_bytes", "matches"]

# Kept copies are asked for again each time: a publish shows at once, an unchanged answer is a 304.
SHARED: Final = "no-cache"
PRIVATE: Final = "private, no-cache"


def etag(revision: int, body: bytes) -> str:
    """A strong ETag: the revision, and a digest of every byte."""
    return f'"r{revision}-{hashlib.sha256(body).hexdigest()[:20]}"'


def matches(header: str | None, tag: str) -> bool:
    """Whether an If-None-Match header names a tag; compared weakly, as RFC 9110 asks."""
    given = [part.strip().removeprefix("W/") for part in (header or "").split(",")]
    return tag in given or given == ["*"]


def answer(
    request: Request,
    body: bytes,
    revision: int,
    *,
    media_type: str,
    tag: str | None = None,
    private: bool = False,
) -> Response:
    """An answer with its ETag; 304 where the caller holds it already.

    Parameters
    ----------
    tag : str, optional
        Where the bytes differ each time although they say the same.
    private : bool
        It holds places or people, so no shared cache may keep it.
    """
    tag = tag or etag(revision, body)
    headers = {"ETag": tag, "Cache-Control": PRIVATE if private else SHARED}
    if request.method in ("GET", "HEAD") and matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def json_bytes(content: Any) -> bytes:
    """Compact JSON; numbers must be finite."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def json_answer(
    request: Request,
    content: dict[str, Any],
    reading: Reading,
    *,
    private: bool = False,
    media_type: str = "application/json",
) -> Response:
    """A JSON answer: its revision first, then the date and the notice where there are any."""
    body = json_bytes({**reading.head, **content})
    return answer(request, body, reading.revision, media_type=media_type, private=private)

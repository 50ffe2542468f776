"""Reading a request's body up to a limit."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request

from gisgrid.errors import InputError, LimitExceeded

__all__ = ["limited_body", "parse_json"]


async def limited_body(request: Request) -> bytes:
    """The whole body.

    Raises
    ------
    LimitExceeded
        It is longer than the setting ``body_limit_bytes``; what comes after is not read.
    InputError
        The content type is not JSON.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise InputError(
            f"the content type is {kind or 'missing'}", fix="send Content-Type: application/json"
        )
    limit: int = request.app.state.service.settings.body_limit_bytes
    size = 0
    parts = []
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise LimitExceeded(
                f"the body is longer than {limit:,} bytes", fix="send the points in several batches"
            )
        parts.append(part)
    return b"".join(parts)


def parse_json(body: bytes) -> Any:
    """Read JSON; NaN and Infinity pass, for a row may then be refused by itself.

    Raises
    ------
    InputError
        It is no JSON.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise InputError("the body is not JSON", fix='send {"points": [[121.25, 31.38]]}') from None

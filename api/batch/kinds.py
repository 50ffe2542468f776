"""The three kinds of body that a batch is read from and answered in."""

from __future__ import annotations

from typing import Final

from gisgrid.errors import MediaTypeError

__all__ = ["ARROW", "CSV", "JSON", "KINDS", "answer_kind", "request_kind"]

JSON: Final = "application/json"
CSV: Final = "text/csv"
ARROW: Final = "application/vnd.apache.arrow.stream"
KINDS: Final = (JSON, CSV, ARROW)


def request_kind(content_type: str, content_encoding: str) -> str:
    """The kind that a request's headers state.

    Raises
    ------
    MediaTypeError
        It is none that is read, or compressed.
    """
    fix = f"send one of: {', '.join(KINDS)}"
    kind = _bare(content_type)
    if kind not in KINDS:
        raise MediaTypeError(f"the content type is {kind or 'missing'}", fix=fix)
    if content_encoding.strip().lower() not in ("", "identity"):
        raise MediaTypeError("the body is compressed", fix="send it as it is")
    return kind


def answer_kind(accept: str, asked: str) -> str:
    """The kind to answer in: the first of ours that ``Accept`` names, else that of the request."""
    named = [_bare(part) for part in accept.split(",")]
    return next((kind for kind in named if kind in KINDS), asked)


def _bare(value: str) -> str:
    return value.partition(";")[0].strip().lower()

"""What a browser shows where a page was refused, or is not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.pages.rendering import render, two

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Response

__all__ = ["as_page", "wants_page"]

# Answered to programs, which are shown no pages.
_DATA: Final = ("/v1/", "/ogc", "/open311/", "/metrics", "/static/")

_Two = tuple[str, str]
# By status: the heading, and what can be done. What is hidden is not told apart from what is not.
_WORDS: Final[Mapping[int, tuple[_Two, _Two]]] = {
    403: (
        ("没有这个权限", "You may not open this"),
        ("需要的话，请找管理员。", "Ask an administrator if you need it."),
    ),
    404: (
        ("没有找到", "Not found"),
        ("没有它，或者您看不到它。", "It is not there, or not yours to see."),
    ),
}
_OTHERS: Final[tuple[_Two, _Two]] = (
    ("没有做成", "That did not work"),
    ("请稍后再试，或检查地址。", "Try again in a moment, or look at the address."),
)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page: no program, and nothing that a page's script asks."""
    is_page = "text/html" in request.headers.get("accept", "")
    return request.method == "GET" and is_page and not request.url.path.startswith(_DATA)


def as_page(request: Request, problem: Response) -> Response:
    """A problem document, or for a browser that wants a page, a page of the same status."""
    if not wants_page(request):
        return problem
    document = json.loads(bytes(problem.body))
    words, way = _WORDS.get(problem.status_code, _OTHERS)
    page = render(
        "problem.html",
        two=two,
        said="",
        fault="",
        status=problem.status_code,
        words=words,
        way=way,
        detail=document["detail"],
        fix=document.get("fix", ""),
    )
    kept = {
        name: value
        for name, value in problem.headers.items()
        if name not in ("content-type", "content-length")
    }
    return HTMLResponse(page, problem.status_code, headers=kept)

"""Pages from templates, every text escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.headers import page_nonce
from api.showing import csrf_token
from gisgrid.maps.text import json_block

__all__ = ["page_answer", "render", "two"]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["json_block"] = json_block
    return environment


def render(name: str, /, **content: Any) -> str:
    """A page of this folder; text is escaped, data goes through the filter ``json_block``."""
    return _environment().get_template(name).render(**content)


def page_answer(
    request: Request, name: str, /, *, status: int = 200, **content: Any
) -> HTMLResponse:
    """A page as an answer.

    Beside its content its template has ``nonce``, ``csrf``, ``two`` and ``map_approval``.
    """
    page = render(
        name,
        nonce=page_nonce(request),
        csrf=csrf_token(request),
        two=two,
        map_approval=request.app.state.service.settings.map_approval,
        **content,
    )
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})


def two(zh: str, en: str) -> Markup:
    """Words in Chinese and in English, either of which a page may hide."""
    return Markup('<span class="zh">{}</span> <span class="en" lang="en">{}</span>').format(zh, en)

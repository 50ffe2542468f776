"""Pages from templates, every text escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gisgrid.maps.text import json_block

__all__ = ["render", "two"]


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


def render(name: str, **content: Any) -> str:
    """A page of this folder; text is escaped, data goes through the filter ``json_block``."""
    return _environment().get_template(name).render(**content)


def two(zh: str, en: str) -> Markup:
    """Words in Chinese and in English, either of which a page may hide."""
    return Markup('<span class="zh">{}</span> <span class="en" lang="en">{}</span>').format(zh, en)

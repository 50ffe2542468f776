"""What the reference leaves out, nobody finds: every setting, route and command is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer.main

from api.app import create_app
from gisgrid import errors
from gisgrid.cli import app
from gisgrid.settings import Settings

REFERENCE = (Path(__file__).parents[1] / "docs" / "reference.md").read_text(encoding="utf-8")


def commands(group: Any, words: str = "gisgrid") -> list[str]:
    found: list[str] = []
    for name, command in group.commands.items():
        path = f"{words} {name}"
        nested = hasattr(command, "commands")
        found += commands(command, path) if nested else [path]
    return found


@pytest.mark.parametrize("command", commands(typer.main.get_command(app)))
def test_every_command_is_documented(command: str) -> None:
    assert f"`{command}`" in REFERENCE


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`GISGRID_{name.upper()}`" in REFERENCE


def test_every_route_is_documented() -> None:
    schema = create_app(Settings()).openapi()
    routes = {
        f"`{method.upper()} {path}`"
        for path, methods in schema["paths"].items()
        for method in methods
    }
    assert routes
    assert {route for route in routes if route not in REFERENCE} == set()


def test_the_tree_of_errors_is_drawn_where_it_begins() -> None:
    drawing = errors.__doc__ or ""
    missing = [name for name in errors.__all__ if name not in drawing]
    assert missing == []
    assert errors.__all__ == sorted(errors.__all__)

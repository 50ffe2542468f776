"""Records of the store, as commands print them for a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from gisgrid.settings import Settings

__all__ = ["print_record"]


def print_record(content: Any, settings: Settings) -> None:
    """Print a record or a list of them as JSON, times in the zone of the settings."""
    from gisgrid.exports.documents import document

    typer.echo(json.dumps(document(content, settings.zone), ensure_ascii=False, indent=2))

"""Places held by hand, as a publish or a preview lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from gisgrid.store.publish import HeldPlace

__all__ = ["held_lines", "print_held"]


def print_held(places: Iterable[HeldPlace]) -> None:
    """Print the held places whose ground changed hands, and those that lost their grid."""
    for line in held_lines(places):
        typer.echo(line)


def held_lines(places: Iterable[HeldPlace]) -> Iterator[str]:
    """A line for each of them."""
    for one in places:
        words = "解除 let go" if one.ended else "保留 held  "
        grid = f"{one.grid} (已撤销 ended)" if one.ended else one.grid
        yield (
            f"{words}  {one.kind} {one.source_id} {one.title}  {grid}   "
            f"位于 lies in {one.lies_in or '—'}   理由 reason {one.reason}"
        )

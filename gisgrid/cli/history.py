"""``gisgrid history``: the past of a grid."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.options import Database, Json, open_snapshot
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo

    from gisgrid.store.history import GridHistory
    from gisgrid.store.versions import Passage

__all__ = ["history"]


def history(
    code: Annotated[str, typer.Argument(help="A code that the grid has, or has had.")],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show every version of a grid, what it came from and what it went into."""
    from gisgrid.exports.documents import document
    from gisgrid.store import revisions
    from gisgrid.store.history import grid_history

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = grid_history(connection, code)
        revision = revisions.current(connection)
    if as_json:
        content = {"revision": revision, **document(found, settings.zone)}
        typer.echo(json.dumps(content, ensure_ascii=False))
    else:
        _print(found, settings.zone)


def _print(found: GridHistory, zone: tzinfo) -> None:
    ended = "   已终止 ended" if found.ended else ""
    typer.echo(f"网格 grid {found.code}   {found.level}{ended}")
    typer.echo("属性 attributes")
    for label in found.attributes:
        parent = f"   上级 in {label.parent}" if label.parent else ""
        typer.echo(
            f"  {_period(label.valid_from, label.valid_to, zone)}   revision {label.revision:<5} "
            f"{label.code}  {label.name}{parent}"
        )
    typer.echo("边界 boundaries")
    for shape in found.boundaries:
        typer.echo(
            f"  {_period(shape.valid_from, shape.valid_to, zone)}   revision {shape.revision:<5} "
            f"{shape.area_m2:>14,.0f} m²"
        )
    _print_passages("来自 came from", found.came_from, "source")
    _print_passages("划入 went into", found.went_into, "target")


def _print_passages(title: str, passages: Iterable[Passage], other: str) -> None:
    for number, one in enumerate(passages):
        if number == 0:
            typer.echo(title)
        typer.echo(
            f"  revision {one.revision:<5} {getattr(one, other)}   {one.area_m2:>12,.0f} m² "
            f"({one.area_share:.1%})   户 households {one.households:,}"
            + ("" if one.household_share is None else f" ({one.household_share:.1%})")
        )


def _period(begin: datetime, end: datetime | None, zone: tzinfo) -> str:
    until = "—" if end is None else f"{end.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"{begin.astimezone(zone):%Y-%m-%d %H:%M} → {until:<16}"

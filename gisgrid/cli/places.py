"""``gisgrid place``: places that a person assigns to a micro-grid, wherever they lie."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.editing import author
from gisgrid.cli.options import Database, Json, open_engine, open_snapshot
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from datetime import tzinfo

    from gisgrid.store.holds import Hold

__all__ = ["app"]

app = typer.Typer(help="Places held by hand in a micro-grid.", no_args_is_help=True)


_ENDINGS = {
    "moved": "位置变动 the place moved",
    "withdrawn": "取消 taken back",
    "replaced": "改归 held anew",
    "grid-ended": "网格撤销 its grid ended",
}


class Kind(StrEnum):
    """What can be held."""

    address = "address"
    hazard = "hazard"
    patrol = "patrol"
    building = "building"


_Kind = Annotated[Kind, typer.Argument(help="What it is.", show_default=False)]
_Id = Annotated[str, typer.Argument(help="Its id at its source.", show_default=False)]


@app.command("hold")
def hold_place(
    kind: _Kind,
    source_id: _Id,
    grid: Annotated[str, typer.Option("--grid", metavar="CODE", help="The micro-grid.")],
    reason: Annotated[str, typer.Option("--reason", metavar="WHY", help="Why, for the record.")],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Assign a place to a micro-grid, wherever it lies, until it moves."""
    from gisgrid.store import holds

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        made = holds.hold(
            connection, kind.value, source_id, grid=grid, reason=reason, author=author()
        )
    typer.echo(_json(made, settings.zone) if as_json else f"归属 held  {_line(made)}")


@app.command("release")
def release_place(
    kind: _Kind, source_id: _Id, database: Database = None, as_json: Json = False
) -> None:
    """Take that back: the place belongs to the grid that it lies in."""
    from gisgrid.store import holds

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        ended = holds.release(connection, kind.value, source_id, author=author())
    typer.echo(_json(ended, settings.zone) if as_json else f"取消 released  {_line(ended)}")


@app.command("held")
def held_places(
    ended: Annotated[
        bool, typer.Option("--ended", help="What was held and is no longer, instead.")
    ] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """List the places that are held, with who holds them and why."""
    from gisgrid.store import clock, holds

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = holds.listing(connection, clock.now(connection, settings.zone), ended=ended)
    if as_json:
        typer.echo(_json(found, settings.zone))
        return
    for one in found:
        day = one.made_at.astimezone(settings.zone)
        typer.echo(f"{one.id:>5}  {day:%Y-%m-%d %H:%M}  {one.author:<12} {_line(one)}")
        if one.ended_at is not None:
            day = one.ended_at.astimezone(settings.zone)
            why = _ENDINGS[one.ended_why or ""]
            typer.echo(f"       {day:%Y-%m-%d %H:%M}  {one.ended_by:<12} 结束 ended: {why}")


def _json(holds: Hold | list[Hold], zone: tzinfo) -> str:
    from gisgrid.exports.documents import document

    return json.dumps(document(holds, zone), ensure_ascii=False)


def _line(one: Hold) -> str:
    return (
        f"{one.kind} {one.source_id} {one.title}  → {one.grid}   "
        f"位于 lies in {one.lies_in or '—'}   理由 reason {one.reason}"
    )

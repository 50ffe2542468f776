"""``gisgrid map``: the maps as files that open without a network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.options import At, Database, instant, open_snapshot
from gisgrid.errors import FileError
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["app", "require_folder", "write_page"]

app = typer.Typer(help="Maps as single HTML files.", no_args_is_help=True)

_Output = Annotated[Path, typer.Option("-o", "--output", metavar="FILE.html", help="The file.")]


@app.command()
def grids(output: _Output, at: At = None, database: Database = None) -> None:
    """The grids of all levels, with names and counts."""
    from gisgrid.maps.district import grids_page

    _write(output, at, database, grids_page)


@app.command()
def hazards(output: _Output, at: At = None, database: Database = None) -> None:
    """Hazards as a heat map and by grid, with their times, kinds and reasons."""
    from functools import partial

    from gisgrid.maps.recorded_hazards import hazards_page

    _write(output, at, database, partial(hazards_page, past=at is not None))


@app.command()
def staffing(output: _Output, at: At = None, database: Database = None) -> None:
    """Grid members: the micro-grids that lack some."""
    from gisgrid.maps.district import staffing_page

    _write(output, at, database, staffing_page)


@app.command()
def campaign(
    output: _Output,
    code: Annotated[
        str | None, typer.Option("--code", metavar="CODE", help="The campaign; else the last one.")
    ] = None,
    at: At = None,
    database: Database = None,
) -> None:
    """A campaign over time: before, during, after."""
    from gisgrid.maps.district import campaign_page

    def draw(connection: Connection, moment: datetime, settings: Settings) -> str:
        return campaign_page(connection, moment, settings, code=code)

    _write(output, at, database, draw)


def _write(
    output: Path,
    at: str | None,
    database: str | None,
    draw: Callable[[Connection, datetime, Settings], str],
) -> None:
    require_folder(output)
    settings = Settings()
    with open_snapshot(database, settings) as connection:
        page = draw(connection, instant(connection, at, settings), settings)
    typer.echo(write_page(output, page))


def require_folder(output: Path) -> None:
    """Refuse a file in a folder that is not there before any work is done for it."""
    if not output.parent.is_dir():
        raise FileError("there is no such folder", where=str(output.parent), fix="make it first")


def write_page(output: Path, page: str) -> str:
    """Write a page and say so."""
    try:
        size = output.write_bytes(page.encode())
    except OSError as error:
        raise FileError(f"cannot be written: {error.strerror}", where=str(output)) from None
    return f"写出 written    {size / 1000:>10,.0f} kB   → {output}"

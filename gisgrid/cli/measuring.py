"""``gisgrid measures``: what was found, solved, late and unanswered in a period."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.importing import Level
from gisgrid.cli.options import Database, Json, instant, open_snapshot, said_of
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.store.measures import Measured, Measures

__all__ = ["measures"]


class By(StrEnum):
    """What the rows are."""

    grid = "grid"
    department = "department"
    category = "category"


def measures(
    since: Annotated[
        str, typer.Option("--from", metavar="DATE", help="The first day.", show_default=False)
    ],
    until: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="The first day after it; now when left out."),
    ] = None,
    by: Annotated[By, typer.Option("--by", help="What the rows are.")] = By.grid,
    level: Annotated[Level, typer.Option("--level", help="Level of the grids.")] = Level.area,
    confidential: Annotated[
        bool, typer.Option("--confidential", help="Tips are counted too.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet.")] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Figures of a period, each with its definition."""
    from gisgrid.exports.measures import measures_csv, measures_document

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        told = _measured(connection, settings, since, until, by, level, confidential)
        head = said_of(connection)
    if as_json:
        content = head | measures_document(told, settings.zone)
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
    elif as_csv:
        typer.echo(measures_csv(told), nl=False)
    else:
        _print(told)


def _measured(
    connection: Connection,
    settings: Settings,
    since: str,
    until: str | None,
    by: By,
    level: Level,
    confidential: bool,
) -> Measures:
    from gisgrid.access import EVERYTHING
    from gisgrid.store.measures import measure
    from gisgrid.store.scope import look_as

    look_as(connection, EVERYTHING.disclosed() if confidential else EVERYTHING)
    return measure(
        connection,
        instant(connection, since, settings),
        instant(connection, until, settings),
        by=by.value,
        level=level.value,
        discoverers=settings.discoverers,
    )


def _print(told: Measures) -> None:
    from gisgrid.cases.measures import MEASURES

    typer.echo(f"{told.since.isoformat()} … {told.until.isoformat()}")
    for code, one in MEASURES.items():
        typer.echo(f"{one.zh} {one.en:<36} {_told(told.total, code):>12}   {one.means_zh}")
    shown = ("found", "fixed", "share_found_first", "solved_in_place", "overdue", "no_reply")
    typer.echo("")
    typer.echo("   ".join(f"{MEASURES[code].zh} {MEASURES[code].en}" for code in shown))
    for row in told.rows:
        figures = "   ".join(f"{_told(row, code):>8}" for code in shown)
        typer.echo(f"{row.key:<16} {figures}   {row.name_zh}")


def _told(row: Measured, code: str) -> str:
    value = row.figures[code]
    return "—" if value is None else f"{value:,}"

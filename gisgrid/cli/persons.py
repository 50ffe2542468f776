"""``gisgrid personal``: what is known of people, shown with a note in the log, and erased."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from gisgrid.cli.options import Database, Json, open_engine, say
from gisgrid.cli.records import print_record
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

__all__ = ["app"]

app = typer.Typer(help="What is known of people: find, show, correct, erase.", no_args_is_help=True)

_CLI: Final = "cli"

_Ref = Annotated[UUID, typer.Argument(metavar="REF", help="The reference.", show_default=False)]


@app.command("find")
def find(
    telephone: Annotated[str, typer.Argument(help="A telephone number.", show_default=False)],
    database: Database = None,
) -> None:
    """Say under which references something is kept of somebody, by their telephone number."""
    from gisgrid.access import Actor
    from gisgrid.store import personal

    with _opened(database) as connection:
        for ref in personal.find(connection, telephone, actor=Actor(_CLI)):
            typer.echo(str(ref))


@app.command("show")
def show(
    ref: _Ref,
    why: Annotated[
        str, typer.Option("--why", metavar="SUBJECT", help="What it is needed for, as case:12.")
    ],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show what is kept under a reference; the log keeps that you looked, and why."""
    from gisgrid.access import Actor
    from gisgrid.store import personal

    with _opened(database) as connection:
        found = personal.look(connection, ref, actor=Actor(_CLI), why=why)
    if as_json:
        print_record(found, Settings())
        return
    for name, value in found.items():
        typer.echo(f"{name}: {value}")


@app.command("correct")
def correct(
    ref: _Ref,
    name: Annotated[str, typer.Option(help="The name.")] = "",
    telephone: Annotated[str, typer.Option(help="The telephone number.")] = "",
    database: Database = None,
) -> None:
    """Put what somebody says is right in the place of what is kept."""
    from gisgrid.access import Actor
    from gisgrid.store import personal

    fields = {"name": name, "telephone": telephone}
    with _opened(database) as connection:
        personal.correct(connection, ref, fields, actor=Actor(_CLI))
    say("已更正", "corrected")


@app.command("erase")
def erase(ref: _Ref, database: Database = None) -> None:
    """Erase what is kept under a reference; the reference stays, and leads to nothing."""
    from gisgrid.access import Actor
    from gisgrid.store import personal

    with _opened(database) as connection:
        personal.erase(connection, ref, actor=Actor(_CLI))
    say("已删除", "erased")


@app.command("forget")
def forget(
    number: Annotated[str, typer.Argument(help="Number of a case.", show_default=False)],
    database: Database = None,
) -> None:
    """Erase who reported a case, its words and its pictures; what was done with it stays."""
    from gisgrid.access import Actor
    from gisgrid.store.cases import forgetting

    with _opened(database) as connection:
        forgetting.forget(connection, number, actor=Actor(_CLI))
    say("已删除", "erased")


@app.command("expire")
def expire(database: Database = None) -> None:
    """Erase all whose time is over, as a running service does every hour."""
    from gisgrid.access import Actor
    from gisgrid.store import clock, personal

    with _opened(database) as connection:
        now = clock.now(connection, Settings().zone)
        count = personal.expire(connection, now, actor=Actor(_CLI))
    typer.echo(f"{count} 条已到期删除 erased")


@contextmanager
def _opened(database: str | None) -> Iterator[Connection]:
    """A transaction that sees who sent tips, too: whoever starts it could read the tables."""
    from gisgrid.access import Sight
    from gisgrid.store.scope import look_as

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        yield look_as(connection, Sight(whole=True).disclosed())

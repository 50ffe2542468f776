"""``gisgrid db``: the private server and the database's life."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.options import Database, Json, open_engine, talk
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.store.server import PrivateServer

__all__ = ["app"]

app = typer.Typer(
    name="db", help="The private server, and backups of any database.", no_args_is_help=True
)


@app.command()
def up(
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="Open this address too, by TLS, until the server stops."
        ),
    ] = None,
) -> None:
    """Start the private server; make it first when there is none."""
    server = _server()
    server.up(listen=listen)
    status = server.status()
    _say(f"the private server runs as process {status.pid}, socket in {status.socket}")
    if status.listen:
        _say(f"it listens on {status.listen}, by TLS only; certificate {status.certificate}")


@app.command()
def down() -> None:
    """Stop the private server."""
    _server().down()
    _say("the private server is down")


@app.command()
def status(as_json: Json = False) -> None:
    """Say whether the private server runs, and where."""
    found = _server().status()
    if as_json:
        typer.echo(json.dumps(asdict(found), default=str, ensure_ascii=False))
    else:
        for name, value in asdict(found).items():
            typer.echo(f"{name}: {'-' if value is None else value}")


@app.command()
def url(database: Database = None) -> None:
    """Print the database's URL, fit for psql and QGIS; passwords are not in it."""
    from gisgrid.store.engine import find_database

    found = find_database(Settings(), database).set(drivername="postgresql")
    typer.echo(found._replace(password=None).render_as_string())


@app.command()
def migrate(database: Database = None) -> None:
    """Bring the database's tables to this version of gisgrid."""
    from gisgrid.store.engine import find_database, make_engine
    from gisgrid.store.schema import migrate as migrate_schema
    from gisgrid.store.server.target import connect

    address = find_database(Settings(), database)
    connect(address)[1].close()  # an unreachable database is a clear error here
    before, after = migrate_schema(make_engine(address))
    _say(f"schema {after}" if before == after else f"schema {before or 'none'} -> {after}")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write.", metavar="FILE")],
    database: Database = None,
) -> None:
    """Write the whole database to one file."""
    from gisgrid.store.engine import find_database
    from gisgrid.store.server import backup as write_backup

    write_backup(find_database(Settings(), database), file)
    _say(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="File that backup wrote.", metavar="FILE")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace what the database holds.")
    ] = False,
    database: Database = None,
) -> None:
    """Fill an empty database from a backup, wholly or not at all."""
    from gisgrid.store.engine import find_database
    from gisgrid.store.server import restore as read_backup

    read_backup(find_database(Settings(), database), file, force=force)
    _say(f"{file}: restored")


@app.command()
def role(database: Database = None) -> None:
    """Make the role that the web service runs as on a server of your own: it owns nothing.

    On the private server ``gisgrid serve`` makes it itself.
    """
    from gisgrid.store.web_role import WEB_ROLE, make_role

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        make_role(connection)
    _say(f"the web service will run as {WEB_ROLE}")


def _server() -> PrivateServer:
    from gisgrid.store.server import PrivateServer

    return PrivateServer(Settings().home)


def _say(text: str) -> None:
    talk.print(text, markup=False)

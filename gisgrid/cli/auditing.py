"""``gisgrid audit``: the log of who did what, and the proof that nobody changed it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.options import Database, Json, open_snapshot, say
from gisgrid.cli.records import print_record
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.store.audit import Head

__all__ = ["app"]

app = typer.Typer(help="Who did what, and that nobody changed it since.", no_args_is_help=True)


@app.command("list")
def list_entries(
    actor: Annotated[str | None, typer.Option(help="Only of one, as account:7.")] = None,
    subject: Annotated[
        str | None, typer.Option(help="Only of one thing, as case_event:12.")
    ] = None,
    before: Annotated[int | None, typer.Option(help="Only before this position.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most rows.")] = 50,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """List the newest rows of the log first."""
    from gisgrid.store import audit

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = audit.listing(connection, before=before, limit=limit, actor=actor, subject=subject)
    if as_json:
        print_record(found, settings)
        return
    for one in found:
        when = f"{one.at.astimezone(settings.zone):%Y-%m-%d %H:%M:%S}"
        typer.echo(f"{one.position:>8}  {when}  {one.actor}  {one.action}  {one.subject}")


@app.command("head")
def head(database: Database = None, as_json: Json = False) -> None:
    """Print the end of the chain; kept elsewhere, it proves later what came before it."""
    from gisgrid.store import audit

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = audit.head(connection)
    if as_json:
        print_record(found, settings)
    else:
        typer.echo(f"{found.position}  {found.hash}")


@app.command("check")
def check(
    file: Annotated[
        Path | None,
        typer.Option("--head", metavar="FILE", help="A head that was printed earlier with --json."),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Compute the chain again; ends with 1 where a row was changed, is missing or was added."""
    from gisgrid.store import audit

    settings = Settings()
    known = _read_head(file) if file else None
    with open_snapshot(database, settings) as connection:
        verdict = audit.check(connection, known=known)
    fault = verdict.fault
    if as_json:
        print_record(verdict, settings)
    elif fault is None:
        typer.echo(f"完好 the chain holds: {verdict.rows} rows, head {verdict.head.hash}")
    else:
        typer.echo(f"断链 broken at {fault.position}: {fault.what} ({fault.kind})")
    if fault is None and known is None:
        say(
            "未给出链头:末尾是否缺失无从得知",
            "no head was given: whether rows are missing at the end is not known (--head FILE)",
        )
    if fault is not None:
        raise typer.Exit(1)


def _read_head(file: Path) -> Head:
    from gisgrid.errors import FileError
    from gisgrid.store import audit

    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", where=str(file)) from None
    except ValueError:
        told = None
    return audit.head_from(told)

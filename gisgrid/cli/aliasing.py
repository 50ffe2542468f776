"""``gisgrid address alias`` and ``gisgrid import aliases``: other names of roads and lanes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.editing import author
from gisgrid.cli.importing import print_report
from gisgrid.cli.options import (
    Database,
    Encoding,
    File,
    Json,
    Layer,
    Rejects,
    Strict,
    open_engine,
    open_snapshot,
    progress_bar,
)
from gisgrid.cli.records import print_record
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.store.addresses import StoredAlias

__all__ = ["AliasKind", "app", "bring"]

app = typer.Typer(help="Other names of roads and lanes.", no_args_is_help=True)


class AliasKind(StrEnum):
    """What an alias may be."""

    estate = "estate"
    old_name = "old-name"
    other = "other"


_KINDS = {"estate": "小区 estate", "old-name": "旧名 old name", "other": "俗称 other"}

_Number = Annotated[int, typer.Argument(metavar="ID", help="Its number.", show_default=False)]


def bring(
    file: File,
    name: Annotated[
        str, typer.Option("--name", metavar="COL", help="Column of what people say.")
    ] = "name",
    means: Annotated[
        str,
        typer.Option("--means", metavar="COL", help="Column of the road or lane meant."),
    ] = "means",
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="COL", help="Column of estate, old-name or other."),
    ] = None,
    layer: Layer = None,
    encoding: Encoding = None,
    strict: Strict = False,
    rejects: Rejects = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Import other names of roads and lanes; those that hold already stay."""
    from gisgrid.imports import AliasFile, import_aliases

    request = AliasFile(
        path=file,
        columns={"name": name, "means": means} | ({"kind": kind} if kind else {}),
        layer=layer,
        encoding=encoding,
        strict=strict,
        rejects=rejects,
    )
    with open_engine(database, Settings()) as engine, progress_bar(file.name) as progress:
        report = import_aliases(engine, request, author=author(), progress=progress)
    print_report(report, as_json)


@app.command("list")
def list_names(
    ended: Annotated[bool, typer.Option("--ended", help="Those that have ended, instead.")] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """The other names that hold."""
    from gisgrid.store.addresses import list_aliases

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = list_aliases(connection, ended=ended)
    if as_json:
        print_record(found, settings)
        return
    for one in found:
        typer.echo(_line(one))


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What people say.", show_default=False)],
    means: Annotated[
        str,
        typer.Argument(
            help="白银路, or the beginning of its addresses: 上海市嘉定区马陆镇白银路288弄.",
            show_default=False,
        ),
    ],
    kind: Annotated[AliasKind, typer.Option("--kind", help="What the name is.")] = AliasKind.other,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Let a name stand for a road or a lane."""
    from gisgrid.store.addresses import add_alias

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        made = add_alias(connection, name, means, kind=kind.value, author=author())
    _print(made, settings, as_json)


@app.command("end")
def end(number: _Number, database: Database = None, as_json: Json = False) -> None:
    """End an alias; it stays on record."""
    from gisgrid.store.addresses import end_alias

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        ended = end_alias(connection, number, author=author())
    _print(ended, settings, as_json)


def _print(one: StoredAlias, settings: Settings, as_json: bool) -> None:
    if as_json:
        print_record(one, settings)
    else:
        typer.echo(_line(one))


def _line(one: StoredAlias) -> str:
    ended = f"   结束 ended by {one.ended_by or '—'}" if one.ended_at else ""
    return f"{one.id:>6}  {one.name}  → {one.means}   {_KINDS[one.kind]}   {one.made_by}{ended}"

"""``gisgrid staffing`` and the imports of people, departments, teams and party groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.importing import print_report
from gisgrid.cli.options import (
    At,
    Database,
    Encoding,
    File,
    Json,
    Layer,
    Rejects,
    Strict,
    instant,
    open_engine,
    open_snapshot,
    progress_bar,
)
from gisgrid.cli.records import print_record
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["IMPORTS", "staffing"]

_LEVELS = {"area": "街镇 area", "unit": "单元 unit", "micro": "微网格 micro"}


def _bring(register: str, help_text: str) -> Callable[..., None]:
    def bring(
        file: File,
        layer: Layer = None,
        encoding: Encoding = None,
        strict: Strict = False,
        rejects: Rejects = None,
        database: Database = None,
        as_json: Json = False,
    ) -> None:
        from gisgrid.access import Actor
        from gisgrid.imports import RegisterFile, import_register

        settings = Settings()
        request = RegisterFile(
            path=file,
            register=register,
            layer=layer,
            encoding=encoding,
            strict=strict,
            rejects=rejects,
        )
        with open_engine(database, settings) as engine, progress_bar(file.name) as progress:
            report = import_register(
                engine,
                request,
                zone=settings.zone,
                actor=Actor("cli"),
                progress=progress,
            )
        print_report(report, as_json)

    bring.__doc__ = help_text
    return bring


IMPORTS = {
    "people": _bring("people", "Import people and their posts; telephones are kept apart."),
    "departments": _bring("departments", "Import the registry of departments."),
    "teams": _bring("teams", "Import volunteers and coalition teams, as counts."),
    "party": _bring("party", "Import party groups and their members, as counts."),
}


def staffing(
    at: At = None,
    gaps: Annotated[
        bool, typer.Option("--gaps", help="Micro-grids that lack members too.")
    ] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Grid members that there are, and where they are missing."""
    from gisgrid.store.people import staffing as count

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        moment = instant(connection, at, settings)
        told = count(connection, moment, per_micro=settings.members_per_micro)
    if as_json:
        print_record(told, settings)
        return
    shown = [*told.of("area"), *(one for one in told.of("micro") if gaps and one.missing)]
    for one in shown:
        typer.echo(
            f"{_LEVELS[one.level]:<12} {one.code:<16} 应有 wanted {one.wanted:>6,}   "
            f"现有 have {one.have:>6,}   缺 missing {one.missing:>5,}   "
            f"缺员微网格 short {one.short:>4,}   {one.name}"
        )
    for post in told.ended:
        typer.echo(f"网格已终止 the grid has ended   {post.grid}   {post.kind}   {post.person}")

"""``gisgrid import cases``: police calls, a hotline's tickets and the like, from a file."""

from __future__ import annotations

from typing import Annotated

import typer

from gisgrid.cli.cases import Source
from gisgrid.cli.importing import print_report
from gisgrid.cli.options import (
    AddressColumn,
    Crs,
    Database,
    Encoding,
    File,
    Json,
    LatColumn,
    Layer,
    LonColumn,
    Rejects,
    Strict,
    columns_given,
    open_engine,
    progress_bar,
)
from gisgrid.settings import Settings

__all__ = ["bring"]


def bring(
    file: File,
    source: Annotated[Source, typer.Option("--source", help="Who told of them.")],
    row_id: Annotated[
        str, typer.Option("--id", metavar="COL", help="Column of what the source calls each.")
    ] = "id",
    category: Annotated[
        str, typer.Option("--category", metavar="COL", help="Column of the categories.")
    ] = "category",
    lon: LonColumn = None,
    lat: LatColumn = None,
    address: AddressColumn = None,
    time: Annotated[
        str | None, typer.Option("--time", metavar="COL", help="Column of when it was told.")
    ] = None,
    severity: Annotated[str | None, typer.Option("--severity", metavar="COL")] = None,
    description: Annotated[str | None, typer.Option("--description", metavar="COL")] = None,
    place: Annotated[str | None, typer.Option("--place", metavar="COL")] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="COL", help="Column of who told; kept apart.")
    ] = None,
    telephone: Annotated[str | None, typer.Option("--telephone", metavar="COL")] = None,
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    strict: Strict = False,
    rejects: Rejects = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Report the rows of a file as cases; one whose id was taken before stays as it is."""
    from gisgrid.access import Actor
    from gisgrid.cases.calendar import calendar_of
    from gisgrid.imports import CaseFile, import_cases

    settings = Settings()
    columns = {
        "category": category,
        "reported_at": time,
        "severity": severity,
        "description": description,
        "place": place,
        "name": name,
        "telephone": telephone,
    }
    request = CaseFile(
        path=file,
        id=row_id,
        columns=columns_given(columns),
        source=source.value,
        prefix=settings.case_prefix,
        lon=lon,
        lat=lat,
        address=address,
        layer=layer,
        crs=crs,
        encoding=encoding,
        strict=strict,
        rejects=rejects,
    )
    calendar = calendar_of(settings)
    with (
        open_engine(database, settings) as engine,
        progress_bar(file.name) as progress,
        engine.begin() as connection,
    ):
        report = import_cases(
            connection,
            request,
            actor=Actor("cli"),
            calendar=calendar,
            zone=settings.zone,
            progress=progress,
        )
    print_report(report, as_json)

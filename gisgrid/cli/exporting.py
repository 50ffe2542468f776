"""``gisgrid export``: grids and places to files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gisgrid.cli.importing import Kind, Level
from gisgrid.cli.options import At, Database, instant, open_engine, talk
from gisgrid.exports import export_grids, export_places
from gisgrid.files import Written
from gisgrid.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Files out: grids and places.", no_args_is_help=True)

_File = Annotated[
    Path, typer.Argument(help="GeoPackage, GeoJSON, Shapefile, CSV, FlatGeobuf or GeoParquet.")
]
_Crs = Annotated[str, typer.Option("--crs", metavar="CRS", help="What to write in.")]


@app.command()
def grids(
    file: _File,
    level: Annotated[Level | None, typer.Option("--level", help="One level; else all.")] = None,
    at: At = None,
    crs: _Crs = "wgs84",
    database: Database = None,
) -> None:
    """Write grids with their shapes."""
    settings = Settings()
    with open_engine(database, settings) as engine, engine.connect() as connection:
        name = level.value if level else None
        written = export_grids(
            connection, file, level=name, at=instant(connection, at, settings), crs=crs
        )
    _print(written)


@app.command()
def places(
    file: _File,
    kind: Annotated[Kind, typer.Option("--kind", help="Which places.")],
    at: At = None,
    crs: _Crs = "wgs84",
    database: Database = None,
) -> None:
    """Write places with the codes of their grids; confidential ones are left out."""
    settings = Settings()
    with open_engine(database, settings) as engine, engine.connect() as connection:
        moment = instant(connection, at, settings)
        written = export_places(
            connection, file, kind=kind.value, at=moment, past=at is not None, crs=crs
        )
    _print(written)


def _print(written: Written) -> None:
    for old, new in written.renamed.items():
        talk.print(
            f"注意 列 {old} 写作 {new}\n  note: column {old} is written as {new}", markup=False
        )
    typer.echo(f"写出 written    {written.rows:>12,}   → {written.path}")

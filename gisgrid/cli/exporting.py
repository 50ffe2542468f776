"""``gisgrid export``: grids and places to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.importing import Kind, Level
from gisgrid.cli.options import At, Database, instant, open_snapshot, talk
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.files import Written

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
    from gisgrid.exports.grids import export_grids

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        name = level.value if level else None
        written = export_grids(
            connection, file, level=name, at=instant(connection, at, settings), crs=crs
        )
    _print(written)


@app.command()
def places(
    file: _File,
    kind: Annotated[Kind | None, typer.Option("--kind", help="One kind; else all.")] = None,
    at: At = None,
    crs: _Crs = "wgs84",
    database: Database = None,
) -> None:
    """Write places with the codes of their grids; confidential ones are left out."""
    from gisgrid.exports.places import export_places

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        moment = instant(connection, at, settings)
        written = export_places(
            connection,
            file,
            kind=kind.value if kind else None,
            at=moment,
            past=at is not None,
            crs=crs,
        )
    _print(written)


def _print(written: Written) -> None:
    for old, new in written.renamed.items():
        talk.print(
            f"注意 列 {old} 写作 {new}\n  note: column {old} is written as {new}", markup=False
        )
    typer.echo(f"写出 written    {written.rows:>12,}   → {written.path}")

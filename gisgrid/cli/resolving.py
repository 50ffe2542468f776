"""``gisgrid resolve``: which grids own a point or an address, or each one of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gisgrid.cli.matched import resolve_text
from gisgrid.cli.options import At, Crs, Database, Json, instant, open_snapshot, progress_bar
from gisgrid.cli.owner_lines import owner_lines, owners_document
from gisgrid.errors import InputError
from gisgrid.settings import Settings

__all__ = ["resolve"]


def resolve(
    text: Annotated[
        str | None, typer.Argument(help="An address in words.", show_default=False)
    ] = None,
    lon: Annotated[float | None, typer.Option("--lon", metavar="X", help="Longitude.")] = None,
    lat: Annotated[float | None, typer.Option("--lat", metavar="Y", help="Latitude.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="CSV", help="What to resolve: columns id, lon, lat or id, address."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="CSV", help="Where to write them.")
    ] = None,
    crs: Crs = None,
    at: At = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=100, help="Most addresses that a text may mean.")
    ] = 5,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Say which grids own an address, a point (wgs84 unless --crs says so), or those of a file."""
    points = lon is not None or lat is not None
    if sum((text is not None, points, file is not None)) > 1:
        raise InputError("too much is asked at once", fix="give TEXT, --lon and --lat, or --file")
    if output is not None and file is None:
        raise InputError("an output file is for --file", where=str(output), fix="leave out -o")
    if file is not None:
        _resolve_file(file, output, crs, at, database)
    elif text is not None:
        if crs is not None:
            raise InputError("is for points", where="--crs", fix="leave it out: texts have none")
        resolve_text(text, limit=limit, at=at, database=database, as_json=as_json)
    elif lon is not None and lat is not None:
        _resolve_point(lon, lat, crs, at, database, as_json)
    else:
        raise InputError(
            "no point is given",
            fix="give an address, --lon X --lat Y, or --file POINTS.csv",
        )


def _resolve_point(
    lon: float, lat: float, crs: str | None, at: str | None, database: str | None, as_json: bool
) -> None:
    from gisgrid.geometry.crs import Crs as CrsValue
    from gisgrid.geometry.crs import point_to_wgs84
    from gisgrid.store import revisions
    from gisgrid.store.owners import resolve_point

    settings = Settings()
    frame = CrsValue.parse(crs or "wgs84")
    x, y = point_to_wgs84(lon, lat, frame)
    with open_snapshot(database, settings) as connection:
        found = resolve_point(connection, x, y, instant(connection, at, settings))
        revision = revisions.current(connection)
    if as_json:
        answer = {"revision": revision, "crs": frame.name, **owners_document(found)}
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    for line in owner_lines(found):
        typer.echo(line)


def _resolve_file(
    file: Path, output: Path | None, crs: str | None, at: str | None, database: str | None
) -> None:
    from gisgrid.exports.resolved import resolve_file

    if output is None:
        raise InputError("no output file is named", where="--file", fix="add -o OUT.csv")
    settings = Settings()
    with (
        open_snapshot(database, settings) as connection,
        progress_bar(file.name) as progress,
    ):
        moment = instant(connection, at, settings)
        rows = resolve_file(connection, file, output, crs=crs, at=moment, progress=progress)
    typer.echo(f"写出 written    {rows:>12,}   → {output}")

"""``gisgrid resolve``: which grids own a point, or each point of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.options import At, Crs, Database, Json, instant, open_snapshot, progress_bar
from gisgrid.errors import InputError
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.locate import Resolution

__all__ = ["resolve"]

_LEVEL_NAMES = {"area": "街镇 area", "unit": "村居 unit", "micro": "微网格 micro"}


def resolve(
    lon: Annotated[float | None, typer.Option("--lon", metavar="X", help="Longitude.")] = None,
    lat: Annotated[float | None, typer.Option("--lat", metavar="Y", help="Latitude.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="CSV", help="Points to resolve: columns id, lon, lat."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="CSV", help="Where to write them.")
    ] = None,
    crs: Crs = None,
    at: At = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Say which grids own a point (wgs84 unless --crs says otherwise), or each point of a file."""
    if file is not None:
        _resolve_file(file, output, crs, at, database)
        return
    if lon is None or lat is None:
        raise InputError("no point is given", fix="give --lon X --lat Y, or --file POINTS.csv")
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
        typer.echo(json.dumps(_document(found, revision, frame.name), ensure_ascii=False))
    else:
        _print(found)


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


def _document(found: Resolution, revision: int, crs: str) -> dict[str, object]:
    grids = [{"level": g.level, "code": g.code, "name": g.name} for g in found.grids]
    return {
        "status": found.status,
        "revision": revision,
        "crs": crs,
        "nested": found.nested,
        "missing": list(found.missing),
        "grids": grids,
        "police": {"code": found.police.code, "name": found.police.name} if found.police else None,
    }


def _print(found: Resolution) -> None:
    if not found.grids:
        typer.echo("界外 outside: 没有网格覆盖此点 no grid covers this point")
    for grid in found.grids:
        border = "   在边界上 on its border" if grid.border else ""
        typer.echo(f"{_LEVEL_NAMES[grid.level]:<14} {grid.code}  {grid.name}{border}")
    for level in found.missing:
        typer.echo(f"{_LEVEL_NAMES[level]:<14} 缺 none")
    if found.police:
        typer.echo(f"派出所 police  {found.police.code}  {found.police.name}")
    if not found.nested:
        typer.echo("注意 各级网格互不嵌套 note: the levels do not nest here")

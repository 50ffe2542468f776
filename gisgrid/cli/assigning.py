"""``gisgrid assign``: the grid of every point of a file, from files alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli.options import (
    Crs,
    Encoding,
    Json,
    LatColumn,
    LonColumn,
    note_offset,
    progress_bar,
    say,
    talk,
)

if TYPE_CHECKING:
    from gisgrid.assigning import AssignReport

__all__ = ["assign"]


def assign(
    points: Annotated[
        Path, typer.Argument(help="The file of points, or a folder of Parquet files.")
    ],
    boundaries: Annotated[Path, typer.Argument(help="The file of polygons of one level.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="OUT", help="Where to write, by its extension."),
    ],
    lon: LonColumn = None,
    lat: LatColumn = None,
    code: Annotated[
        str | None, typer.Option("--code", metavar="COL", help="Column of the polygons' codes.")
    ] = None,
    layer: Annotated[
        str | None, typer.Option("--layer", metavar="L", help="Layer of the polygons.")
    ] = None,
    crs: Crs = None,
    name: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Column to write the codes to; else grid."),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Apply the proposed repair of invalid polygons.")
    ] = False,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="Processes of this machine.")
    ] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="A Dask scheduler instead."),
    ] = None,
    encoding: Encoding = None,
    points_layer: Annotated[
        str | None, typer.Option("--points-layer", metavar="L", help="Layer of the points.")
    ] = None,
    boundary_crs: Annotated[
        str | None,
        typer.Option("--boundary-crs", metavar="CRS", help="Of the polygons; else the file's own."),
    ] = None,
    boundary_encoding: Annotated[
        str | None,
        typer.Option("--boundary-encoding", metavar="E", help="Encoding of the polygons' text."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the points again with the code of the grid that owns each: files only, no database."""
    from gisgrid.assigning import BoundaryLayer, PointFile
    from gisgrid.assigning import assign as assign_files

    with progress_bar(points.name) as progress:
        report = assign_files(
            PointFile(
                path=points, lon=lon, lat=lat, crs=crs, layer=points_layer, encoding=encoding
            ),
            BoundaryLayer(
                path=boundaries,
                code=code,
                layer=layer,
                crs=boundary_crs,
                encoding=boundary_encoding,
                repair=repair,
            ),
            output,
            name=name,
            workers=workers,
            scheduler=scheduler,
            progress=progress,
        )
    if lon is None:
        note_offset(points, crs, layer=points_layer, encoding=encoding)
    note_offset(boundaries, boundary_crs, layer=layer, encoding=boundary_encoding)
    _note(report)
    if as_json:
        typer.echo(json.dumps(_document(report), ensure_ascii=False))
    else:
        _print(report)


def _note(report: AssignReport) -> None:
    for code, one in report.repairs:
        talk.print(
            f"已修复 repaired {code}: {one.reason}, {one.before_m2:,.1f} → {one.after_m2:,.1f} m²",
            markup=False,
        )
    for column, renamed in report.renamed.items():
        talk.print(f"已改名 renamed {column} → {renamed}", markup=False)
    tally = report.tally
    if tally.outside * 2 > tally.rows:
        share = f"{tally.outside:,} / {tally.rows:,}"
        say(
            f"{share} 个点落在所有网格之外:经纬度是否颠倒?坐标系是否正确?",
            f"{share} points lie outside every grid: lon and lat swapped, or another CRS?",
        )
    if tally.errors * 2 > tally.rows:
        share = f"{tally.errors:,} / {tally.rows:,}"
        reason = next(iter(tally.reasons))
        say(f"{share} 行有误,最常见的原因:{reason}", f"{share} rows have no point: {reason}")


def _document(report: AssignReport) -> dict[str, Any]:
    repaired = [
        {
            "code": code,
            "reason": one.reason,
            "place": one.place,
            "before_m2": one.before_m2,
            "after_m2": one.after_m2,
        }
        for code, one in report.repairs
    ]
    return {"output": str(report.output), **asdict(report.tally), "repaired": repaired}


def _print(report: AssignReport) -> None:
    tally = report.tally
    typer.echo(f"写出 written    {tally.rows:>12,}   → {report.output}")
    typer.echo(f"界内 inside     {tally.inside:>12,}")
    typer.echo(f"边界上 border   {tally.border:>12,}")
    typer.echo(f"界外 outside    {tally.outside:>12,}")
    typer.echo(f"有误 errors     {tally.errors:>12,}")

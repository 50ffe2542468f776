"""``gisgrid import``: boundaries, places, buildings and lines from files."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli.editing import author
from gisgrid.cli.held import print_held
from gisgrid.cli.options import (
    AddressColumn,
    Crs,
    Database,
    Encoding,
    File,
    IdColumn,
    Json,
    LatColumn,
    Layer,
    LonColumn,
    MapApproval,
    NameColumn,
    Rejects,
    Strict,
    columns_given,
    note,
    note_findings,
    note_offset,
    open_engine,
    progress_bar,
    say,
    talk,
)
from gisgrid.settings import Settings
from gisgrid.times import parse_instant

if TYPE_CHECKING:
    from gisgrid.imports import BoundaryReport, ImportReport, PlaceFile

__all__ = ["Level", "app", "bring_places", "print_report"]

app = typer.Typer(help="Files in: boundaries, places, buildings, lines.", no_args_is_help=True)

_Households = Annotated[
    str | None, typer.Option("--households", metavar="COL", help="Column of household counts.")
]


class Level(StrEnum):
    """Levels of grids."""

    area = "area"
    unit = "unit"
    micro = "micro"
    police = "police"


class Kind(StrEnum):
    """Kinds of places."""

    address = "address"
    hazard = "hazard"
    patrol = "patrol"


@app.command()
def boundaries(
    file: File,
    level: Annotated[Level, typer.Option("--level", help="Level of the grids.")],
    code: Annotated[str, typer.Option("--code", metavar="COL", help="Column of the codes.")],
    name: NameColumn = None,
    parent: Annotated[
        str | None,
        typer.Option("--parent", metavar="COL", help="Column of parents; else by where they lie."),
    ] = None,
    households: _Households = None,
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    effective: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="From when they hold; else from now."),
    ] = None,
    replace: Annotated[
        str,
        typer.Option(
            metavar="listed|level|CODE",
            help="What ends when the file lacks it: nothing, the level's, or that below a grid.",
        ),
    ] = "listed",
    repair: Annotated[
        bool, typer.Option("--repair", help="Apply the proposed repair of invalid polygons.")
    ] = False,
    strict: Strict = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish at once; otherwise it is a draft.")
    ] = False,
    map_approval: MapApproval = None,
    rejects: Rejects = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Import boundaries of one level: a new grid for a new code, a new version for a new shape."""
    from gisgrid.imports import BoundaryFile, import_boundaries

    settings = Settings()
    given = {"code": code, "name": name, "parent": parent, "households": households}
    request = BoundaryFile(
        path=file,
        level=level.value,
        columns=columns_given(given),
        layer=layer,
        crs=crs,
        encoding=encoding,
        effective_at=_effective(effective, settings),
        replaces=replace,
        repair=repair,
        strict=strict,
        publish=publish,
        author=author(),
        map_approval=map_approval,
        rejects=rejects,
    )
    with open_engine(database, settings) as engine:
        report = import_boundaries(engine, request, settings)
    note_offset(file, crs, layer=layer, encoding=encoding)
    note(report.notices)
    _note_published(report, level)
    _print_boundaries(report, as_json, settings)


@app.command()
def places(
    file: File,
    kind: Annotated[Kind, typer.Option("--kind", help="What the rows are.")],
    row_id: IdColumn = None,
    lon: LonColumn = None,
    lat: LatColumn = None,
    address: AddressColumn = None,
    category: Annotated[
        str | None, typer.Option("--category", metavar="COL", help="Column of the category.")
    ] = None,
    time: Annotated[
        str | None, typer.Option("--time", metavar="COL", help="Column of when it was found.")
    ] = None,
    text: Annotated[
        str | None,
        typer.Option("--text", metavar="COL", help="Column of the address, name or description."),
    ] = None,
    households: _Households = None,
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    strict: Strict = False,
    map_approval: MapApproval = None,
    rejects: Rejects = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Import addresses, hazards or patrol points; each finds its micro-grid on its way in."""
    from gisgrid.imports import PlaceFile

    text_column = {Kind.address: "text", Kind.hazard: "description", Kind.patrol: "name"}[kind]
    given = {
        "category": category,
        "found_at": time,
        text_column: text,
        "households": households,
    }
    request = PlaceFile(
        path=file,
        kind=kind.value,
        id=row_id,
        lon=lon,
        lat=lat,
        address=address,
        columns=columns_given(given),
        layer=layer,
        crs=crs,
        encoding=encoding,
        strict=strict,
        map_approval=map_approval,
        rejects=rejects,
    )
    bring_places(request, database, as_json)


@app.command()
def buildings(
    file: File,
    row_id: IdColumn = None,
    name: NameColumn = None,
    floors: Annotated[
        str | None, typer.Option("--floors", metavar="COL", help="Column of floor counts.")
    ] = None,
    households: _Households = None,
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    strict: Strict = False,
    map_approval: MapApproval = None,
    rejects: Rejects = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Import building footprints."""
    from gisgrid.imports import BuildingFile, import_buildings

    given = {"name": name, "floors": floors, "households": households}
    request = BuildingFile(
        path=file,
        id=row_id,
        columns=columns_given(given),
        layer=layer,
        crs=crs,
        encoding=encoding,
        strict=strict,
        map_approval=map_approval,
        rejects=rejects,
    )
    with open_engine(database, Settings()) as engine, progress_bar(file.name) as progress:
        report = import_buildings(engine, request, progress=progress)
    note_offset(file, crs, layer=layer, encoding=encoding)
    print_report(report, as_json)


@app.command()
def lines(
    file: File,
    line_class: Annotated[
        str,
        typer.Option("--class", metavar="COL", help="Column of the class: river, main …"),
    ],
    row_id: IdColumn = None,
    name: NameColumn = None,
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    strict: Strict = False,
    map_approval: MapApproval = None,
    rejects: Rejects = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Import the lines that divide: roads, rivers, walls."""
    from gisgrid.imports import LineFile, import_lines

    request = LineFile(
        path=file,
        id=row_id,
        columns={"class": line_class} | ({"name": name} if name else {}),
        layer=layer,
        crs=crs,
        encoding=encoding,
        strict=strict,
        map_approval=map_approval,
        rejects=rejects,
    )
    with open_engine(database, Settings()) as engine, progress_bar(file.name) as progress:
        report = import_lines(engine, request, progress=progress)
    note_offset(file, crs, layer=layer, encoding=encoding)
    print_report(report, as_json)


def _effective(text: str | None, settings: Settings) -> datetime | None:
    """``--from``: None from the moment of publishing on, which is what today means."""
    if text is None or text.strip().lower() == "today":
        return None
    return parse_instant(text, settings.zone)


def bring_places(file: PlaceFile, database: str | None, as_json: bool) -> None:
    """Import places of any kind, and tell what came of it."""
    from gisgrid.imports import import_places

    settings = Settings()
    with open_engine(database, settings) as engine, progress_bar(file.path.name) as progress:
        report = import_places(engine, file, zone=settings.zone, progress=progress)
    if file.lon is None:
        note_offset(file.path, file.crs, layer=file.layer, encoding=file.encoding)
    print_report(report, as_json)


def print_report(report: ImportReport, as_json: bool) -> None:
    """What came of an import of rows."""
    note(report.notices)
    if as_json:
        _print_json(asdict(report))
        return
    typer.echo(f"读取 read       {report.rows_read:>12,}")
    typer.echo(
        f"接收 taken      {report.rows_taken:>12,}   新增 new {report.inserted:,} · "
        f"更新 changed {report.updated:,} · 未变 as before {report.unchanged:,}"
    )
    if report.outside is not None:
        inside = report.rows_taken - report.outside
        typer.echo(f"归格 assigned   {inside:>12,}   界外 outside {report.outside:,}")
    if report.by_address or report.queued:
        typer.echo(
            f"按址定位 by address {report.by_address:>7,}   待审 to review {report.queued:,}"
            f"{': gisgrid address review list' if report.queued else ''}"
        )
    _print_rejected(report)


def _print_boundaries(report: BoundaryReport, as_json: bool, settings: Settings) -> None:
    for code, repair in report.repairs:
        talk.print(
            f"修复 repaired {code}: {repair.reason} at {repair.place}, "
            f"{repair.before_m2:,.1f} → {repair.after_m2:,.1f} m²",
            markup=False,
        )
    if as_json:
        _print_json(asdict(report))
        return
    typer.echo(f"读取 read       {report.rows_read:>12,}")
    typer.echo(f"接收 taken      {report.rows_taken:>12,}")
    _print_rejected(report)
    if report.published is None:
        typer.echo(f"草案 draft      plan {report.plan_id}: gisgrid plan publish {report.plan_id}")
        return
    changes = report.published.changes
    done = f"发布 published  revision {report.published.revision}"
    if report.published.scheduled:
        day = report.published.effective_at.astimezone(settings.zone).isoformat()
        done = f"待生效 scheduled  plan {report.plan_id} → {day}"
    typer.echo(
        f"{done}   "
        f"新增 new {len(changes.new):,} · 改界 reshaped {len(changes.reshaped):,} · "
        f"更名 relabelled {len(changes.relabelled):,} · 终止 ended {len(changes.ended):,} · "
        f"未变 as before {len(changes.unchanged):,}"
    )
    if not report.published.scheduled:
        moved = sum(report.published.reassigned.values())
        typer.echo(f"改派 reassigned {moved:>12,}")
        print_held(report.published.held)
    if report.published.orphaned:
        count = report.published.orphaned
        zh, en = "个网格的上级网格已终止", "grids are left without their parent, which ended"
        say(f"{count:,} {zh}", f"{count:,} {en}")


def _note_published(report: BoundaryReport, level: Level) -> None:
    """What the publish found beyond the notices, which are of the imported grids themselves."""
    if report.published is not None:
        noticed = {("outside-parent", level.value), ("households", level.value)}
        found = report.published.findings
        note_findings([one for one in found if (one.kind, one.level) not in noticed])


def _print_rejected(report: ImportReport | BoundaryReport) -> None:
    where = f"   → {report.rejects_file}" if report.rejects_file else ""
    typer.echo(f"拒收 rejected   {report.rows_rejected:>12,}{where}")


def _print_json(report: dict[str, Any]) -> None:
    typer.echo(json.dumps(report, ensure_ascii=False, default=str, indent=2))

"""``gisgrid case``: cases from the machine of the record."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli.options import Database, Json, open_engine, open_snapshot, said_of
from gisgrid.cli.records import print_record
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.store.cases import Case

__all__ = ["Source", "app"]

app = typer.Typer(help="Cases: report, look at, take from step to step.", no_args_is_help=True)


class Source(StrEnum):
    """Who tells of a case."""

    patrol = "patrol"
    resident = "resident"
    police_call = "police_call"
    courier = "courier"
    tip = "tip"
    hotline = "hotline"


_Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number.", show_default=False)]


@app.command("report")
def report(
    category: Annotated[str, typer.Argument(help="Code of a category.", show_default=False)],
    lon: Annotated[float, typer.Option("--lon", help="Degrees, or easting.")],
    lat: Annotated[float, typer.Option("--lat", help="Degrees, or northing.")],
    crs: Annotated[str, typer.Option("--crs", metavar="CRS")] = "wgs84",
    source: Annotated[Source, typer.Option("--source", help="Who tells.")] = Source.patrol,
    description: Annotated[str, typer.Option("--description", help="What is wrong.")] = "",
    place: Annotated[str, typer.Option("--place", help="Where, in words.")] = "",
    severity: Annotated[int | None, typer.Option("--severity", min=1, max=3)] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Put a case on record; its point says which grids own it."""
    from gisgrid.access import Actor
    from gisgrid.cases.calendar import calendar_of
    from gisgrid.geometry.crs import Crs as System
    from gisgrid.geometry.crs import point_to_wgs84
    from gisgrid.store import cases
    from gisgrid.store.cases.shifted import note_conversion

    settings = Settings()
    system = System.parse(crs)
    where = point_to_wgs84(lon, lat, system)
    new = cases.NewCase(
        category=category,
        lon=where[0],
        lat=where[1],
        source=source.value,
        channel="government",
        description=description,
        place=place,
        severity=severity,
    )
    with open_engine(database, settings) as engine, engine.begin() as connection:
        made = cases.report(
            connection,
            new,
            Actor("cli"),
            calendar=calendar_of(settings),
            prefix=settings.case_prefix,
        )
        note_conversion(connection, system, made, Actor("cli"))
    _print(made, settings, as_json)


@app.command("show")
def show(number: _Number, database: Database = None, as_json: Json = False) -> None:
    """A case, and all that was done with it."""
    from gisgrid.store import cases

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        case = cases.get(connection, number)
        events = cases.history(connection, number)
        calls = cases.calls_of(connection, [case.id])[case.id]
        head = said_of(connection)
    if as_json:
        print_record({**head, **_record(case), "events": events, "calls": calls}, settings)
        return
    typer.echo(_line(case))
    for text in (case.place, case.description):
        if text:
            typer.echo(f"    {text}")
    for one in calls:
        state = "已报到 in" if one.reported_in_at else "未报到 awaited"
        typer.echo(f"    {one.department}  {one.role}  {state}{'  超时 late' * one.overdue}")
    for event in events:
        at = event.at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")
        typer.echo(f"    {at}  {event.action:<16}{event.after.zh}  {event.actor}  {event.about}")


@app.command("list")
def list_cases(
    category: Annotated[list[str] | None, typer.Option("--category", help="Only these.")] = None,
    stage: Annotated[list[str] | None, typer.Option("--stage", help="Only in these.")] = None,
    grid: Annotated[str | None, typer.Option("--grid", metavar="CODE", help="Of this.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those past due.")] = False,
    still_open: Annotated[bool, typer.Option("--open", help="Only those not settled.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50_000)] = 20,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.csv", help="Write a table.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Cases, those reported last first."""
    from gisgrid.exports.cases import case_table
    from gisgrid.store import cases, clock, grids

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        wanted = cases.CaseFilter(
            categories=_known_categories(category or []),
            stages=_known_stages(stage or []),
            grid=_grid(connection, grid, settings),
            overdue=True if overdue else None,
            open=True if still_open else None,
        )
        found = cases.listing(connection, wanted, limit=limit).cases
        if output is not None:
            ids = sorted({one for case in found for one in case.grids.values()})
            codes = grids.codes_by_id(connection, ids, clock.now(connection, settings.zone))
            _write(output, case_table(found, codes, settings.zone))
            return
    if as_json:
        print_record([_record(one) for one in found], settings)
        return
    for one in found:
        typer.echo(_line(one))


@app.command("relocate")
def relocate(
    number: _Number,
    lon: Annotated[float, typer.Option("--lon", help="Degrees, or easting.")],
    lat: Annotated[float, typer.Option("--lat", help="Degrees, or northing.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    crs: Annotated[str, typer.Option("--crs", metavar="CRS")] = "wgs84",
    place: Annotated[str, typer.Option("--place", help="Where, in words.")] = "",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Correct the place of a case; the grids that cover the new one own it."""
    from gisgrid.access import Actor
    from gisgrid.geometry.crs import Crs as System
    from gisgrid.geometry.crs import point_to_wgs84
    from gisgrid.store import cases
    from gisgrid.store.cases.shifted import note_conversion

    settings = Settings()
    system = System.parse(crs)
    where = point_to_wgs84(lon, lat, system)
    with open_engine(database, settings) as engine, engine.begin() as connection:
        case = cases.relocate(
            connection, number, *where, actor=Actor("cli"), reason=reason, place=place
        )
        note_conversion(connection, system, case, Actor("cli"))
    _print(case, settings, as_json)


@app.command("act")
def act(
    number: _Number,
    action: Annotated[str, typer.Argument(help="Such as accept, close.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    about: Annotated[
        str, typer.Option("--about", help="The case that stays, or codes of departments.")
    ] = "",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Take a step with a case, as the table in docs/cases.md allows."""
    from gisgrid.access import Actor
    from gisgrid.cases.calendar import calendar_of
    from gisgrid.store import cases

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        case = cases.act(
            connection,
            number,
            action,
            actor=Actor("cli"),
            reason=reason,
            about=about,
            calendar=calendar_of(settings),
        )
    _print(case, settings, as_json)


def _known_categories(codes: list[str]) -> tuple[str, ...]:
    from gisgrid.cases.categories import category_of

    return tuple(category_of(code).code for code in codes)


def _known_stages(names: list[str]) -> tuple[str, ...]:
    from gisgrid.cases.stages import Stage
    from gisgrid.errors import InputError

    for name in names:
        if name not in list(Stage):
            raise InputError(
                "there is no such stage", where=repr(name), fix=f"one of {', '.join(Stage)}"
            )
    return tuple(names)


def _grid(connection: Connection, code: str | None, settings: Settings) -> int | None:
    from gisgrid.store import clock, grids

    if code is None:
        return None
    return grids.by_code(connection, code, clock.now(connection, settings.zone))[0].id


def _write(path: Path, text: str) -> None:
    from gisgrid.errors import FileError

    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise FileError(f"cannot be written: {error.strerror}", where=str(path)) from None


def _print(case: Case, settings: Settings, as_json: bool) -> None:
    if as_json:
        print_record(_record(case), settings)
    else:
        typer.echo(_line(case))


def _record(case: Case) -> dict[str, Any]:
    """A case as JSON says it; who told of it stays apart."""
    hidden = ("id", "grids", "reporter", "code", "category")
    names = [name for name in case.__dataclass_fields__ if name not in hidden]
    return {"category": case.category.code, **{name: getattr(case, name) for name in names}}


def _line(case: Case) -> str:
    late = "  超时 overdue" if case.overdue else ""
    return (
        f"{case.number}  {case.category.name_zh} {case.category.name_en}  "
        f"{case.stage.zh} {case.stage.en}{late}  {case.lon:.6f},{case.lat:.6f}"
    )

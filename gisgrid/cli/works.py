"""``gisgrid facility`` and the import of facilities: what is due, and the cases that spring."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.importing import bring_places
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
    open_engine,
    open_snapshot,
)
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.store.works.facilities import Facility

__all__ = ["app", "bring"]

app = typer.Typer(
    help="Facilities with upkeep and expiry, and the cases that spring from them.",
    no_args_is_help=True,
)


def bring(
    file: File,
    kind: Annotated[str, typer.Option("--kind", metavar="COL", help="Column of the kinds.")],
    row_id: IdColumn = None,
    lon: LonColumn = None,
    lat: LatColumn = None,
    address: AddressColumn = None,
    name: NameColumn = None,
    installed: Annotated[
        str | None, typer.Option("--installed", metavar="COL", help="Column of when it was put up.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="COL", help="Column of when it expires.")
    ] = None,
    every: Annotated[
        str | None,
        typer.Option("--every", metavar="COL", help="Column of the days from upkeep to upkeep."),
    ] = None,
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    strict: Strict = False,
    map_approval: MapApproval = None,
    rejects: Rejects = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Import facilities; each finds its micro-grid on its way in."""
    from gisgrid.imports import PlaceFile

    given = {
        "kind": kind,
        "name": name,
        "installed_on": installed,
        "expires_on": expires,
        "upkeep_every_days": every,
    }
    request = PlaceFile(
        path=file,
        kind="facility",
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


@app.command("list")
def list_facilities(
    due: Annotated[
        bool, typer.Option("--due", help="Only what has expired or is to be seen to.")
    ] = False,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Only those of a kind.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """List facilities, with the day on which each is due."""
    from gisgrid.exports.documents import document
    from gisgrid.store import clock
    from gisgrid.store.works.facilities import facility_listing

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        now = clock.now(connection, settings.zone)
        due_by = now.date() if due else None
        found = facility_listing(connection, now, kind=kind, due_by=due_by)
    if as_json:
        typer.echo(json.dumps(document(found, settings.zone), ensure_ascii=False))
        return
    for one in found:
        typer.echo(_line(one, now.date()))


@app.command("spring")
def spring(database: Database = None, as_json: Json = False) -> None:
    """Make a case of every facility that is due, once; a running server does so every hour."""
    from gisgrid.cases.calendar import calendar_of
    from gisgrid.exports.documents import document
    from gisgrid.store import clock
    from gisgrid.store.works.springing import spring_due

    settings = Settings()
    calendar = calendar_of(settings)
    with open_engine(database, settings) as engine, engine.begin() as connection:
        now: datetime = clock.now(connection, settings.zone)
        made = spring_due(
            connection,
            now,
            zone=settings.zone,
            calendar=calendar,
            prefix=settings.case_prefix,
        )
    if as_json:
        typer.echo(json.dumps(document(made, settings.zone), ensure_ascii=False))
        return
    for one in made:
        typer.echo(f"{one.number}  {one.facility}  {_WHY[one.reason]} {one.due_on}")
    typer.echo(f"派生案件 cases made {len(made):,}")


_WHY = {"expiry": "到期 expires", "upkeep": "保养 upkeep", None: "—"}


def _line(one: Facility, today: date) -> str:
    from gisgrid.cases.facilities import FACILITY_KINDS

    kind = FACILITY_KINDS.get(one.kind)
    called = f"{kind.zh} {kind.en}" if kind else one.kind
    late = " ⚠ 逾期 overdue" if one.due_on is not None and one.due_on <= today else ""
    when = "" if one.due_on is None else f"{_WHY[one.due_for]} {one.due_on}{late}"
    return f"{one.id}  {one.grid or '—'}  {called}  {one.name}  {when}".rstrip()

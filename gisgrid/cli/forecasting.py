"""``gisgrid hotspots forecast`` and ``evaluate``: what is to be expected, and how good that is."""

from __future__ import annotations

import json
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli.forecast_lines import print_evaluation, print_forecast
from gisgrid.cli.hazard_options import Categories, Discovery, FoundBy, hazard_filter
from gisgrid.cli.mapping import require_folder
from gisgrid.cli.options import (
    Crs,
    Database,
    Encoding,
    Json,
    Layer,
    instant,
    open_snapshot,
    said_of,
    say,
)
from gisgrid.errors import InputError
from gisgrid.settings import Settings
from gisgrid.times import parse_instant

if TYPE_CHECKING:
    from gisgrid.hotspots.forecast import Evaluation
    from gisgrid.points.events import EventFile

__all__ = ["evaluate", "forecast"]

_DEFAULT_DAYS = 7


class Level(StrEnum):
    """Which places are forecast."""

    micro = "micro"
    unit = "unit"
    area = "area"
    police = "police"
    hexagon = "hexagon"
    cell = "cell"


class Span(StrEnum):
    """How long the periods are."""

    month = "month"
    week = "week"
    day = "day"


def forecast(
    begin: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Start; else the present.")
    ] = None,
    finish: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="End; else a week later.")
    ] = None,
    level: Annotated[
        Level, typer.Option("--level", help="Grids of a level, hexagons or squares.")
    ] = Level.micro,
    cell_m: Annotated[
        float, typer.Option("--cell-m", metavar="M", help="Edge of hexagons, side of squares.")
    ] = 150.0,
    category: Categories = None,
    found_by: Discovery = FoundBy.reported,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write all places, by the extension."),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Where hazards are to be expected next, the places with most of them per area first."""
    from gisgrid.exports.forecasts import forecast_document
    from gisgrid.files import write_frame
    from gisgrid.store.forecasting import expected_hazards
    from gisgrid.store.hazards import present_of

    settings = Settings()
    if output is not None:
        require_folder(output)
    with open_snapshot(database, settings) as connection:
        now = instant(connection, None, settings)
        start = (
            present_of(connection, now) if begin is None else parse_instant(begin, settings.zone)
        )
        end = start + timedelta(days=_DEFAULT_DAYS)
        end = end if finish is None else parse_instant(finish, settings.zone)
        found = expected_hazards(
            connection,
            hazard_filter(settings, category, found_by),
            start,
            end,
            now=now,
            zone=settings.zone,
            level=level.value,
            size_m=cell_m,
        )
        head = said_of(connection)
    document = {**head, **forecast_document(found, settings.zone, start=start, end=end)}
    if output is not None:
        rows = write_frame(output, found.places).rows
        say(f"写出 {rows:,} 处 → {output}", f"{rows:,} places written to {output}")
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        print_forecast(document)


def evaluate(
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Events of a file, instead of the database's."),
    ] = None,
    lon: Annotated[str | None, typer.Option("--lon", metavar="COL", help="Of the file.")] = None,
    lat: Annotated[str | None, typer.Option("--lat", metavar="COL", help="Of the file.")] = None,
    time: Annotated[str | None, typer.Option("--time", metavar="COL", help="Of the file.")] = None,
    category_column: Annotated[
        str | None, typer.Option("--category-col", metavar="COL", help="Of the file.")
    ] = None,
    area_file: Annotated[
        Path | None,
        typer.Option("--area", metavar="FILE", help="Polygons of the area; else the hull."),
    ] = None,
    area_layer: Annotated[
        str | None, typer.Option("--area-layer", metavar="L", help="Layer of that file.")
    ] = None,
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    category: Categories = None,
    found_by: Discovery = FoundBy.reported,
    cell_m: Annotated[
        float, typer.Option("--cell-m", metavar="M", help="Side of the squares.")
    ] = 150.0,
    period: Annotated[Span, typer.Option("--period", help="What is forecast.")] = Span.week,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """How good forecasts have been, beside a plain count, a KDE and chance."""
    from gisgrid.exports.forecasts import evaluation_document

    settings = Settings()
    head: dict[str, Any] = {}
    if file is None:
        head, (made, left_out) = _of_database(
            settings, database, category, found_by, period, cell_m
        )
    else:
        from gisgrid.points.events import EventFile

        if time is None:
            raise InputError("the column of the times is not named", fix="give --time COL")
        source = EventFile(
            path=file,
            time=time,
            lon=lon,
            lat=lat,
            category=category_column,
            categories=tuple(category or ()),
            layer=layer,
            crs=crs,
            encoding=encoding,
        )
        made, left_out = _of_file(settings, source, (area_file, area_layer), period, cell_m)
    document = {**head, **evaluation_document(made, settings.zone), "left_out": left_out}
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        print_evaluation(document)


def _of_database(
    settings: Settings,
    database: str | None,
    category: list[str] | None,
    found_by: FoundBy,
    period: Span,
    cell_m: float,
) -> tuple[dict[str, Any], tuple[Evaluation, int]]:
    from gisgrid.store.forecasting import judged_forecasts

    with open_snapshot(database, settings) as connection:
        return said_of(connection), judged_forecasts(
            connection,
            hazard_filter(settings, category, found_by),
            period.value,
            now=instant(connection, None, settings),
            zone=settings.zone,
            size_m=cell_m,
        )


def _of_file(
    settings: Settings,
    source: EventFile,
    area: tuple[Path | None, str | None],
    period: Span,
    cell_m: float,
) -> tuple[Evaluation, int]:
    import shapely

    from gisgrid.hotspots.forecast.study import judged_events
    from gisgrid.points.events import read_events
    from gisgrid.points.grids import GridFile, read_grids

    found = read_events(source, settings.zone)
    if found.bad:
        say(
            f"{found.bad:,} 行无法读取({found.first_bad})",
            f"{found.bad:,} rows cannot be read ({found.first_bad})",
        )
    file, layer = area
    region = None
    if file is not None:
        region = shapely.union_all(read_grids(GridFile(path=file, layer=layer)).polygons)
    made, outside = judged_events(
        found.lon,
        found.lat,
        found.seconds,
        period.value,
        zone=settings.zone,
        size_m=cell_m,
        region=region,
    )
    return made, found.bad + outside

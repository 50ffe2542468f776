"""``gisgrid address``: other names, the review queue, and what address is near a point."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from gisgrid.cli import aliasing, reviewing
from gisgrid.cli.options import Crs, Database, Json, open_snapshot
from gisgrid.settings import Settings

__all__ = ["app"]

app = typer.Typer(
    help="Addresses: other names, the review queue, the nearest.", no_args_is_help=True
)
app.add_typer(aliasing.app, name="alias")
app.add_typer(reviewing.app, name="review")


@app.command("nearest")
def nearest_addresses(
    lon: Annotated[float, typer.Option("--lon", metavar="X", help="Longitude.")],
    lat: Annotated[float, typer.Option("--lat", metavar="Y", help="Latitude.")],
    crs: Crs = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 5,
    within: Annotated[
        float, typer.Option("--within-m", min=0, help="Only those no farther, in metres.")
    ] = 2_000.0,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """The standard addresses nearest to a point (wgs84 unless --crs says otherwise)."""
    from gisgrid.geometry.crs import Crs as CrsValue
    from gisgrid.geometry.crs import point_to_wgs84
    from gisgrid.store.addresses import nearest

    x, y = point_to_wgs84(lon, lat, CrsValue.parse(crs or "wgs84"))
    with open_snapshot(database, Settings()) as connection:
        found = nearest(connection, x, y, limit=limit, within_m=within)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        typer.echo(f"{one.metres:>9,.1f} m  {one.source_id}  {one.text}")
    if not found:
        typer.echo(f"{within:g} 米内没有标准地址 no standard address within {within:g} m")

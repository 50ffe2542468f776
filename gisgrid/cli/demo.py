"""``gisgrid demo``: the sample district, loaded, assigned, mapped and served."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.options import open_engine, talk
from gisgrid.cli.serving import Port, require_free, run_server
from gisgrid.settings import DEMO_DATABASE, Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    _Draw = Callable[[Connection, datetime, Settings], str]

__all__ = ["demo"]

_HOST = "127.0.0.1"
_FILES = ("grids.html", "hazards.html", "campaign.html")


def demo(
    port: Port = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Load and map only.")] = False,
    folder: Annotated[
        Path, typer.Option("--maps", metavar="DIR", help="Where the map files go.")
    ] = Path("demo"),
) -> None:
    """Load the made-up sample district into a database of its own, draw its maps, serve it."""
    if not no_serve:
        require_free(_HOST, port)
    settings = Settings()
    with open_engine(DEMO_DATABASE, settings) as engine:
        fresh = _load(engine)
        if fresh or not all((folder / name).exists() for name in _FILES):
            _draw(engine, settings, folder)
    _say_where(folder, port, serving=not no_serve)
    if not no_serve:
        run_server(_HOST, port, 1, DEMO_DATABASE)


def _load(engine: Engine) -> bool:
    """Load the district unless it is there; whether it was loaded now."""
    from gisgrid.store.notices import notice

    with engine.connect() as connection:
        if notice(connection):
            return False
    from gisgrid.sample import build_district
    from gisgrid.sample.loading import load_district

    talk.print("正在生成示例区(约一分钟)… making the sample district, about a minute …")
    load_district(engine, build_district())
    return True


def _draw(engine: Engine, settings: Settings, folder: Path) -> None:
    from gisgrid.maps.district import campaign_page, grids_page
    from gisgrid.maps.recorded_hazards import hazards_page
    from gisgrid.store import clock

    folder.mkdir(parents=True, exist_ok=True)
    with engine.connect() as connection:
        now = clock.now(connection, settings.zone)
        pages: tuple[_Draw, ...] = (grids_page, hazards_page, campaign_page)
        for name, page in zip(_FILES, pages, strict=True):
            (folder / name).write_text(page(connection, now, settings), encoding="utf-8")


def _say_where(folder: Path, port: int, *, serving: bool) -> None:
    typer.echo("示例区已就绪(示例数据) the sample district is ready (made-up data)")
    for name in _FILES:
        typer.echo(f"  地图 map      {folder / name}")
    if serving:
        base = f"http://127.0.0.1:{port}"
        typer.echo(f"  首页 start    {base}/")
        typer.echo(f"  接口 API      {base}/docs")
        typer.echo(f"  问一点 ask    curl '{base}/v1/resolve?lon=121.25&lat=31.38'")
    typer.echo("  命令行 CLI    gisgrid resolve --lon 121.25 --lat 31.38 --database demo")

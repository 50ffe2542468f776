"""``gisgrid bench maps``: maps of many hazards, as files and as tiles, beside the plain way.

Cases: ``file-20k``, ``file-100k``, ``file-1m``, the map of hazards as one file; ``tiles-1m``,
``tiles-10m``, tiles over HTTP that were never asked for before; ``campaign``, the map of the sample
district's campaign.
"""

from __future__ import annotations

import http.client
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

import numpy as np
import pandas as pd

from gisgrid.bench.alternating import alternate
from gisgrid.bench.campaign_opening import campaign_row
from gisgrid.bench.database import bench_database
from gisgrid.bench.hazard_scene import (
    BEGIN,
    DAYS,
    hazard_frame,
    levels_of,
    make_hazards,
    store_hazards,
    street_coverage,
)
from gisgrid.bench.peers.plain_maps import FOLIUM, NUMPY, PlainTiles, folium_page
from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.bench.store import require_empty
from gisgrid.bench.web import served
from gisgrid.errors import InputError, ServerError
from gisgrid.geometry.tiling import Tile, to_world
from gisgrid.maps import MapText, hazards_map
from gisgrid.settings import Settings
from gisgrid.store.engine import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gisgrid.bench.hazard_scene import Hazards
    from gisgrid.bench.honeycomb import Coverage
    from gisgrid.bench.results import BenchOptions

__all__ = ["asked_tiles", "run"]

_FILES: Final = {"file-20k": 20_000, "file-100k": 100_000, "file-1m": 1_000_000}
_TILES: Final = {"tiles-1m": 1_000_000, "tiles-10m": 10_000_000}
_CAMPAIGN: Final = "campaign"
_CASES: Final = (*_FILES, *_TILES, _CAMPAIGN)
_QUICK_CASES: Final = ("file-20k", "file-100k", "tiles-200k")
_QUICK_TILES: Final = {"tiles-200k": 200_000}
_GRIDS: Final = 2_500
# folium writes each point into the page: a million of them no browser opens.
_MOST_OF_FOLIUM: Final = 100_000
_ASKED, _QUICK_ASKED = 300, 60
_ZOOMS: Final = range(8, 18)
_RADIUS_M: Final = 300.0
_TEXT: Final = MapText("隐患热力图", "Hazards", "示例数据 / made-up data")


def run(options: BenchOptions) -> BenchResult:
    """Draw maps of hazards that are made up.

    Raises
    ------
    InputError
        A case is not known, or the database is in use.
    """
    known = {*_CASES, *_QUICK_TILES}
    for name in options.cases:
        if name not in known:
            raise InputError(f"{name!r} is no case of this bench", fix=f"one of {sorted(known)}")
    coverage = street_coverage(_GRIDS, options.seed)
    rows: list[Row] = []
    for name in options.cases or (_QUICK_CASES if options.quick else _CASES):
        if name in _FILES:
            rows += _file(name, _FILES[name], coverage, options)
        elif name == _CAMPAIGN:
            rows += campaign_row(options)
        else:
            rows += _tiles(name, {**_TILES, **_QUICK_TILES}[name], coverage, options)
    return BenchResult("maps", tuple(rows), compared="seconds", higher_is_better=False)


def _file(case: str, count: int, coverage: Coverage, options: BenchOptions) -> list[Row]:
    """The map as one file, beside folium's own heat map of the same points."""
    levels = levels_of(coverage)
    frame = hazard_frame(make_hazards(coverage, count, options.seed), coverage, levels)
    makers: dict[str, Callable[[], str]] = {}
    if options.wants(GISGRID):
        makers[GISGRID] = lambda: hazards_map(frame, levels, _TEXT)
    if options.wants(FOLIUM) and count <= _MOST_OF_FOLIUM:
        makers[FOLIUM] = lambda: folium_page(frame)
    options.progress(f"{case}: {', '.join(makers)}")
    # What is compiled at its first call is compiled now.
    sizes = {name: len(make().encode()) for name, make in makers.items()}
    seconds = alternate(makers, 1 if options.quick else options.rounds)
    return [
        Row(
            name,
            case,
            {"seconds": seconds[name], "bytes": sizes[name]},
            {"hazards": count, "grids": len(coverage) if name == GISGRID else 0},
        )
        for name in makers
    ]


def asked_tiles(hazards: Hazards, count: int, seed: int) -> list[tuple[Tile, str, pd.Timestamp]]:
    """Tiles that hold hazards, of all zooms in turn, each with a category and a first day.

    No two are alike, so that none is answered from what was kept.
    """
    rng = np.random.default_rng(seed)
    at = rng.integers(0, len(hazards), count)
    world = to_world(np.column_stack([hazards.lon[at], hazards.lat[at]]))
    asked = []
    for number in range(count):
        zoom = _ZOOMS[number % len(_ZOOMS)]
        column, row = (world[number] * 2**zoom).astype(int).tolist()
        since = BEGIN + pd.Timedelta(days=DAYS * number // (2 * count), minutes=number)
        asked.append((Tile(zoom, column, row), ("fire", "security")[number % 2], since))
    return asked


def _tiles(case: str, count: int, coverage: Coverage, options: BenchOptions) -> list[Row]:
    """Tiles of a server with one worker, one asked for after the other."""
    hazards = make_hazards(coverage, count, options.seed)
    asked = asked_tiles(hazards, _QUICK_ASKED if options.quick else _ASKED, options.seed)
    rows: list[Row] = []
    if options.wants(GISGRID):
        with ExitStack() as stack:
            url = stack.enter_context(bench_database(options.database))
            engine = connect(Settings(), url)
            stack.callback(engine.dispose)
            require_empty(engine)
            options.progress(f"{case}: 写入 writing {count:,} hazards")
            store_hazards(engine, hazards)
            address = stack.enter_context(served(url))
            options.progress(f"{case}: {len(asked)} tiles, {GISGRID}")
            first, *seconds = _ask(address, [_path(asked[0]), *map(_path, asked)])
            detail = {"hazards": count, "tiles": len(asked), "first_seconds": round(first, 2)}
            rows.append(_paced(GISGRID, case, seconds[1:], detail))
    if options.wants(NUMPY):
        options.progress(f"{case}: {len(asked)} tiles, {NUMPY}")
        plain = PlainTiles(hazards)
        seconds = []
        for one in asked:
            begin = time.perf_counter()
            plain.draw(*one, _RADIUS_M)
            seconds.append(time.perf_counter() - begin)
        rows.append(
            _paced(NUMPY, case, seconds, {"hazards": count, "tiles": len(asked), "http": "no"})
        )
    return rows


def _paced(system: str, case: str, seconds: list[float], detail: Mapping[str, float | str]) -> Row:
    milliseconds = 1e3 * np.array(seconds)
    measures = {
        "seconds": float(np.mean(seconds)),
        "p50_ms": float(np.median(milliseconds)),
        "p95_ms": float(np.quantile(milliseconds, 0.95)),
        "most_ms": float(milliseconds.max()),
    }
    return Row(system, case, measures, detail)


def _path(one: tuple[Tile, str, pd.Timestamp]) -> str:
    tile, category, since = one
    query = {"category": category, "since": since.isoformat(), "radius": _RADIUS_M}
    place = f"{tile.zoom}/{tile.column}/{tile.row}"
    return f"/v1/hazards/tiles/{place}.png?{urlencode(query)}"


def _ask(address: str, paths: list[str]) -> list[float]:
    """How long each answer took (seconds), over one connection.

    Raises
    ------
    ServerError
        An answer was no success.
    """
    seconds = []
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=300)
    try:
        for path in paths:
            begin = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            seconds.append(time.perf_counter() - begin)
            if answer.status != 200:
                raise ServerError(f"answered {answer.status}: {body[:200]!r}", where=path)
    finally:
        connection.close()
    return seconds

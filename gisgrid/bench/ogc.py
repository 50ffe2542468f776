"""``gisgrid bench ogc``: features and vector tiles beside tipg, over loopback, one worker each.

Cases: ``items``, a box of about 1,000 micro-grids, 0.05° wide; ``z12`` and ``z14``, vector tiles of
the same micro-grids. Both serve the same rows of the same database.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING, Final
from urllib.request import urlopen

import numpy as np
import shapely

from gisgrid.bench.database import bench_database
from gisgrid.bench.honeycomb import CENTRE, WIDTH, Coverage, make_coverage
from gisgrid.bench.nested import publish_nested
from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.bench.tipg_server import TABLE, copy_for_tipg, require_tipg, tipg_served
from gisgrid.bench.web import Pace, require_wrk, served, wrk
from gisgrid.errors import GisgridError, InputError
from gisgrid.geometry.tiling import to_world
from gisgrid.settings import Settings
from gisgrid.store.engine import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gisgrid.bench.results import BenchOptions

__all__ = ["ask", "paths", "run", "same_grids"]

_CASES: Final = ("items", "z12", "z14")
_TIPG: Final = "tipg"
_GRIDS, _QUICK_GRIDS = 2_500, 300
# Of a grid's width, so that a box of 0.05° holds about a thousand.
_SCALE: Final = 0.05 / np.sqrt(1_000) / WIDTH * 1.05
_BOX: Final = 0.05
# A peer may take seconds for one answer of megabytes.
_SECONDS: Final = {"items": 10.0, "z12": 2.0, "z14": 2.0}
_TURNS, _QUICK_TURNS = 3, 1
_PLACES: Final = 8
# Answers of megabytes: with more, each waits for the others and nothing else is measured.
_CONNECTIONS: Final = 4


def run(options: BenchOptions) -> BenchResult:
    """Serve a made-up district by both, and ask them in turns.

    Raises
    ------
    InputError
        A case is not known.
    WorkerError
        wrk is not installed.
    """
    for name in options.cases:
        if name not in _CASES:
            raise InputError(f"{name!r} is no case of this bench", fix=f"one of {_CASES}")
    program = require_wrk()
    coverage = _smaller(make_coverage(_QUICK_GRIDS if options.quick else _GRIDS, options.seed))
    rows: list[Row] = []
    with ExitStack() as stack:
        url = stack.enter_context(bench_database(options.database))
        options.progress(f"发布网格 publishing {len(coverage):,} grids")
        engine = connect(Settings(), url)
        stack.callback(engine.dispose)
        publish_nested(engine, coverage)
        addresses = {GISGRID: stack.enter_context(served(url))} if options.wants(GISGRID) else {}
        if options.wants(_TIPG):
            try:
                require_tipg()
                copy_for_tipg(engine, Settings().zone)
                addresses[_TIPG] = stack.enter_context(tipg_served(url))
            except GisgridError as error:
                options.progress(f"略过 left out: {_TIPG} ({error})")
        for case in options.cases or _CASES:
            rows += _case(program, case, addresses, coverage, options)
    return BenchResult("ogc", tuple(rows), compared="requests_per_second")


def _smaller(coverage: Coverage) -> Coverage:
    polygons = shapely.transform(coverage.polygons, lambda xy: (xy - CENTRE) * _SCALE + CENTRE)
    return Coverage(np.asarray(polygons), coverage.codes)


def _case(
    program: str,
    case: str,
    addresses: Mapping[str, str],
    coverage: Coverage,
    options: BenchOptions,
) -> list[Row]:
    asked = {name: paths(case, name, coverage, options.seed) for name in addresses}
    # Each has answered each once before: it is the served state that is compared.
    answers = {name: ask(addresses[name], asked[name]) for name in asked}
    turns = _QUICK_TURNS if options.quick else options.rounds * _TURNS
    options.progress(f"{case}: {turns} × {len(asked)} × {_SECONDS[case]:g} s")
    paces: dict[str, list[Pace]] = {name: [] for name in asked}
    for turn in range(turns):
        for name in asked if turn % 2 == 0 else reversed(asked):
            paces[name].append(
                wrk(program, addresses[name], asked[name], _SECONDS[case], connections=_CONNECTIONS)
            )
    equal = same_grids(answers.values()) if case == "items" and len(answers) == 2 else None
    return [
        Row(
            name,
            f"{case}, 1 worker",
            {
                measure: median(getattr(pace, measure) for pace in listed)
                for measure in ("requests_per_second", "p50_ms", "p99_ms")
            },
            {
                "connections": _CONNECTIONS,
                "bytes": int(median(len(answer) for answer in answers[name])),
            },
            equal if name == GISGRID else None,
        )
        for name, listed in paces.items()
    ]


def paths(case: str, system: str, coverage: Coverage, seed: int) -> list[str]:
    """The same boxes or tiles for both, each under its own address."""
    west, south, east, north = coverage.bounds
    rng = np.random.default_rng(seed)
    share = rng.uniform(0, 1, (_PLACES, 2))
    room = np.maximum([east - west - _BOX, north - south - _BOX], 0)
    corners = np.array([west, south]) + share * room
    if case == "items":
        own = "/ogc/collections/micro-grids" if system == GISGRID else f"/collections/{TABLE}"
        return [
            f"{own}/items?bbox={x:.6f},{y:.6f},{x + _BOX:.6f},{y + _BOX:.6f}&limit=2000"
            for x, y in corners.tolist()
        ]
    zoom = int(case[1:])
    tiles = np.unique(np.floor(to_world(corners + _BOX / 2) * 2**zoom).astype(int), axis=0)
    if system == GISGRID:
        own = "/ogc/collections/micro-grids/tiles/WebMercatorQuad"
        return [f"{own}/{zoom}/{y}/{x}" for x, y in tiles.tolist()]
    own = f"/collections/{TABLE}/tiles/WebMercatorQuad"
    return [f"{own}/{zoom}/{x}/{y}" for x, y in tiles.tolist()]


def same_grids(answers: Iterable[Sequence[bytes]]) -> bool:
    """Whether all systems answered with the same grids in every box."""
    codes = [
        [
            sorted(one["properties"]["code"] for one in json.loads(answer)["features"])
            for answer in listed
        ]
        for listed in answers
    ]
    return all(one == codes[0] for one in codes)


def ask(address: str, asked: Sequence[str]) -> list[bytes]:
    """The answers of a server, one after the other."""
    found = []
    for path in asked:
        with urlopen(address + path, timeout=120) as answer:
            found.append(bytes(answer.read()))
    return found

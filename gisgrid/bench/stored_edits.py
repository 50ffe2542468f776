"""Case ``stored`` of ``gisgrid bench edits``: edits of a plan in the database, committed each.

Everything that a planner waits for is in it: the grids near the edit are read, the geometry is
made, the households of pieces are counted, log and grids are written. Each edit is undone again,
so that all are made on the same district; undoing is measured by itself.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import text

from gisgrid.bench.crowd import clustered_points
from gisgrid.bench.database import bench_database
from gisgrid.bench.drawn_edits import KINDS, draw_edit
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.nested import publish_nested
from gisgrid.bench.results import GISGRID, Row
from gisgrid.bench.store import require_empty
from gisgrid.errors import GisgridError, InputError
from gisgrid.imports import PlaceFile, import_places
from gisgrid.planning.edits import Stack
from gisgrid.settings import Settings
from gisgrid.store import drafts
from gisgrid.store.engine import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from gisgrid.bench.results import BenchOptions

__all__ = ["stored_rows"]

_GRIDS, _QUICK_GRIDS = 2_500, 240
_ADDRESSES, _QUICK_ADDRESSES = 50_000, 2_000
_LABELS: Final = ("rename", "set_households")
_UNDO: Final = "undo"
# What the plan calls otherwise than the geometry does.
_NAMES: Final = {"change_parent": "set-parent"}


def stored_rows(options: BenchOptions, each: int) -> list[Row]:
    """Make edits of every kind, so many of each; a row for all of them, then one for each kind."""
    taken: dict[str, list[float]] = {kind: [] for kind in (*KINDS, *_LABELS, _UNDO)}
    refused = dict.fromkeys(taken, 0)
    rng = np.random.default_rng(options.seed)
    with _district(options) as engine:
        with engine.begin() as connection:
            plan = drafts.new(connection, "bench")
        stack = _stack(engine, plan)
        options.progress(f"stored: {each} × {len(KINDS) + len(_LABELS)} 次修改 edits")
        for position in range(each + 1):
            for kind in (*KINDS, *_LABELS):
                seconds = _edited(engine, plan, _asked(stack, kind, rng))
                if seconds is None:
                    refused[kind] += 1
                    continue
                undone = _undone(engine, plan)
                # The first edit of each kind makes what the later ones find made.
                if position:
                    taken[kind].append(seconds)
                    taken[_UNDO].append(undone)
    grids = len(stack.shapes["micro"])
    every = [seconds for kind, listed in taken.items() if kind != _UNDO for seconds in listed]
    rows = [_row("all kinds", every, sum(refused.values()), grids)]
    return rows + [
        _row(kind, taken[kind], refused[kind], grids) for kind in taken if len(taken[kind]) > 1
    ]


@contextmanager
def _district(options: BenchOptions) -> Iterator[Engine]:
    """An empty database with a district and addresses in it for as long as it takes."""
    coverage = make_coverage(_QUICK_GRIDS if options.quick else _GRIDS, options.seed)
    size = _QUICK_ADDRESSES if options.quick else _ADDRESSES
    lon, lat = clustered_points(coverage.bounds, size, options.seed)
    with bench_database(options.database) as url, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses.csv"
        ids = [f"A{number:08d}" for number in range(size)]
        rows = {"id": ids, "lon": lon, "lat": lat, "households": np.arange(size) % 9}
        pd.DataFrame(rows).to_csv(file, index=False)
        engine = connect(Settings(), url)
        try:
            require_empty(engine)
            options.progress(f"导入 importing {len(coverage):,} grids, {size:,} addresses")
            publish_nested(engine, coverage)
            places = PlaceFile(
                path=file,
                kind="address",
                id="id",
                lon="lon",
                lat="lat",
                crs="wgs84",
                columns={"households": "households"},
            )
            import_places(engine, places, zone=Settings().zone)
            yield engine
            with engine.begin() as connection:
                connection.execute(text("TRUNCATE gisgrid.address"))
                connection.execute(text("TRUNCATE gisgrid.revision, gisgrid.grid CASCADE"))
        finally:
            engine.dispose()


def _stack(engine: Engine, plan: int) -> Stack:
    """The grids of a plan, to draw edits on."""
    shapes: dict[str, dict[int, Any]] = {}
    codes: dict[int, str] = {}
    above: dict[int, str | None] = {}
    with engine.connect() as connection:
        for level in ("area", "unit", "micro"):
            frame = drafts.frame(connection, plan, level)
            keys = frame["key"].tolist()
            shapes[level] = dict(zip(keys, frame.geometry, strict=True))
            codes |= dict(zip(keys, frame["code"], strict=True))
            above |= dict(zip(keys, frame["parent"], strict=True))
    key_of = {code: key for key, code in codes.items()}
    parents = {key: None if code is None else key_of[code] for key, code in above.items()}
    return Stack(shapes, parents, codes)


def _asked(stack: Stack, kind: str, rng: np.random.Generator) -> drafts.Edit:
    """A random edit as the plan is told it."""
    if kind in _LABELS:
        code = stack.names[int(rng.choice([*stack.shapes["micro"]]))]
        said = {"name": f"名{rng.integers(10**9)}", "households": int(rng.integers(10**6))}
        field = "name" if kind == "rename" else "households"
        return drafts.parse_edit(kind.replace("_", "-"), {"code": code, field: said[field]})
    while True:
        try:
            drawn = cast("partial[Any]", draw_edit(stack, kind, rng))
        except InputError:
            continue
        told = _told(stack, kind, drawn.args[1:]) | drawn.keywords
        return drafts.parse_edit(_NAMES.get(kind, kind.replace("_", "-")), told)


def _told(stack: Stack, kind: str, args: tuple[Any, ...]) -> dict[str, Any]:
    """The arguments of a drawn edit, with codes for keys and GeoJSON for shapes."""
    if kind == "move_vertex":
        return {"level": args[0], "old": args[1], "new": args[2]}
    if kind == "cut_out":
        return {"level": args[0], "polygon": shapely.geometry.mapping(args[1])}
    if kind == "merge":
        return {"codes": [stack.names[key] for key in args[0]]}
    fields = {
        "split": ("code", "line"),
        "move_part": ("source", "target", "polygon"),
        "move_border": ("one", "other", "line"),
        "change_parent": ("code", "parent"),
    }[kind]
    values = [
        stack.names[value] if isinstance(value, int) else shapely.geometry.mapping(value)
        for value in args
    ]
    return dict(zip(fields, values, strict=True))


def _edited(engine: Engine, plan: int, edit: drafts.Edit) -> float | None:
    """The seconds until an edit is committed; None where it was refused."""
    begin = time.perf_counter()
    try:
        with engine.begin() as connection:
            drafts.edit(connection, plan, edit)
    except GisgridError:
        return None
    return time.perf_counter() - begin


def _undone(engine: Engine, plan: int) -> float:
    begin = time.perf_counter()
    with engine.begin() as connection:
        drafts.undo(connection, plan)
    return time.perf_counter() - begin


def _row(kind: str, taken: list[float], refused: int, grids: int) -> Row:
    return Row(
        GISGRID,
        f"stored, {kind}",
        {"median_ms": 1e3 * median(taken), "p95_ms": 1e3 * quantiles(taken, n=20)[-1]},
        {"edits": len(taken), "refused": refused, "grids": grids},
    )

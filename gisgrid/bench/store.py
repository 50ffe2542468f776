"""``gisgrid bench store``: addresses in the database, as they come in and as borders move.

Cases: ``import``, a file of addresses that are assigned on their way in, beside the same import
into a database without boundaries; ``redraw``, borders all over the district moved so that one
address in a hundred is in another grid; ``border``, a single border moved. The last two measure
the putting right of the addresses after the new boundaries are in.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from sqlalchemy import func, select, text

from gisgrid.bench.crowd import clustered_points
from gisgrid.bench.database import bench_database
from gisgrid.bench.honeycomb import Coverage, make_coverage
from gisgrid.bench.nested import publish_nested
from gisgrid.bench.putting_right import SCHEMA, Way, make_grid_copies, plain_sql, with_boxes
from gisgrid.bench.redraw import borders_of_share, move_borders, ordinary_border
from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.errors import InputError
from gisgrid.imports import PlaceFile, import_places
from gisgrid.settings import Settings
from gisgrid.store import clock, plans
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.engine import connect
from gisgrid.store.publish import publish
from gisgrid.store.tables import address, revision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from sqlalchemy import Engine

    from gisgrid.bench.results import BenchOptions

__all__ = ["require_empty", "run"]

_CASES: Final = ("import", "redraw", "border")
_WITHOUT: Final = "without-boundaries"
_GRIDS, _QUICK_GRIDS = 2_500, 120
_ADDRESSES, _QUICK_ADDRESSES = 1_000_000, 20_000
_SHARE: Final = 0.01
_QUICK_ROUNDS: Final = 2


@dataclass
class _Scene:
    """A district as it is drawn now, its addresses, and a database that nothing else is in."""

    engine: Engine
    coverage: Coverage
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    file: Path
    options: BenchOptions

    @property
    def rounds(self) -> int:
        return min(self.options.rounds, _QUICK_ROUNDS if self.options.quick else 1_000)

    def empty(self) -> None:
        """Leave neither addresses nor boundaries."""
        with self.engine.begin() as connection:
            connection.execute(text("TRUNCATE gisgrid.address"))
            connection.execute(text("TRUNCATE gisgrid.revision, gisgrid.grid CASCADE"))
            connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))

    def import_addresses(self) -> float:
        """The seconds that the import of the file takes."""
        file = PlaceFile(
            path=self.file,
            kind="address",
            id="id",
            lon="lon",
            lat="lat",
            crs="wgs84",
            columns={"text": "text"},
        )
        begin = time.perf_counter()
        import_places(self.engine, file, zone=Settings().zone)
        return time.perf_counter() - begin

    def vacuum(self) -> None:
        """Clear away what was taken back, so that no run pays for the one before."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE gisgrid.address"))


def run(options: BenchOptions) -> BenchResult:
    """Import addresses, move borders, and put the addresses right.

    Raises
    ------
    InputError
        A case is not known, or the database is in use.
    """
    for name in options.cases:
        if name not in _CASES:
            raise InputError(f"{name!r} is no case of this bench", fix=f"one of {_CASES}")
    wanted = options.cases or _CASES
    rows: list[Row] = []
    with _scene(options) as scene:
        if "import" in wanted:
            rows += _import(scene)
        if {"redraw", "border"} & {*wanted}:
            scene.empty()
            publish_nested(scene.engine, scene.coverage)
            options.progress(f"导入地址 importing {len(scene.lon):,} addresses")
            scene.import_addresses()
        if "redraw" in wanted:
            seed = options.seed
            cells = borders_of_share(scene.coverage, scene.lon, scene.lat, _SHARE, seed)
            rows += _moved(scene, "redraw", cells, plain_sql())
        if "border" in wanted:
            cells = ordinary_border(scene.coverage, scene.lon, scene.lat)
            codes = [scene.coverage.codes[cell] for cell in (*cells, *(cells + 1))]
            rows += _moved(scene, "border", cells, plain_sql(codes))
    return BenchResult("store", tuple(rows), compared="seconds", higher_is_better=False)


@contextmanager
def _scene(options: BenchOptions) -> Iterator[_Scene]:
    coverage = make_coverage(_QUICK_GRIDS if options.quick else _GRIDS, options.seed)
    count = _QUICK_ADDRESSES if options.quick else _ADDRESSES
    lon, lat = clustered_points(coverage.bounds, count, options.seed)
    with bench_database(options.database) as url, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses.csv"
        names = [f"某某路{number}弄{number % 97}号" for number in range(count)]
        ids = [f"A{number:08d}" for number in range(count)]
        pd.DataFrame({"id": ids, "lon": lon, "lat": lat, "text": names}).to_csv(file, index=False)
        engine = connect(Settings(), url)
        try:
            require_empty(engine)
            scene = _Scene(engine, coverage, lon, lat, file, options)
            try:
                yield scene
            finally:
                scene.empty()
        finally:
            engine.dispose()


def require_empty(engine: Engine) -> None:
    """Raise `InputError` when somebody's work is in the database, for the bench wipes it."""
    with engine.connect() as connection:
        for table in (revision, address):
            if connection.scalar(select(func.count()).select_from(table)):
                raise InputError(
                    "the database is in use: this bench fills and empties its tables",
                    where=f"table {table.name}",
                    fix="name an empty database, or none",
                )


def _import(scene: _Scene) -> list[Row]:
    """The same import with boundaries and without, in turn."""
    taken: dict[str, list[float]] = {GISGRID: [], _WITHOUT: []}
    for number in range(scene.rounds):
        for system in sorted(taken, reverse=number % 2 == 1):
            if not scene.options.wants(system):
                continue
            scene.empty()
            if system == GISGRID:
                publish_nested(scene.engine, scene.coverage)
            scene.options.progress(f"导入 import, round {number + 1}: {system}")
            taken[system].append(scene.import_addresses())
    medians = {system: median(seconds) for system, seconds in taken.items() if seconds}
    count, without = len(scene.lon), medians.get(_WITHOUT)
    return [
        Row(
            system,
            "import",
            {"seconds": seconds, "rows_per_second": count / seconds}
            | ({"times_without": seconds / without} if without else {}),
            {"addresses": count, "grids": len(scene.coverage)},
        )
        for system, seconds in medians.items()
    ]


def _moved(scene: _Scene, case: str, cells: NDArray[np.int64], peers: list[Way]) -> list[Row]:
    """Move borders for good, then put the addresses right again and again in each way."""
    scene.options.progress(f"{case}: 移动边界 moving {len(cells):,} borders")
    ours = _redraw(scene, cells)
    ways = [way for way in (ours, *peers) if scene.options.wants(way.system)]
    taken: dict[str, list[float]] = {way.system: [] for way in ways}
    for number in range(scene.rounds):
        for way in ways if number % 2 == 0 else ways[::-1]:
            scene.vacuum()
            scene.options.progress(f"{case}, round {number + 1}: {way.system}")
            taken[way.system].append(way.timed(scene.engine))
    written, right = ours.outcome(scene.engine)
    rows = []
    for way in ways:
        count, owners = (written, right) if way is ours else way.outcome(scene.engine)
        detail: dict[str, str | int] = {
            "addresses": len(scene.lon),
            "borders": len(cells),
            "plan": way.plan,
        }
        measures = {"seconds": median(taken[way.system]), "rows_written": float(count)}
        equal = None if way is ours else bool(np.array_equal(owners, right))
        rows.append(Row(way.system, case, measures, detail, equal))
    with scene.engine.begin() as connection:
        ours.run(connection)
    return rows


def _redraw(scene: _Scene, cells: NDArray[np.int64]) -> Way:
    """Publish the borders moved, but leave the addresses as they were; how gisgrid mends them."""
    touched = sorted({scene.coverage.codes[cell] for cell in (*cells, *(cells + 1))})
    scene.coverage = move_borders(scene.coverage, cells)
    moved = dict(zip(scene.coverage.codes, scene.coverage.polygons, strict=True))
    with scene.engine.begin() as connection:
        now = clock.now(connection, UTC)
        frame = coverage_frame(connection, "micro", now, codes=touched)
        frame = frame.set_geometry([moved[code] for code in frame["code"]], crs=frame.crs)
        connection.execute(
            text(
                "CREATE TEMPORARY TABLE kept ON COMMIT DROP AS "
                "SELECT id, micro_id, on_border FROM gisgrid.address"
            )
        )
        plan_id = plans.add(connection, name="bench redraw", level="micro", frame=frame)
        published = publish(connection, plan_id, overlap_tolerance_m2=1.0)
        connection.execute(
            text(
                "UPDATE gisgrid.address AS a SET micro_id = k.micro_id, "
                "on_border = k.on_border FROM kept AS k WHERE a.id = k.id "
                "AND a.micro_id IS DISTINCT FROM k.micro_id"
            )
        )
        at = clock.now(connection, UTC)
        make_grid_copies(connection, at)
    return with_boxes(published.revision, at)
